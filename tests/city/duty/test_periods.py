"""The roster in absolute time: periods, the week, overrides and gaps."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

import static
from city.clocks.timestamps import parse
from city.duty.periods import gaps, periods, planned_posts, week
from city.duty.roster import PEOPLE, RosterRow, posts_at, read_roster
from city.duty.roster_checks import roster_faults, told
from city.state.duty_records import Override, Signature

HEADER = ("role", "name", "seat", "deputy", "from", "to", "count", "days")
MONDAY = parse("2026-11-23T00:00:00+08:00")
DAY_S = 86_400
LEADS = ("shift_lead,甲××,,丙××,08:30,20:30,", "shift_lead,乙××,,丁××,20:30,08:30,")


def table(*lines: str) -> list[dict[str, str]]:
    return [dict(zip(HEADER, line.split(","), strict=False)) for line in lines]


def rows(*lines: str) -> tuple[RosterRow, ...]:
    return read_roster(table(*lines))


def shipped() -> list[dict[str, str]]:
    with static.path("tables/roster.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def override(
    starts: str, ends: str, person: str = "戊××", post: str = "shift_lead", at: float = 1.0
) -> Override:
    signed = Signature("gu", "顾××", at)
    return Override(f"{post}{starts}{at}", post, parse(starts), parse(ends), person, "", "病假", signed)


def test_a_week_has_every_period_once_cut_to_the_week() -> None:
    cells = week(rows(*LEADS), (), MONDAY)["shift_lead"]
    assert len(cells) == 15
    assert (cells[0].person, cells[0].starts_at, cells[0].row) == ("乙××", MONDAY, 3)
    assert sum(cell.ends_at - cell.starts_at for cell in cells) == 7 * DAY_S
    assert cells[-1].ends_at == MONDAY + 7 * DAY_S


@pytest.mark.parametrize("role", PEOPLE[:-1])
@given(at=st.integers(0, 40 * DAY_S))
def test_the_planned_posts_are_those_that_the_roster_gives(role: str, at: int) -> None:
    roster, moment = read_roster(shipped()), MONDAY + at
    planned = planned_posts(periods(roster, (), moment, moment + 1), moment)
    persons = [post.person for key, post in planned.items() if key.partition(":")[0] == role]
    assert persons == [post.name for post in posts_at(roster, role, moment)]


def test_a_second_person_of_a_role_has_a_post_of_their_own() -> None:
    two = rows("duty_officer,甲××,,,00:00,24:00,", "duty_officer,乙××,,,00:00,24:00,")
    planned = planned_posts(periods(two, (), MONDAY, MONDAY + 1), MONDAY)
    assert {key: post.person for key, post in planned.items()} == {
        "duty_officer": "甲××", "duty_officer:2": "乙××",
    }  # fmt: skip


def test_an_override_replaces_its_time_and_leaves_the_rest_and_the_newest_one_counts() -> None:
    changes = (
        override("2026-11-23T10:00:00+08:00", "2026-11-23T12:00:00+08:00", "己××", at=2.0),
        override("2026-11-23T09:00:00+08:00", "2026-11-23T21:00:00+08:00", at=1.0),
    )
    cells = week(rows(*LEADS), changes, MONDAY)["shift_lead"]
    monday = [
        (cell.person, (cell.starts_at - MONDAY) / 3600) for cell in cells if cell.starts_at < MONDAY + DAY_S
    ]
    assert monday == [
        ("乙××", 0.0),
        ("甲××", 8.5),
        ("戊××", 9.0),
        ("己××", 10.0),
        ("戊××", 12.0),
        ("乙××", 21.0),
    ]
    assert sum(cell.ends_at - cell.starts_at for cell in cells) == 7 * DAY_S
    assert {cell.deputy for cell in cells if cell.override} == {"丙××"}  # the roster's deputy stays


def test_a_gap_is_found_before_the_seat_is_empty_and_an_override_closes_it() -> None:
    hole = rows(*LEADS[:1], "shift_lead,乙××,,,20:30,08:30,,1/2")
    found = gaps(hole, (), MONDAY, 2)
    assert [((gap.starts_at - MONDAY) / 3600, (gap.ends_at - MONDAY) / 3600, gap.row) for gap in found] in (
        [(0.0, 8.5, 0), (44.5, 48.0, 2)], [(20.5, 32.5, 2)],
    )  # fmt: skip
    gap = found[-1]
    closing = Override(
        "x", "shift_lead", gap.starts_at, gap.ends_at, "戊××", "", "补", Signature("gu", "顾", 1.0)
    )
    assert gap not in gaps(hole, [closing], MONDAY, 2)


def test_a_seat_that_is_never_staffed_at_a_time_of_the_day_has_no_gap_then() -> None:
    by_day = rows("seat,董××,城管,,08:30,17:30,")
    assert gaps(by_day, (), MONDAY) == ()
    every_other = rows("seat,董××,城管,,08:30,17:30,,1/2")
    assert {gap.post for gap in gaps(every_other, (), MONDAY, codes={"城管": "cg"})} == {"seat:cg"}
    assert gaps(rows("duty_leader,王××,,,08:30,17:30,"), (), MONDAY) != ()


@given(st.integers(0, 23 * 60), st.integers(1, 30 * 60))
def test_what_an_override_covers_is_no_gap(start: int, minutes: int) -> None:
    one = Override(
        "x", "duty_leader", MONDAY + start * 60, MONDAY + (start + minutes) * 60, "王××", "", "",
        Signature("gu", "顾", 1.0),
    )  # fmt: skip
    found = gaps(rows("duty_leader,王××,,,23:59,24:00,"), [one], MONDAY, 3)
    assert not [gap for gap in found if gap.starts_at < one.ends_at and one.starts_at < gap.ends_at]
    covered = sum(gap.ends_at - gap.starts_at for gap in found)
    assert covered <= 3 * DAY_S - min(minutes * 60, 3 * DAY_S - start * 60)


def test_the_shipped_roster_has_no_fault() -> None:
    with static.path("tables/agencies.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["short_zh"]: row["code"] for row in csv.DictReader(file)}
    assert roster_faults(shipped(), (), MONDAY, codes=codes) == ()


@pytest.mark.parametrize(("line", "words"), [
    ("seat,王××,林业,,00:00,24:00,", "row 4, seat: there is no agency '林业'"),
    ("king,王××,,,00:00,24:00,", "row 4, role: expected one of"),
    ("shift_lead,王××,,,10:00,11:00,",
     "row 4, from: two persons at shift_lead from 2026-11-23T02:00Z to 2026-11-23T03:00Z"),
    ("duty_leader,王××,,,00:00,24:00,,1/7",
     "row 4, to: nobody at duty_leader from 2026-11-23T16:00Z to 2026-11-29T16:00Z"),
])  # fmt: skip
def test_a_fault_is_told_by_row_and_column(line: str, words: str) -> None:
    faults = roster_faults(table(*LEADS, line), (), MONDAY, codes={"城管": "cg"})
    assert [told(fault)[: len(words)] for fault in faults] == [words]
