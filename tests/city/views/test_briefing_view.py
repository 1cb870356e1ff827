"""What visitors may see (§5.4): aggregates of five and more, and nothing while the page is closed."""

import random
from itertools import combinations
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from city.clocks.city_clock import CityClock
from city.state.briefing_records import Briefing
from city.state.ledger_state import CityState, LedgerState
from city.state.linkage_records import Signed
from city.state.response_records import Activation, Basis, Response
from city.views.response import briefing_seen
from city.views.response.briefing_figures import briefing_figures, months_before
from city.views.response.briefing_seen import BriefingSeen, Cell, Curve, Figures, Recorded
from city.views.response.briefing_view import BriefingView
from city.views.response.small_numbers import HIDDEN, cell, rate, split
from city.views.wall_seen import PageSeen
from console.desk.briefing_projection import read_recorded
from tests.city.commands.world import CHEN, World, rules

NOW = 1_789_475_467.0
BY = Signed("wang", "王××（副区长）", "duty_leader", NOW)
FIGURES = Figures(NOW, curves=(Curve("complaints", "count", (1.0, 2.0, 3.0), ()),))


def state(*, rank: int = 0, ended: bool = False, until: float = NOW + 600, **given: Any) -> CityState:
    briefing = Briefing("hall", "秘密考察团", "zh", NOW - 600, until, BY, NOW if ended else None)
    ledger = LedgerState(clock=CityClock(0.0, 0.0), briefings={"hall": briefing}, **given)
    if rank:
        active = Activation("a", rank, NOW, "approved", BY, Basis())
        ledger.responses["310115/flood_typhoon"] = Response("r", "310115", "flood_typhoon", (active,))
    return CityState(ledger)


def see(of: CityState, figures: Figures | None = FIGURES, *, demo: bool = False) -> BriefingSeen:
    return BriefingView(read_recorded(), is_demo=demo).see(of, NOW, figures)


class TestOpenAndClosed:
    def test_it_is_open_while_a_briefing_runs(self) -> None:
        seen = see(state())
        assert (seen.is_open, seen.lang, seen.begun, seen.figures) == (True, "zh", NOW - 600, FIGURES)

    @pytest.mark.parametrize("of", [
        CityState(), state(ended=True), state(until=NOW), state(rank=2), state(rank=4),
    ])  # fmt: skip
    def test_closed_it_holds_nothing_at_all(self, of: CityState) -> None:
        assert see(of) == BriefingSeen()

    def test_level_four_is_no_reason_to_close(self) -> None:
        assert see(state(rank=1)).is_open

    def test_a_clock_that_was_put_back_before_the_beginning_closes_it(self) -> None:
        of = state()
        of.ledger.briefings["hall"].begun_at = NOW + 60
        assert not see(of).is_open

    def test_what_it_tells_holds_neither_the_visit_nor_who_started_it(self) -> None:
        told = msgspec.json.encode(see(state(), demo=True)).decode()
        for secret in ("秘密考察团", "王××", "wang"):
            assert secret not in told

    def test_shipped_curves_stand_in_for_own_ones_in_a_demo_alone_and_say_so(self) -> None:
        demo, real = see(state(), demo=True).figures, see(state()).figures
        assert demo is not None
        assert real is not None
        assert [(c.recorded, len(c.lines), len(c.lines[0][1])) for c in demo.curves] == [(True, 2, 3)]
        assert [c.lines for c in real.curves] == [()]


class TestTheShape:
    def test_it_extends_no_other_view(self) -> None:
        assert not issubclass(BriefingSeen, PageSeen)

    def test_its_only_texts_are_codes(self) -> None:
        """A new text in these structs needs a row here, and a reason why it can hold nothing typed."""
        structs = [getattr(briefing_seen, name) for name in briefing_seen.__all__]
        with_text = {
            f"{struct.__name__}.{name}"
            for struct in structs
            for name, hint in get_type_hints(struct).items()
            if holds_text(hint)
        }
        assert with_text == {
            "BriefingSeen.revisions", "BriefingSeen.lang", "BriefingSeen.warnings", "Curve.key", "Curve.unit",
            "Curve.lines", "Figures.network", "Figures.flow", "Figures.rates", "Recording.unit",
            "RecordingStep.key", "Split.parts",
        }  # fmt: skip

    def test_the_shipped_recordings_are_in_order(self) -> None:
        recorded: Recorded = read_recorded()
        for one in (recorded.manhole, recorded.exercise):
            assert [step.at_s for step in one.steps] == sorted(step.at_s for step in one.steps)
        assert [at for at, _ in recorded.manhole.readings] == sorted(
            at for at, _ in recorded.manhole.readings
        )
        assert {len(values) for curve in recorded.curves for _, values in curve.lines} == {12}


def holds_text(hint: Any) -> bool:
    return hint is str or any(holds_text(part) for part in get_args(hint))


