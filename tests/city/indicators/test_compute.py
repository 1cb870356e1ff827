"""Indicators of cases made by hand; a whole day is checked in tests/feeds/test_recorded_day.py."""

from datetime import datetime
from typing import Any

import msgspec
import pytest

from city.clocks.working_time import Calendar
from city.indicators.compute import Indicator, indicators
from city.indicators.repeats import year_before
from city.state.case_file import Bounce, CaseFile, Check, MakeSafe, Ruling
from city.state.ledger_state import Case, LedgerState, Mirror, Place

EAST8 = 8 * 3600
HOUR, DAY = 3600.0, 86_400.0
BEGIN = datetime.fromisoformat("2026-06-09T00:00:00+08:00").timestamp()
NOON = BEGIN + 12 * HOUR
END = BEGIN + DAY
OFFICE = Calendar(known_years=frozenset({2026}))


def a_case(number: int, **given: Any) -> Case:
    file = CaseFile(own=given.pop("own", True), since=NOON, **given.pop("file", {}))
    at = given.pop("at", NOON)
    lon, lat = given.pop("place", (121.5, 31.0 + number / 100))
    plain = {
        "channel": "inspector", "kind": "event", "code": "0110", "urgency": "normal", "hazard": False,
        "caller_ref": "",
    }  # fmt: skip
    told = {**plain, **given}
    return Case(
        f"hotline/{number}", "hotline", told["channel"], told["kind"], told["code"], "", "", told["urgency"],
        told["hazard"], Place(lon, lat, "310115005"), at, at, at, Mirror(), caller_ref=told["caller_ref"],
        file=file,
    )  # fmt: skip


def of(cases: list[Case], now: float = END) -> dict[str, Indicator]:
    state = LedgerState(cases={case.key: case for case in cases})
    return indicators(state, (BEGIN, END), now=now, zone_offset_s=EAST8, calendar=OFFICE)


def figures(key: str, good: dict[str, Any], bad: dict[str, Any], **given: Any) -> Indicator:
    """Return an indicator over 15 cases that count for it and 10 that do not."""
    cases = [a_case(n, **{**given, "file": good if n < 15 else bad}) for n in range(25)]
    return of(cases)[key]


FILED = {"filed_at": NOON, "state": "filed"}
SENT = {**FILED, "state": "dispatched", "first_dispatched_at": NOON, "dispatched_at": NOON}
CLOSED = {**SENT, "state": "closed", "closed_at": NOON + HOUR, "deadline_at": NOON + 2 * HOUR}
LATE = {**CLOSED, "closed_at": NOON + 3 * HOUR}
DUE = {**SENT, "holder_due_at": NOON + HOUR}
DONE = {**DUE, "state": "handled", "handled_at": NOON + HOUR}
CHECK = Check("field", "zhong", NOON, passed=True)
BOUNCE = Bounce("gs", "not_my_duty", "", NOON, counts=True)
WRONG = Bounce("gs", "wrong_category", "", NOON, counts=False)
RULED = Ruling(NOON, "bounces", NOON + 2 * HOUR, NOON, holder="gs", ruled_at=NOON + HOUR, registered="area:x")


