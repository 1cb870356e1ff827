from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.clocks.working_time import Calendar, Due, due, office_seconds

EAST8 = 8 * 3600
HOLIDAYS = frozenset(f"2025-10-0{day}" for day in range(1, 9))
NATIONAL = Calendar(
    holidays=HOLIDAYS | {"2026-01-01", "2026-01-02"},
    make_up_days=frozenset({"2025-09-28", "2025-10-11", "2026-01-04"}),
    known_years=frozenset({2025, 2026}),
)
ALL_HOURS = Calendar(all_hours=True)
UNITS = ("urgent_hour", "office_hour", "office_day", "calendar_day")


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}+08:00").timestamp()


def told(answer: Due) -> str:
    return (datetime.fromtimestamp(answer.at, UTC) + timedelta(seconds=EAST8)).strftime("%Y-%m-%d %H:%M")


def limit(start: str, value: float, unit: str, calendar: Calendar = NATIONAL) -> Due:
    return due(at(start), value, unit, calendar, zone_offset_s=EAST8)


@pytest.mark.parametrize(
    ("start", "value", "unit", "expected"),
    [  # the eight vectors of domain §4.4
        ("2025-09-26 17:10", 2, "urgent_hour", "2025-09-26 19:10"),
        ("2025-09-23 16:00", 4, "office_hour", "2025-09-24 11:30"),
        ("2025-09-26 16:00", 4, "office_hour", "2025-09-28 11:30"),
        ("2025-09-30 16:00", 4, "office_hour", "2025-10-09 11:30"),
        ("2025-09-22 11:30", 2, "office_hour", "2025-09-22 14:30"),
        ("2025-09-30 16:00", 1, "office_day", "2025-10-09 16:00"),
        ("2025-09-25 10:20", 5, "office_day", "2025-10-09 10:20"),
        ("2025-09-27 03:00", 1, "office_day", "2025-09-29 09:00"),
        # more: the end of the year, lunch, the ends of a period, clock units over a holiday
        ("2025-12-31 16:00", 4, "office_hour", "2026-01-04 11:30"),
        ("2025-12-31 16:00", 3, "office_day", "2026-01-06 16:00"),
        ("2025-12-31 23:30", 1, "urgent_hour", "2026-01-01 00:30"),
        ("2025-12-31 09:00", 2, "calendar_day", "2026-01-02 09:00"),
        ("2025-09-22 09:00", 3, "office_hour", "2025-09-22 12:00"),
        ("2025-09-22 12:00", 1, "office_hour", "2025-09-22 14:00"),
        ("2025-09-22 12:30", 1, "office_day", "2025-09-23 13:00"),
        ("2025-09-22 17:30", 1, "office_day", "2025-09-24 09:00"),
        ("2025-09-22 17:29", 1, "office_day", "2025-09-23 17:29"),
        ("2025-09-30 17:30", 7.5, "office_hour", "2025-10-09 17:30"),
    ],
)
def test_a_limit_is_due(start: str, value: float, unit: str, expected: str) -> None:
    answer = limit(start, value, unit)
    assert (told(answer), answer.undetermined) == (expected, False)


def test_a_year_whose_holidays_are_unknown_goes_by_weekdays_and_says_so() -> None:
    answer = limit("2026-12-31 16:00", 4, "office_hour")
    assert (told(answer), answer.undetermined) == ("2027-01-01 11:30", True)
    assert limit("2027-03-06 10:00", 1, "office_day") == Due(at("2027-03-09 09:00"), undetermined=True)


def test_a_limit_that_ends_within_a_known_year_is_determined() -> None:
    assert not limit("2026-12-31 10:00", 4, "office_hour").undetermined
    assert not limit("2030-12-31 10:00", 400, "urgent_hour").undetermined


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(4, "office_hour", "2025-10-01 02:00"), (1, "office_day", "2025-10-01 22:00")],
)
def test_an_agency_of_all_hours_goes_by_the_clock(value: int, unit: str, expected: str) -> None:
    assert limit("2025-09-30 22:00", value, unit, ALL_HOURS) == Due(at(expected))


