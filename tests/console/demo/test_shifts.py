"""The demo's shifts: a hand-over comes soon after the first start, with the people of the shipped roster."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import static
from city.duty.roster import on_duty, read_roster
from city.duty.roster_checks import roster_faults
from console.demo.shifts import SOON, first_shifts, moved_roster
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import is_built_in, read_district, read_rows

DAY_S = 86_400.0
MONDAY = 1_764_000_000.0 - 1_764_000_000.0 % DAY_S


def shipped() -> list[dict[str, str]]:
    with static.path("tables/roster.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("minute", [0, 1, 481, 509, 510, 847, 1200, 1229, 1439])
def test_the_first_hand_over_is_soon_and_between_two_people(tmp_path: Path, minute: int) -> None:
    first_shifts(tmp_path, minute)
    assert is_built_in(tmp_path)
    times = read_decision_rules(read_district(tmp_path), tmp_path).linkage.duty
    starts = {times.day_starts // 60, times.night_starts // 60}
    [wait] = [left for start in starts if (left := (start - minute) % 1440) < 12 * 60]
    assert SOON <= wait < SOON + 5
    roster = read_roster(read_rows(tmp_path, "roster.csv")[0])
    at = MONDAY + (minute + wait) * 60 - 28_800
    agencies = {row["short_zh"]: row["code"] for row in read_rows(tmp_path, "agencies.csv")[0]}
    assert roster_faults(read_rows(tmp_path, "roster.csv")[0], (), MONDAY, codes=agencies) == ()
    leads = [on_duty(roster, at + offset).shift_lead for offset in (-1, 1)]
    assert all(leads)
    assert len({lead.name for lead in leads if lead}) == 2


@given(st.integers(-1440, 1440), st.floats(0, 14 * DAY_S))
def test_a_moved_roster_names_the_same_people_so_much_later(minutes: int, at: float) -> None:
    people = [row for row in shipped() if row["role"] in ("shift_lead", "duty_leader", "duty_officer")]
    before = on_duty(read_roster(people), MONDAY + at)
    after = on_duty(read_roster(moved_roster(people, minutes)), MONDAY + at + minutes * 60)
    for role in ("shift_lead", "duty_leader", "duty_officer"):
        assert getattr(after, role).name == getattr(before, role).name


def test_who_has_shifts_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("mine", encoding="utf-8")
    first_shifts(tmp_path, 500)
    assert [path.name for path in tmp_path.iterdir()] == ["roster.csv"]