@pytest.mark.parametrize(
    ("key", "good", "bad", "given"),
    [
        ("K02", FILED, {"state": "rejected"}, {}),
        (
            "K03",
            {**FILED, "owner_state_at_filing": "unknown", "owner_state": "ruled_interim"},
            {**FILED, "owner_state_at_filing": "confirmed"},
            {"kind": "component"},
        ),
        ("K04", {**SENT, "dispatch_by": NOON}, {**SENT, "dispatch_by": NOON - 1}, {}),
        ("K05", SENT, {**SENT, "bounces": (WRONG,)}, {}),
        ("K06", {**DONE, "handled_at": NOON + 2 * HOUR}, DUE, {}),
        ("K06b", {**DONE, "handled_at": NOON + HOUR}, {**DONE, "handled_at": NOON + HOUR + 1}, {}),
        ("K06", DONE, {**DONE, "state": "handling", "reworks": 1}, {}),  # its check failed
        ("K06b", DONE, {**DONE, "state": "handling", "reworks": 1}, {}),
        ("K06", DONE, {**FILED, "state": "returned", "fix_by_at": NOON + HOUR}, {}),
        (
            "K06b",
            {**CLOSED, "handled_at": NOON, "fix_by_at": NOON + HOUR},  # handled on the spot: no holder
            {**FILED, "state": "ruling", "fix_by_at": NOON + HOUR},
            {},
        ),
        ("K07", CLOSED, {**CLOSED, "state": "handled"}, {}),
        ("K08", CLOSED, LATE, {}),
        ("K08", {**LATE, "timeout_exempt": True}, LATE, {}),
        ("K09", {"check": CHECK, "reworks": 2}, {"check": CHECK}, {}),
        ("K11", {**SENT, "bounces": (BOUNCE,)}, {**SENT, "bounces": (WRONG,)}, {}),
        (
            "K11b",
            {**SENT, "bounces": (BOUNCE,), "ruling": Ruling(NOON, "loop", NOON, NOON)},
            {**SENT, "bounces": (BOUNCE,), "ruling": Ruling(NOON, "bounces", NOON, NOON)},
            {},
        ),
        ("K13", {"rulings": (RULED,), "ruling": RULED}, {"ruling": Ruling(NOON, "bounces", NOON, NOON)}, {}),
        (
            "K13b",
            {"rulings": (RULED,), "ruling": RULED},
            {"rulings": (Ruling(NOON, "x", NOON, NOON, holder="gs", ruled_at=NOON),)},
            {},
        ),
        (
            "K14",
            {"make_safe": MakeSafe("s", NOON, NOON, done_at=NOON + HOUR)},
            {"make_safe": MakeSafe("s", NOON, NOON, done_at=NOON + HOUR + 1)},
            {"hazard": True},
        ),
        (
            "K15",
            {"contact_at": NOON + 25 * HOUR},
            {"contact_at": NOON + 25 * HOUR + 1},
            {"channel": "hotline_12345"},
        ),
        (
            "K15b",
            {"satisfaction": "dissatisfied", "resolved": "solved"},
            {"satisfaction": "unreachable", "resolved": "solved"},  # nobody answered
            {"channel": "hotline_12345"},
        ),
        (
            "K15c",
            {"satisfaction": "satisfied", "resolved": "solved"},
            {"satisfaction": "basically", "resolved": "solved"},
            {"channel": "hotline_12345"},
        ),
        ("K24", FILED, {"state": "merged"}, {}),
        ("K24b", {"state": "merged"}, FILED, {}),
    ],
)  # fmt: skip
def test_a_rate_counts_who_meets_it(
    key: str, good: dict[str, Any], bad: dict[str, Any], given: dict[str, Any]
) -> None:
    found = figures(key, good, bad, **given)
    assert (found.value, found.numerator, found.denominator) == (60.0, 15, 25)
    assert (found.unit, found.formula_key, found.why_not) == ("percent", f"formula.{key}", "")


def test_a_rate_of_nineteen_says_nothing_but_its_numbers() -> None:
    nineteen = of([a_case(n, file=FILED) for n in range(19)])["K02"]
    assert (nineteen.value, nineteen.numerator, nineteen.denominator, nineteen.why_not) == (
        None,
        19,
        19,
        "few",
    )
    assert of([a_case(n, file=FILED) for n in range(20)])["K02"].value == 100.0


def test_reports_are_counted_by_channel_and_what_is_outside_the_period_is_not() -> None:
    cases = [
        a_case(0, at=BEGIN), a_case(1, at=END - 0.001, channel="sensor"), a_case(2, at=END),
        a_case(3, at=BEGIN - 0.001), a_case(4, own=False, channel="sensor"),
    ]  # fmt: skip
    found = of(cases)["K01"]
    assert (found.value, found.unit) == (3, "count")
    assert found.inputs == {"inspector": 1, "sensor": 2}


def test_cases_that_others_handle_are_in_no_rate() -> None:
    assert of([a_case(n, own=False, file=CLOSED) for n in range(30)])["K07"].denominator == 0


def test_paused_cases_stand_beside_the_closing_rate_and_merged_ones_are_left_out() -> None:
    states = ["suspended"] * 3 + ["transferred_up"] * 2 + ["merged"] * 4 + ["handling"] * 20
    cases = [a_case(n, file={**CLOSED, "state": state}) for n, state in enumerate(states)]
    found = of(cases)["K07"]
    assert (found.denominator, found.inputs["paused"]) == (20, 5)


def test_paused_and_voided_cases_are_not_unhandled() -> None:
    states = ["suspended"] * 3 + ["transferred_up"] * 2 + ["voided"] * 4 + ["handling"] * 20
    cases = [a_case(n, file={**DUE, "state": state}) for n, state in enumerate(states)]
    for key in ("K06", "K06b"):
        found = of(cases)[key]
        assert (found.numerator, found.denominator, found.inputs["paused"]) == (0, 20, 5)


