"""The roster: who is on duty at a given time, and the errors for wrong rows."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import static
from city.clocks.timestamps import parse
from city.duty.roster import OnDuty, RosterRow, on_duty, posts_at, read_roster

HEADER = ("role", "name", "seat", "deputy", "from", "to", "count", "days")


def rows(*lines: str) -> tuple[RosterRow, ...]:
    return read_roster(dict(zip(HEADER, line.split(","), strict=False)) for line in lines)


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


TEAMS = [f"shift_lead,{name}××,,,08:30,20:30,,{k}/4" for k, name in enumerate("甲乙丙丁", 1)] + [
    f"shift_lead,{name}××,,,20:30,08:30,,{k % 4 + 1}/4" for k, name in enumerate("甲乙丙丁", 1)
]


def of_teams(moment: str) -> OnDuty:
    return on_duty(rows(*TEAMS), parse(moment))


def test_four_teams_take_turns_day_night_and_two_days_off() -> None:
    days = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]
    on_shift = [of_teams(f"{day}T{clock}+08:00").shift_lead for day in days for clock in ("12:00", "22:00")]
    assert [post.name[0] for post in on_shift if post] == list("甲丁乙甲丙乙丁丙甲丁")


def test_a_shift_of_a_team_goes_on_over_midnight_of_its_last_day() -> None:
    night = of_teams("2024-01-03T03:00:00+08:00")
    assert night.shift_lead is not None
    assert (night.shift_lead.name, night.shift_lead.since) == ("甲××", parse("2024-01-02T20:30:00+08:00"))
    assert night.handover_at == parse("2024-01-03T08:30:00+08:00")


@given(st.integers(0, 4 * 86_400 - 1), st.integers(0, 2000))
def test_the_teams_cover_every_second_once_and_come_back_after_four_days(second: int, cycles: int) -> None:
    start = parse("2024-01-01T00:00:00+08:00")
    roster = rows(*TEAMS)
    here = posts_at(roster, "shift_lead", start + second)
    later = posts_at(roster, "shift_lead", start + second + cycles * 4 * 86_400)
    assert len(here) == 1
    assert [post.name for post in here] == [post.name for post in later]


def test_a_seat_of_one_day_in_seven_is_empty_since_it_was_last_taken() -> None:
    mondays = ["seat,董××,城管,袁××,08:30,20:00,,1/7"]
    (seat,) = on_duty(rows(*mondays), parse("2026-11-28T12:00:00+08:00")).seats  # a Saturday
    assert (seat.present, seat.since) == (False, parse("2026-11-23T20:00:00+08:00"))
    (seat,) = on_duty(rows(*mondays), parse("2026-11-30T08:30:00+08:00")).seats
    assert seat.present


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
        ("shift_lead,王××,,,08:30,20:30,,5/4", "days"),
        ("shift_lead,王××,,,08:30,20:30,,0/4", "days"),
        ("shift_lead,王××,,,08:30,20:30,,Monday", "days"),
        ("shift_lead,王××,,,08:30,20:30,,1/9999", "days"),
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


def test_the_shipped_roster_names_others_on_the_next_day_and_the_same_after_four() -> None:
    noons = [shipped(f"2026-11-{day}T12:00:00+08:00") for day in (22, 23, 24, 25, 26)]
    leads = [(duty.duty_leader, duty.shift_lead, duty.duty_officer) for duty in noons]
    names = [[post.name for post in three if post] for three in leads]
    assert len({name for three in names[:4] for name in three}) == 12
    assert names[0] == names[4]
    assert len({tuple(seat.name for seat in duty.seats) for duty in noons[:4]}) == 4


def test_somebody_leads_at_every_minute_of_the_day() -> None:
    start = parse("2026-11-21T00:00:00+08:00")
    with static.path("tables/roster.csv").open(encoding="utf-8", newline="") as file:
        roster = read_roster(csv.DictReader(file))
    days = [on_duty(roster, start + 60 * minute) for minute in range(1440)]
    assert all(duty.duty_leader and duty.shift_lead and duty.duty_officer for duty in days)
    assert min(duty.present for duty in days) >= 14
    rotating = [posts_at(roster, "rotating_leader", start + 3600 * hour) for hour in range(48)]
    assert all(len(posts) == 1 and posts[0].deputy for posts in rotating)
    assert len({posts[0].name for posts in rotating}) == 2  # so that one hands over to the other


def test_the_shipped_names_are_surname_and_title_only() -> None:
    with static.path("tables/roster.csv").open(encoding="utf-8", newline="") as file:
        names = [row[c] for row in csv.DictReader(file) for c in ("name", "deputy") if row[c]]
    assert all(re.fullmatch(r".××（\w+）", name) for name in names)
