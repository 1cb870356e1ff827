"""Holders' own due times: the limit of the second holder, and which calendar applies."""

from typing import Any

import msgspec
import pytest

from city.clocks.timestamps import iso, parse
from city.clocks.working_time import Calendar, Due
from city.commands.cases.limits import half_of, holder_due, return_by, shifted, sign_by
from city.commands.command import Command
from city.commands.decision import Order, ordered
from tests.city.commands.world import CHEN, WEI, ZONE_S, World


def order(start: str, value: int, unit: str, **file: Any) -> Order:
    w = World(start)
    key = w.report()
    command = Command("c", "reassign", f"case:{key}")
    return ordered(w.state, w.case(key), command, CHEN, w.rules, w.now).with_file(
        limit_value=value, limit_unit=unit, **file
    )


def clock(at: float) -> str:
    return iso(at + ZONE_S)[:16]


@pytest.mark.parametrize(
    ("start", "value", "unit", "half"),
    [
        ("2026-11-23T10:00:00+08:00", 2, "urgent_hour", "2026-11-23T11:00"),
        ("2026-11-23T10:00:00+08:00", 1, "urgent_hour", "2026-11-23T10:30"),
        ("2026-11-23T10:00:00+08:00", 4, "office_hour", "2026-11-23T12:00"),
        ("2026-11-23T10:00:00+08:00", 2, "office_day", "2026-11-24T10:00"),
        ("2026-11-23T10:00:00+08:00", 1, "office_day", "2026-11-23T14:45"),
        ("2026-11-27T10:00:00+08:00", 5, "office_day", "2026-12-01T14:45"),
        ("2026-11-27T10:00:00+08:00", 3, "calendar_day", "2026-11-28T22:00"),
    ],
)
def test_half_of_a_limit(start: str, value: int, unit: str, half: str) -> None:
    due = half_of(order(start, value, unit), WEI)
    assert due is not None
    assert clock(due.at) == half


def test_an_agency_that_never_closes_has_half_by_the_clock() -> None:
    o = order("2026-11-27T17:00:00+08:00", 1, "office_day")
    o = msgspec.structs.replace(
        o, rules=msgspec.structs.replace(o.rules, calendars={"dl": Calendar(all_hours=True)})
    )
    due = half_of(o, "dl")
    assert due is not None
    assert clock(due.at) == "2026-11-28T05:00"


def test_the_first_holder_has_the_citizens_time_a_later_one_at_least_half_of_the_limit() -> None:
    fix = parse("2026-11-23T10:30:00+08:00")
    o = order("2026-11-23T10:00:00+08:00", 2, "urgent_hour", fix_by_at=fix)
    assert holder_due(o, "dl", first=True).at == fix
    assert clock(holder_due(o, "dl", first=False).at) == "2026-11-23T11:00"
    early = o.with_file(fix_by_at=fix + 7200)
    assert holder_due(early, "dl", first=False).at == fix + 7200


def test_signing_and_returning_run_by_the_clock_for_urgent_classes_alone() -> None:
    urgent = order("2026-11-23T17:00:00+08:00", 2, "urgent_hour")
    ordinary = order("2026-11-23T17:00:00+08:00", 5, "office_day")
    assert [clock(f(urgent, WEI).at) for f in (sign_by, return_by)] == [
        "2026-11-23T17:30",
        "2026-11-23T17:15",
    ]
    assert [clock(f(ordinary, WEI).at) for f in (sign_by, return_by)] == ["2026-11-24T10:30"] * 2


def test_a_year_whose_holidays_are_unknown_is_said() -> None:
    o = order("2027-12-31T16:00:00+08:00", 5, "office_day")
    assert sign_by(o, WEI).undetermined


def test_what_was_overdue_when_it_was_suspended_stays_as_overdue_as_it_was() -> None:
    o = order("2026-11-23T12:00:00+08:00", 5, "office_day")
    since = o.now.city - 3600
    assert shifted(o, since - 600, since) == Due(since - 600 + 3600)
    assert shifted(o, None, since) is None
