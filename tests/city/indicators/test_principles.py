"""K18 – K27 of cases made by hand (domain §6.2)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from city.indicators.compute import Indicator, indicators
from city.state.case_file import Check, reached
from city.state.hotline_records import DEFER, Relaxation, Span, Visit, shifted_due
from city.state.ledger_state import Case, LedgerState
from city.state.rule_records import Erratum
from tests.city.indicators.test_compute import BEGIN, DAY, EAST8, END, HOUR, NOON, OFFICE, a_case


def of(cases: list[Case], state: LedgerState | None = None, **given: Any) -> dict[str, Indicator]:
    state = state or LedgerState()
    state.cases = {case.key: case for case in cases}
    return indicators(
        state, (BEGIN, END), now=given.pop("now", END), zone_offset_s=EAST8, calendar=OFFICE, **given
    )  # fmt: skip


CLOSED = {"state": "closed", "closed_at": NOON, "filed_at": NOON}


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("K18", {**CLOSED, "reached": "street"}, {**CLOSED, "reached": "district"}),
        ("K18", {**CLOSED, "reached": "village"}, {**CLOSED, "reached": "city"}),
        ("K18b", {**CLOSED, "reached": "village"}, {**CLOSED, "reached": "street"}),
    ],
)
def test_a_share_of_closed_cases_by_the_highest_level_that_had_them(
    key: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    found = of([a_case(n, file=good if n < 15 else bad) for n in range(25)])[key]
    assert (found.value, found.numerator, found.denominator) == (60.0, 15, 25)


@pytest.mark.parametrize(
    ("before", "holder", "after"),
    [
        ("", "310115004001", "village"), ("village", "310115004", "street"), ("street", "dl", "district"),
        ("district", "310115004", "district"), ("", "", ""), ("city", "dl", "city"),
    ],
)  # fmt: skip
def test_the_highest_level_is_kept(before: str, holder: str, after: str) -> None:
    assert reached(before, holder) == after


FILED = {"filed_at": NOON, "state": "filed"}


def test_own_discovery_is_a_share_of_what_was_filed() -> None:
    channels = ["inspector"] * 5 + ["sensor"] * 4 + ["video_ai"] * 3 + ["volunteer"] * 3
    channels += ["hotline_12345"] * 8 + ["department", "leader_instruction"]
    cases = [a_case(n, channel=channel, file=FILED) for n, channel in enumerate(channels)]
    assert of(cases)["K19"].value == 60.0


def test_a_discovery_is_first_when_no_public_report_of_the_class_was_near_in_the_day_before() -> None:
    def found(number: int, **given: Any) -> Case:
        return a_case(number, place=(121.5, 31.0 + number / 100), file=FILED, **given)

    def told(number: int, **given: Any) -> Case:
        place = (121.5, 31.0 + number / 100 + given.pop("metres", 90.0) / 111_195)
        return a_case(100 + number, place=place, **{"channel": "hotline_12345", **given})

    cases = [
        *(found(n) for n in range(20)),
        told(0, at=NOON - HOUR),  # earlier: not first
        told(1, at=NOON - DAY + 1),
        told(2, at=NOON - DAY - 1),  # more than a day before
        told(3, at=NOON + 1),  # later
        told(4, at=NOON - HOUR, metres=110.0),
        told(5, at=NOON - HOUR, code="0405"),
        told(6, at=NOON - HOUR, channel="department"),
        told(7, at=NOON - HOUR, file={"state": "voided"}),
        told(8, at=NOON - HOUR, channel="police_110"),
    ]
    first = of(cases)["K20"]
    assert (first.value, first.numerator, first.denominator) == (85.0, 17, 20)


def check(**given: Any) -> Check:
    plain = {"mode": "field", "distance_m": 50.0, "photo_after_feedback": True}
    told = {**plain, **given}
    return Check(told["mode"], "zhong", NOON, True, told["distance_m"], told["photo_after_feedback"])


@pytest.mark.parametrize(
    "bad",
    [{"mode": "video"}, {"distance_m": 50.1}, {"distance_m": None}, {"photo_after_feedback": False}],
)
def test_a_check_on_site_is_near_and_its_photo_is_later_than_the_feedback(bad: dict[str, Any]) -> None:
    cases = [a_case(n, file={"check": check() if n < 15 else check(**bad)}) for n in range(25)]
    assert of(cases)["K21"].value == 60.0


def test_visits_of_thirty_days_are_counted_by_street() -> None:
    ago = (0.5 * DAY, 29 * DAY, 31 * DAY, -HOUR)
    streets = ("310115005", "310115004", "310115004", "310115004")
    visits = [Visit(END - at, street, 121.5, 31.2, "w") for at, street in zip(ago, streets, strict=True)]
    found = of([], LedgerState(visits=visits))["K22"]
    assert (found.value, dict(found.inputs)) == (2, {"310115005": 1, "310115004": 1})


def test_tasks_of_an_inspector_are_counted_by_the_city_day() -> None:
    day, before, after = (
        datetime.fromtimestamp(at + EAST8, UTC).strftime("%Y%m%d") for at in (NOON, BEGIN - 1, END)
    )
    today = {"inspector:a": 31, "inspector:b": 2, "village_operator:c": 9}
    done = {before: {"inspector:b": 5}, day: today, after: {"inspector:b": 7}}
    found = of([], LedgerState(workloads=done))
    assert (found["K23"].value, found["K23"].numerator, found["K23"].denominator) == (16.5, 33, 2)
    assert (found["K23b"].numerator, found["K23b"].denominator) == (1, 2)
    assert of([], LedgerState(workloads=done), most_tasks=31)["K23b"].numerator == 0
    assert of([])["K23"].why_not == "no_tasks"


def test_what_patrols_missed_is_not_known() -> None:
    cases = [a_case(0, channel="hotline_12345", file=FILED), a_case(1, file=FILED)]
    found = of(cases)["K25"]
    assert (found.value, found.why_not) == (None, "no_patrols")
    assert dict(found.inputs) == {"public_filed": 1, "inspector_filed": 1}


def test_a_source_is_compared_thirty_days_before_and_after_its_penalty() -> None:
    acted = NOON - 30 * DAY

    def at_site(number: int, at: float, **file: Any) -> Case:
        return a_case(number, at=at, file={"filed_at": at, "source_site": "GD-031", **file})

    penalty = at_site(0, acted - DAY, outcome="penalised", handled_at=acted, state="closed")
    before = [at_site(n, acted - 20 * DAY) for n in range(1, 25)]
    after = [at_site(n, acted + 5 * DAY) for n in range(25, 30)]
    far = [at_site(n, acted - 31 * DAY) for n in range(30, 33)]
    found = of([penalty, *before, *after, *far])["K26"]
    assert (found.value, dict(found.inputs)) == (
        -80.0, {"sites": 1, "before": 25, "after": 5, "waiting": 0},
    )  # fmt: skip
    assert of([penalty, *before], now=NOON - DAY)["K26"].inputs["waiting"] == 1


def test_rule_errors_have_an_age_and_ten_office_days() -> None:
    # Opened on 26 May at 12:00: ten office days are over on 9 June at 13:00, in the period.
    opened = NOON - 14 * DAY
    errata = {f"h/{n}": Erratum(f"h/{n}", "r", "t", "a", opened) for n in range(5)}
    closed = [(opened, NOON)] * 12 + [(opened, NOON + 2 * HOUR)] * 3 + [(opened - 2 * DAY, NOON)] * 4
    found = of([], LedgerState(errata=errata, errata_closed=closed))
    assert (found["K27"].value, found["K27b"].value) == (5, END - opened)
    assert (found["K27c"].value, found["K27c"].numerator, found["K27c"].denominator) == (60.0, 12, 20)
    assert of([])["K27b"].why_not == "none"


def test_a_voided_order_is_none() -> None:
    orders = [a_case(n, channel="hotline_12345", file={"contact_at": NOON}) for n in range(20)]
    voided = [a_case(n, channel="hotline_12345", file={"state": "voided"}) for n in range(20, 25)]
    found = of([*orders, *voided])
    assert (found["K15"].value, found["K15"].denominator, found["K16"].denominator) == (100.0, 20, 20)


def test_callers_who_were_not_reached_are_a_share_of_those_called_back() -> None:
    answers = ["satisfied"] * 10 + ["unreachable"] * 15
    files = [{"satisfaction": one, "resolved": "solved"} for one in answers]
    cases = [a_case(n, channel="hotline_12345", file=file) for n, file in enumerate(files)]
    assert of(cases)["K15d"].value == 60.0


class TestShift:
    SPAN = Span(100.0, 200.0, "w", "w", "")

    @pytest.mark.parametrize(
        ("due_at", "started_at", "shifted"),
        [
            (150.0, 50.0, 250.0),  # the whole span
            (150.0, 120.0, 230.0),  # dispatched during it
            (90.0, 50.0, 90.0),  # due before it began
            (300.0, 250.0, 300.0),  # dispatched after it
        ],
    )
    def test_a_deadline_moves_by_the_time_that_it_was_switched_on(
        self, due_at: float, started_at: float, shifted: float
    ) -> None:
        assert shifted_due(due_at, started_at, Relaxation(DEFER, 1, (self.SPAN,))) == shifted

    def test_an_early_end_moves_less_and_every_span_counts(self) -> None:
        ended = Span(100.0, 200.0, "w", "w", "", ended_at=130.0)
        twice = Relaxation(DEFER, 3, (ended, Span(160.0, 170.0, "w", "w", "")))
        assert shifted_due(150.0, 50.0, twice) == 190.0
        assert shifted_due(150.0, 50.0, None) == 150.0

    def test_the_holders_rate_uses_it_for_ordinary_cases_only(self) -> None:
        span = Span(NOON - HOUR, NOON + HOUR, "w", "w", "")
        state = LedgerState(relaxations={DEFER: Relaxation(DEFER, 1, (span,))})
        late = {
            "state": "handled", "dispatched_at": NOON - 2 * HOUR, "holder_due_at": NOON, "fix_by_at": NOON,
            "handled_at": NOON + HOUR,
        }  # fmt: skip
        ordinary = {**late, "limit_unit": "office_day"}
        urgent = {**late, "limit_unit": "urgent_hour"}
        cases = [a_case(n, file=ordinary if n < 15 else urgent) for n in range(25)]
        assert of(cases, state)["K06b"].numerator == 15