class TestSmallNumbers:
    @pytest.mark.parametrize(("number", "told"), [
        (None, Cell()), (0, HIDDEN), (4, HIDDEN), (5, Cell(5.0)), (1323, Cell(1323.0)),
    ])  # fmt: skip
    def test_a_count(self, number: float | None, told: Cell) -> None:
        assert cell(number) == told

    @pytest.mark.parametrize(("part", "whole", "told"), [
        (0, 0, Cell()), (10, 19, Cell()), (90, 100, Cell(90.0)), (96, 100, HIDDEN), (4, 100, HIDDEN),
        (100, 100, HIDDEN), (5, 20, Cell(25.0)),
    ])  # fmt: skip
    def test_a_rate_tells_neither_its_part_nor_its_rest_when_few(
        self, part: int, whole: int, told: Cell
    ) -> None:
        assert rate(part, whole) == told

    def test_what_is_few_is_counted_together(self) -> None:
        told = split({"a": 20, "b": 3, "c": 3, "other": 0})
        assert (told.total.value, told.parts) == (26.0, (("a", Cell(20.0)), ("other", Cell(6.0))))

    def test_what_is_few_even_together_takes_the_smallest_with_it(self) -> None:
        told = split({"a": 20, "b": 9, "c": 1, "other": 0})
        assert told.parts == (("a", Cell(20.0)), ("other", Cell(10.0)))

    def test_a_total_that_is_few_has_no_parts(self) -> None:
        assert split({"a": 2, "b": 2, "other": 0}) == briefing_seen.Split(HIDDEN)

    def test_no_told_numbers_give_a_small_one_away(self) -> None:
        """Whatever sums and differences of told numbers are a part of ours, or of several: five or more."""
        chance = random.Random(7)
        for _ in range(400):
            parts = {name: chance.choice([0, 0, 1, 3, 4, 5, 9, 40]) for name in "abcde"} | {
                "other": chance.choice([0, 1, 4, 7])
            }
            told = split(parts)
            values = [one.value for _, one in told.parts]
            assert all(value is not None and value >= 5 for value in values), parts
            if told.total.value is None:
                assert sum(parts.values()) < 5
                continue
            assert sum(value or 0.0 for value in values) == told.total.value == sum(parts.values())
            hidden = [name for name in parts if name not in dict(told.parts) or name == "other"]
            named = {name for name, _ in told.parts} - {"other"}
            assert all(parts[name] == dict(told.parts)[name].value for name in named)
            few = [name for name in hidden if name != "other" and parts[name] < 5]
            # A single hidden part besides an "other" that is nothing would be the rest exactly.
            for one in few:
                assert sum(parts[name] for name in hidden) >= 5 or sum(parts[name] for name in hidden) == 0, (
                    one, parts,
                )  # fmt: skip


class TestFigures:
    def test_they_count_the_day_by_origin_and_domain(self) -> None:
        w = World()
        for number in range(7):
            w.report(f"hotline/{number}", channel="hotline_12345", title="秘密标题")
        for number in range(6):
            w.report(f"round/{number}", channel="inspector")
        w.wait(minutes=1)
        found = briefing_figures(w.state, w.rules, w.now.city)
        assert found.by_origin.total == found.by_domain.total == Cell(13.0)
        assert dict(found.by_origin.parts) == {
            "public": Cell(7.0),
            "other": Cell(6.0),
        }  # with three origins of nobody
        assert [code for code, _ in found.rates] == [
            "closed_in_time", "handled_in_time", "solved", "satisfied",
        ]  # fmt: skip
        assert "秘密标题" not in msgspec.json.encode(found).decode()

    def test_few_cases_are_not_told(self) -> None:
        w = World()
        w.report("hotline/1", channel="hotline_12345")
        w.done("file", "hotline/1", CHEN)
        found = briefing_figures(w.state, w.rules, w.now.city)
        assert (found.by_origin, found.by_domain) == (
            briefing_seen.Split(HIDDEN),
            briefing_seen.Split(HIDDEN),
        )
        assert dict(found.flow) == {"filed": HIDDEN, "closed": HIDDEN}

    def test_a_curve_needs_three_months_of_this_year_and_of_the_last(self) -> None:
        w = World()
        starts = months_before(w.now.city, 28_800)
        assert len(starts) == 13
        assert [b - a for a, b in combinations(starts, 2) if b < a] == []
        curves = {curve.key: curve for curve in briefing_figures(w.state, w.rules, w.now.city).curves}
        assert (curves["complaints"].lines, curves["recurrence"].lines) == ((), ())
        assert curves["complaints"].starts == starts[:-1]

    def test_complaints_are_told_by_month_beside_the_year_before(self) -> None:
        w = World()
        w.report("hotline/0", channel="hotline_12345")
        [case] = w.state.cases.values()
        starts, cases = months_before(w.now.city, 28_800), {}
        for year in (0, 1):
            for month in range(4):
                for number in range(5 + year if month else 4):  # the first month has few
                    at = starts[-2 - month if month else -2] - year * 365.25 * 86_400 + 40 * 3600 + number
                    key = f"k/{year}-{month}-{number}"
                    cases[key] = msgspec.structs.replace(case, key=key, at=at)
        found = briefing_figures(LedgerState(cases=cases), rules(), w.now.city)
        lines = dict(found.curves[0].lines)
        assert lines["this_year"][-4:] == (5.0, 5.0, 5.0, None)
        assert lines["last_year"][-4:] == (6.0, 6.0, 6.0, None)
