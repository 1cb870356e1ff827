"""The roster: who is on duty at a moment, and how a wrong row is named."""

import csv
import re

import pytest

import static
from city.duty import OnDuty, RosterRow, on_duty, read_roster
from city.moments import parse

HEADER = ("role", "name", "seat", "deputy", "from", "to", "count")


def rows(*lines: str) -> tuple[RosterRow, ...]:
    return read_roster(dict(zip(HEADER, line.split(","), strict=True)) for line in lines)


def at(clock: str, *lines: str) -> OnDuty:
    return on_duty(rows(*lines), parse(f"2026-11-21T{clock}+08:00"))


def shipped(moment: str) -> OnDuty:
    with static.path("tables/roster.csv").open(encoding="utf-8", newline="") as file:
        return on_duty(read_roster(csv.DictReader(file)), parse(moment))


LEADS = ("shift_lead,陈××,,沈××,08:30,20:30,", "shift_lead,顾××,,陆××,20:30,08:30,")
SEAT = ("seat,董××,绿化市容,袁××,08:30,20:00,", "seat,于××,绿化市容,余××,20:50,08:30,")


@pytest.mark.parametrize(
    ("clock", "name", "since"),
    [
        ("08:29:59", "顾××", "2026-11-20T20:30:00+08:00"),
        ("08:30:00", "陈××", "2026-11-21T08:30:00+08:00"),
        ("20:29:59", "陈××", "2026-11-21T08:30:00+08:00"),
        ("20:30:00", "顾××", "2026-11-21T20:30:00+08:00"),
        ("00:00:00", "顾××", "2026-11-20T20:30:00+08:00"),
    ],
)
def test_a_shift_holds_from_its_first_second_and_over_midnight(clock: str, name: str, since: str) -> None:
    lead = at(clock, *LEADS).shift_lead
    assert lead is not None
    assert (lead.name, lead.since) == (name, parse(since))


@pytest.mark.parametrize(
    ("clock", "next_one"),
    [
        ("08:29:59.5", "2026-11-21T08:30:00+08:00"),
        ("08:30:00", "2026-11-21T20:30:00+08:00"),
        ("23:00:00", "2026-11-22T08:30:00+08:00"),
    ],
)
def test_the_next_hand_over_is_the_next_change_of_the_shift_lead(clock: str, next_one: str) -> None:
    handover = at(clock, *LEADS).handover_at
    assert handover == pytest.approx(parse(next_one), abs=0.001)


def test_without_a_shift_lead_there_is_no_hand_over() -> None:
    assert at("12:00:00", *SEAT).handover_at is None


def test_a_whole_day_of_duty_begins_and_ends_at_the_same_hour() -> None:
    leader = at("03:00:00", "duty_leader,王××,,周××,08:30,08:30,").duty_leader
    assert leader is not None
    assert leader.since == parse("2026-11-20T08:30:00+08:00")


def test_a_seat_that_no_row_covers_is_empty_since_the_last_one_ended() -> None:
    duty = at("20:31:07", *LEADS, *SEAT)
    (seat,) = duty.seats
    assert (seat.present, seat.name, seat.deputy) == (False, "", "袁××")
    assert seat.since == parse("2026-11-21T20:00:00+08:00")
    assert (duty.present, duty.empty) == (0, (seat,))


def test_a_taken_seat_tells_who_sits_there() -> None:
    (seat,) = at("21:00:00", *SEAT).seats
    assert (seat.present, seat.name, seat.deputy) == (True, "于××", "余××")


def test_counts_add_up_over_the_rows_in_force() -> None:
    duty = at(
        "19:00:00",
        "sub_centre,,,,00:00,24:00,36",
        "workstation_all,,,,00:00,24:00,1323",
        "workstation_online,,,,08:00,18:00,1316",
        "workstation_online,,,,18:00,08:00,1298",
    )
    assert (duty.sub_centres, duty.workstations, duty.workstations_online) == (36, 1323, 1298)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("king,王××,,,08:30,20:30,", "role"),
        ("shift_lead,,,,08:30,20:30,", "name"),
        ("seat,王××,,,08:30,20:30,", "seat"),
        ("shift_lead,王××,城管,,08:30,20:30,", "seat"),
        ("shift_lead,王××,,,8:30,20:30,", "from"),
        ("shift_lead,王××,,,08:30,20:61,", "to"),
        ("shift_lead,王××,,,08:30,24:30,", "to"),
        ("sub_centre,,,,00:00,24:00,many", "count"),
        ("shift_lead,王××,,,08:30,20:30,3", "count"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(line: str, column: str) -> None:
    with pytest.raises(ValueError, match=f"row 2, {column}: "):
        rows(line)


def test_a_row_that_is_longer_than_the_header_is_named() -> None:
    line = csv.DictReader(["role,name,from,to", "shift_lead,王××,08:30,20:30,x"])
    with pytest.raises(ValueError, match="row 2: more cells"):
        read_roster(line)


def test_the_shipped_roster_has_fifteen_seats_and_at_2031_one_is_empty() -> None:
    duty = shipped("2026-11-22T20:31:07+08:00")
    assert (len(duty.seats), duty.present) == (15, 14)
    assert [seat.agency for seat in duty.empty] == ["绿化市容"]
    assert (duty.sub_centres, duty.workstations) == (36, 1323)
    assert duty.handover_at == parse("2026-11-23T08:30:00+08:00")


def test_somebody_leads_at_every_minute_of_the_day() -> None:
    start = parse("2026-11-21T00:00:00+08:00")
    with static.path("tables/roster.csv").open(encoding="utf-8", newline="") as file:
        roster = read_roster(csv.DictReader(file))
    days = [on_duty(roster, start + 60 * minute) for minute in range(1440)]
    assert all(duty.duty_leader and duty.shift_lead and duty.duty_officer for duty in days)
    assert min(duty.present for duty in days) >= 14


def test_the_shipped_names_are_surname_and_title_only() -> None:
    with static.path("tables/roster.csv").open(encoding="utf-8", newline="") as file:
        names = [row[c] for row in csv.DictReader(file) for c in ("name", "deputy") if row[c]]
    assert all(re.fullmatch(r".××（\w+）", name) for name in names)
