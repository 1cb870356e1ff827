"""Figures: numbers only, never above 100 %, corrected with a reason, never those of another holder (E04)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.access import Person
from city.commands.command import Decision, Refusal
from city.response.figure_keys import moved_and_should
from city.state.response_records import RELOCATION_GROUPS
from tests.city.commands.reports_world import ReportsWorld
from tests.city.commands.world import CHEN, GU, INTAKE, POWER, TANG, TANGZHEN, WEI, WEIFANG

SHOULD, MOVED = "relocation.low_lying.should", "relocation.low_lying.moved"


def refused(answer: Any) -> tuple[str, str]:
    assert isinstance(answer, Refusal), answer
    return answer.code, answer.reason


def test_each_number_has_its_time_and_who_reported_it_and_what_is_not_said_stays() -> None:
    w = ReportsWorld()
    w.figures(WEIFANG, WEI, {SHOULD: 40, "shelter.S1.open": 1})
    first = w.now.city
    w.wait(minutes=10)
    w.figures(WEIFANG, WEI, {MOVED: 25})
    held = w.state.situations[WEI]
    assert {key: (one.value, one.at) for key, one in held.figures.items()} == {
        SHOULD: (40, first), "shelter.S1.open": (1, first), MOVED: (25, first + 600),
    }  # fmt: skip
    assert (held.figures[MOVED].signed.name, held.version) == ("wf1××", 2)
    assert moved_and_should(held.figures) == (25, 40)


@pytest.mark.parametrize(
    ("by", "holder", "figures", "reason"),
    [
        (WEIFANG, TANG, {SHOULD: 1}, "other_holder"),
        (POWER, WEI, {SHOULD: 1}, "other_holder"),
        (INTAKE, WEI, {SHOULD: 1}, "no_right"),
        (WEIFANG, WEI, {}, "missing_arg"),
        (WEIFANG, WEI, {SHOULD: -1}, "bad_arg"),
        (WEIFANG, WEI, {SHOULD: 1.5}, "bad_arg"),
        (WEIFANG, WEI, {SHOULD: "张三、李四"}, "bad_arg"),
        (WEIFANG, WEI, {"relocation.pets.should": 1}, "unknown_figure"),
        (WEIFANG, WEI, {"shelter.S9.open": 1}, "unknown_figure"),
        (WEIFANG, WEI, {"outage.out": 1}, "unknown_figure"),
        (POWER, "dl", {SHOULD: 1}, "unknown_figure"),
        (CHEN, "999", {SHOULD: 1}, "unknown_reporter"),
        (WEIFANG, WEI, {MOVED: 1}, "moved_above_should"),
        (WEIFANG, WEI, {SHOULD: 4, MOVED: 5}, "moved_above_should"),
    ],
)
def test_impossible_numbers_and_those_of_others_are_refused(
    by: Person, holder: str, figures: dict[str, Any], reason: str
) -> None:
    w = ReportsWorld()
    assert refused(w.figures(by, holder, figures))[1] == reason
    assert w.state.situations == {}


def test_a_refused_key_is_told_with_the_keys_that_are_known() -> None:
    answer = ReportsWorld().figures(POWER, "dl", {"outage.in": 3})
    assert answer.names["field"] == "outage.in"
    assert "outage.out, outage.restored" in answer.names["known"]


def test_more_moved_than_should_move_needs_a_corrected_number_and_its_reason() -> None:
    w = ReportsWorld()
    w.figures(WEIFANG, WEI, {SHOULD: 40, MOVED: 40})
    assert refused(w.figures(WEIFANG, WEI, {MOVED: 44})) == ("bad_args", "moved_above_should")
    assert refused(w.figures(WEIFANG, WEI, {SHOULD: 44, MOVED: 44})) == ("bad_args", "correction_reason")
    assert isinstance(w.figures(WEIFANG, WEI, {SHOULD: 44, MOVED: 44}, reason="多出一户"), Decision)
    assert w.state.situations[WEI].figures[SHOULD].reason == "多出一户"


@pytest.mark.parametrize("key", [SHOULD, MOVED])
def test_a_total_that_falls_needs_a_reason(key: str) -> None:
    w = ReportsWorld()
    w.figures(WEIFANG, WEI, {SHOULD: 40, MOVED: 30})
    lower = {SHOULD: {SHOULD: 35}, MOVED: {MOVED: 20}}[key]
    answer = w.figures(WEIFANG, WEI, lower)
    assert refused(answer)[1] == "correction_reason"
    assert (answer.names["was"], answer.names["now"]) == ({SHOULD: 40, MOVED: 30}[key], lower[key])
    assert refused(w.figures(WEIFANG, WEI, lower, reason="   "))[1] == "bad_arg"
    assert isinstance(w.figures(WEIFANG, WEI, lower, reason="重复登记"), Decision)


def test_people_may_leave_a_shelter_without_a_reason() -> None:
    w = ReportsWorld()
    w.figures(WEIFANG, WEI, {"shelter.S1.occupied": 40, "waterlogging.open": 3})
    assert isinstance(w.figures(WEIFANG, WEI, {"shelter.S1.occupied": 4, "waterlogging.open": 0}), Decision)


def test_the_centre_enters_what_a_street_tells_by_telephone_and_the_number_says_so() -> None:
    w = ReportsWorld()
    for by in (CHEN, GU):
        assert isinstance(w.figures(by, WEI, {SHOULD: 9}), Decision)
    held = w.state.situations[WEI].figures[SHOULD]
    assert (held.by_phone, held.signed.role) == (True, "shift_lead")
    w.figures(WEIFANG, WEI, {SHOULD: 10})
    assert not w.state.situations[WEI].figures[SHOULD].by_phone


def test_a_number_that_comes_late_does_not_replace_a_newer_one() -> None:
    from city.clocks.timestamps import iso
    from city.commands.command import NewFact

    w = ReportsWorld()
    w.wait(minutes=60)
    w.figures(WEIFANG, WEI, {SHOULD: 40})
    late = {"figures": {SHOULD: 7, MOVED: 5}, "acted_at": iso(w.now.city - 1800), "version": 2, "name": "x"}
    w.append(NewFact("FiguresReported", f"situation:{WEI}", late), WEIFANG)
    held = w.state.situations[WEI]
    assert (held.figures[SHOULD].value, held.figures[MOVED].value, held.version) == (40, 5, 2)


KEYS = [f"relocation.{group}.{part}" for group in RELOCATION_GROUPS[:3] for part in ("should", "moved")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([(WEIFANG, WEI), (TANGZHEN, TANG), (CHEN, WEI)]),
            st.dictionaries(st.sampled_from(KEYS), st.integers(0, 50), max_size=4),
            st.sampled_from([None, "更正"]),
        ),
        max_size=12,
    )
)
def test_whatever_is_reported_no_group_ever_has_more_moved_than_should_move(acts: list[Any]) -> None:
    w = ReportsWorld()
    for (by, holder), figures, reason in acts:
        w.figures(by, holder, figures, **({"reason": reason} if reason else {}))
        for held in w.state.situations.values():
            for group in RELOCATION_GROUPS:
                values = [held.figures.get(f"relocation.{group}.{part}") for part in ("moved", "should")]
                moved, should = (one.value if one else 0 for one in values)
                assert 0 <= moved <= should
            total = moved_and_should(held.figures)
            assert total is None or total[0] <= total[1]