def test_a_single_day_may_have_other_periods() -> None:
    short = Calendar(known_years=frozenset({2026}), hours={"2026-02-13": ((32_400, 43_200),)})
    assert told(limit("2026-02-13 11:00", 2, "office_hour", short)) == "2026-02-16 10:00"
    assert told(limit("2026-02-12 15:00", 1, "office_day", short)) == "2026-02-16 09:00"


def test_a_calendar_that_is_never_open_goes_by_the_clock_and_says_so() -> None:
    never = Calendar(weekdays=frozenset(), known_years=frozenset({2025}))
    assert limit("2025-09-22 10:00", 2, "office_hour", never) == Due(
        at("2025-09-22 12:00"), undetermined=True
    )
    assert limit("2025-09-22 10:00", 2, "office_day", never).undetermined


def test_an_unknown_unit_is_named() -> None:
    with pytest.raises(ValueError, match="got 'fortnight'"):
        limit("2025-09-22 10:00", 1, "fortnight")


starts = st.floats(at("2025-01-01 00:00"), at("2026-12-01 00:00"))
values = st.integers(1, 60)
units = st.sampled_from(UNITS)


@given(starts, st.floats(0, 30 * 86_400), values, units)
def test_a_later_start_is_never_due_earlier(start: float, more: float, value: int, unit: str) -> None:
    first, later = (due(s, value, unit, NATIONAL, zone_offset_s=EAST8).at for s in (start, start + more))
    assert first <= later


@given(starts, values, units)
def test_a_longer_limit_is_due_later(start: float, value: int, unit: str) -> None:
    first, later = (due(start, v, unit, NATIONAL, zone_offset_s=EAST8).at for v in (value, value + 1))
    assert start < first < later


@given(starts, values, values, st.sampled_from(("urgent_hour", "office_hour", "calendar_day")))
def test_limits_add_up(start: float, one: int, two: int, unit: str) -> None:
    middle = due(start, one, unit, NATIONAL, zone_offset_s=EAST8).at
    end = due(middle, two, unit, NATIONAL, zone_offset_s=EAST8).at
    assert end == pytest.approx(due(start, one + two, unit, NATIONAL, zone_offset_s=EAST8).at, abs=1e-3)


@given(starts, values, values)
def test_office_days_add_up_from_office_time(start: float, one: int, two: int) -> None:
    middle = due(start, one, "office_day", NATIONAL, zone_offset_s=EAST8).at
    end = due(middle, two, "office_day", NATIONAL, zone_offset_s=EAST8).at
    assert end == pytest.approx(
        due(start, one + two, "office_day", NATIONAL, zone_offset_s=EAST8).at, abs=1e-3
    )


@given(starts, values, st.sampled_from(("office_hour", "office_day")))
def test_an_office_limit_is_never_due_while_the_office_is_closed(start: float, value: int, unit: str) -> None:
    end = due(start, value, unit, NATIONAL, zone_offset_s=EAST8).at
    assert office_seconds(end - 1, end + 1, NATIONAL, zone_offset_s=EAST8) > 0


@given(starts, st.floats(0.01, 300))
def test_office_hours_are_what_office_seconds_measure(start: float, hours: float) -> None:
    end = due(start, hours, "office_hour", NATIONAL, zone_offset_s=EAST8).at
    assert office_seconds(start, end, NATIONAL, zone_offset_s=EAST8) == pytest.approx(hours * 3600, abs=1e-3)


@given(starts, st.floats(0, 40 * 86_400), st.floats(0, 40 * 86_400))
def test_office_time_adds_up(start: float, one: float, two: float) -> None:
    def between(begin: float, end: float) -> float:
        return office_seconds(begin, end, NATIONAL, zone_offset_s=EAST8)

    middle, end = start + one, start + one + two
    assert between(start, middle) + between(middle, end) == pytest.approx(between(start, end), abs=1e-3)


def test_office_time_of_a_week_is_counted() -> None:
    week = (at("2025-09-22 00:00"), at("2025-09-29 00:00"))
    assert office_seconds(*week, NATIONAL, zone_offset_s=EAST8) == 6 * 7.5 * 3600  # with a working Sunday
    assert office_seconds(*week, ALL_HOURS, zone_offset_s=EAST8) == 7 * 86_400
    assert office_seconds(week[1], week[0], NATIONAL, zone_offset_s=EAST8) == 0
