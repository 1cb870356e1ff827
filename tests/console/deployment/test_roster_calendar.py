"""The roster as an iCalendar file, read back by the library."""

from datetime import UTC, datetime

from icalendar import Calendar

from city.clocks.timestamps import parse
from city.duty.periods import Period, periods
from city.duty.roster import read_roster
from console.deployment.roster_calendar import calendar_of

MONDAY = parse("2026-11-23T00:00:00+08:00")
ROWS = read_roster([
    {"role": "shift_lead", "name": "甲××（值班长）", "deputy": "丙××", "from": "08:30", "to": "20:30"},
    {"role": "seat", "name": "乙××；科长", "seat": "城管", "deputy": "", "from": "20:30", "to": "08:30"},
])  # fmt: skip


def planned() -> tuple[Period, ...]:
    return periods(ROWS, (), MONDAY, MONDAY + 86_400, codes={"城管": "cg"})


def exported(person: str = "") -> Calendar:
    data = calendar_of(
        planned(), district="310115", now=MONDAY, deputy_word="副岗", person=person,
        post_name={"shift_lead": "值班长", "seat:cg": "城管席"}.__getitem__,
    )  # fmt: skip
    return Calendar.from_ical(data)  # type: ignore[return-value]


def test_every_period_is_an_event_with_its_times_in_utc() -> None:
    told = [
        (str(event["summary"]), event.decoded("dtstart"), event.decoded("dtend"))
        for event in exported().events
    ]
    assert told == [
        (
            "值班长 甲××（值班长）",
            datetime(2026, 11, 23, 0, 30, tzinfo=UTC),
            datetime(2026, 11, 23, 12, 30, tzinfo=UTC),
        ),
        (
            "城管席 乙××；科长",
            datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
            datetime(2026, 11, 23, 0, 30, tzinfo=UTC),
        ),
        (
            "城管席 乙××；科长",
            datetime(2026, 11, 23, 12, 30, tzinfo=UTC),
            datetime(2026, 11, 24, 0, 30, tzinfo=UTC),
        ),
    ]
    assert str(exported().events[0]["description"]) == "副岗 丙××"


def test_an_event_keeps_its_uid_and_no_two_events_share_one() -> None:
    first, second = ([str(event["uid"]) for event in exported().events] for _ in range(2))
    assert first == second
    assert len(set(first)) == 3


def test_a_person_gets_their_own_periods_as_holder_or_deputy() -> None:
    assert len(exported("丙××").events) == 1
    assert len(exported("乙××；科长").events) == 2
    assert exported("戊××").events == []