def test_a_ruling_that_another_system_asked_for_is_due_by_no_limit_of_ours() -> None:
    theirs = msgspec.structs.replace(RULED, reason="mirrored")
    cases = [a_case(n, file={"rulings": (theirs if n < 5 else RULED,)}) for n in range(25)]
    found = of(cases)
    assert (found["K13"].numerator, found["K13"].denominator) == (20, 20)
    assert found["K13b"].denominator == 25


def test_durations_are_a_median_and_the_ninetieth_percentile_without_suspension() -> None:
    cases = [
        a_case(n, at=NOON, file={
            **CLOSED, "closed_at": NOON + 60.0 * (n + 1) + 600, "suspended_s": 600.0,
            "handled_at": NOON + 30.0 * (n + 1) + 600,
        })
        for n in range(21)
    ]  # fmt: skip
    found = of(cases)
    assert [found[key].value for key in ("K10", "K10b", "K10c", "K10d")] == [660.0, 1140.0, 330.0, 570.0]
    assert of(cases[:19])["K10"].why_not == "few"


def test_what_hangs_is_counted_however_few_and_the_longest_named() -> None:
    cases = [a_case(n, file={"state": "ruling", "first_return_at": NOON - n * HOUR}) for n in range(3)]
    found = of(cases, now=NOON + HOUR)
    assert (found["K12"].value, found["K12b"].value) == (3, 3 * HOUR)
    assert of([])["K12b"].why_not == "none"


def order(number: int, **given: Any) -> Case:
    return a_case(number, channel="hotline_12345", **given)


def test_an_order_repeats_by_place_and_class_or_by_caller_within_thirty_days() -> None:
    metre = 1 / 111_195
    here = (121.5, 31.2)
    first = order(0, at=NOON - 29 * DAY, place=here, caller_ref="c_1")
    asked = {
        "near": order(1, place=(121.5, 31.2 + 49 * metre)),
        "far": order(2, place=(121.5, 31.2 + 120 * metre)),
        "other class": order(3, place=here, code="0405"),
        "same caller": order(4, place=(121.7, 31.0), caller_ref="c_1"),
        "nobody's": order(5, place=(121.8, 31.0)),
        "no place": order(6, place=(float("nan"), float("nan"))),
    }
    found = of([first, *asked.values()])["K16"]
    assert (found.numerator, found.denominator) == (2, 6)
    early = order(0, at=NOON - 31 * DAY, place=here, caller_ref="c_1")
    assert of([early, *asked.values()])["K16"].numerator == 0


def test_orders_without_a_class_are_not_of_the_same_class() -> None:
    words = [order(n, at=NOON + n, place=(121.5, 31.2), code="") for n in range(3)]
    assert of(words)["K16"].numerator == 0


def test_an_order_does_not_repeat_itself_nor_what_came_later() -> None:
    later = order(1, at=NOON + HOUR, place=(121.5, 31.2))
    found = of([order(0, place=(121.5, 31.2)), later])["K16"]
    assert (found.numerator, found.denominator) == (1, 2)


def test_a_problem_recurs_when_it_is_reported_again_within_thirty_days_of_its_end() -> None:
    closed = a_case(0, place=(121.5, 31.2), file=CLOSED)
    before = a_case(1, at=NOON + 0.5 * HOUR, place=(121.5, 31.2))
    after = a_case(2, at=NOON + 20 * DAY, place=(121.5, 31.2))
    assert of([closed, before])["K16b"].numerator == 0
    assert of([closed, before, after])["K16b"].numerator == 1


def test_complaints_are_compared_with_the_same_period_last_year() -> None:
    year = 365 * DAY
    cases = [order(n, at=NOON - (year if n < 20 else 0)) for n in range(50)]
    assert of(cases)["K17"].value == 50.0
    nothing = of(cases[20:])["K17"]
    assert (nothing.value, nothing.why_not) == (None, "no_last_year")


def test_a_year_before_a_leap_day_is_the_twenty_eighth() -> None:
    leap = datetime.fromisoformat("2028-02-29T08:00:00+08:00").timestamp()
    assert year_before(leap, EAST8) == datetime.fromisoformat("2027-02-28T08:00:00+08:00").timestamp()


def test_without_a_calendar_nobody_knows_the_first_contact() -> None:
    state = LedgerState(cases={f"c{n}": order(n) for n in range(30)})
    found = indicators(state, (BEGIN, END), now=END, zone_offset_s=EAST8)["K15"]
    assert (found.value, found.why_not) == (None, "calendar")
