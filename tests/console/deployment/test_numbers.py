"""The numbers of linkage and duty in city.toml."""

from pathlib import Path
from typing import Any

import pytest

from city.dispatch.tables.task_templates import DutyNumbers, LinkageNumbers, PriorityLimits
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import DistrictError, read_district
from console.deployment.numbers import duty_numbers, linkage_numbers


def test_the_numbers_of_the_centre_win_and_the_others_are_defaults(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(
        "[linkage]\narrived_m = 150\ncloses_by_rule = false\n[linkage.p1]\nack_s = 180\n"
        '[duty]\nday_starts = "08:00"\nnight_starts = "20:00"\ngap_days = 14\n',
        encoding="utf-8",
    )
    rules = read_decision_rules(read_district(tmp_path), tmp_path, on="2026-06-01").linkage
    numbers, duty = rules.numbers, rules.duty
    assert (numbers.arrived_m, numbers.closes_by_rule) == (150.0, False)
    assert numbers.p1 == PriorityLimits(180.0, 900.0, 7200.0, 1800.0)
    assert numbers.p2 == LinkageNumbers().p2
    assert (duty.day_starts, duty.night_starts, duty.gap_days) == (28_800, 72_000, 14)
    assert duty.overlap_s == DutyNumbers().overlap_s


def test_without_numbers_all_are_defaults() -> None:
    assert linkage_numbers({}) == LinkageNumbers()
    assert duty_numbers({}) == DutyNumbers()


def test_a_limit_may_be_midnight_for_a_shift() -> None:
    assert duty_numbers({"day_starts": "00:00"}).day_starts == 0


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"arrive_m": 100}, "linkage.arrive_m: there is no such number; expected one of delivered_s"),
        ({"arrived_m": 0}, "linkage.arrived_m: expected a number above 0, got 0"),
        ({"confirm_s": float("nan")}, "linkage.confirm_s: expected a number above 0"),
        ({"closes_by_rule": "no"}, "linkage: Expected `bool`"),
        ({"repeat_share": 1.5}, "linkage.repeat_share: expected at most 1, got 1.5"),
        ({"amber_share": 2}, "linkage.amber_share: expected at most 1, got 2"),
        ({"escalate_share": 0.5}, "linkage.escalate_share: expected 1 or more, got 0.5"),
        ({"p1": 300}, "linkage.p1: expected a table of limits"),
        ({"p2": {"ack": 300}}, "linkage.p2.ack: there is no such number; expected one of ack_s"),
        ({"p3": {"due_s": -1}}, "linkage.p3.due_s: expected a number above 0"),
        ({"p1": {"ack_s": 9000}}, "linkage.p1.ack_s: expected at most 7200, got 9000"),
    ],
)
def test_a_wrong_number_of_linkage_is_named_by_its_key(given: dict[str, Any], named: str) -> None:
    with pytest.raises(DistrictError, match=r"^city\.toml: ") as raised:
        linkage_numbers(given)
    assert named in str(raised.value)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"overlap": 900}, "duty.overlap: there is no such number; expected one of day_starts"),
        ({"day_starts": 30_600}, "duty.day_starts: expected HH:MM"),
        ({"day_starts": "8:30"}, "duty.day_starts: expected HH:MM"),
        ({"night_starts": "24:00"}, "duty.night_starts: expected HH:MM"),
        ({"night_starts": "08:30"}, "duty.night_starts: expected another time than day_starts"),
        ({"gap_days": 1.5}, "duty: Expected `int`"),
        ({"leave_s": -5}, "duty.leave_s: expected a number above 0"),
    ],
)
def test_a_wrong_number_of_duty_is_named_by_its_key(given: dict[str, Any], named: str) -> None:
    with pytest.raises(DistrictError, match=r"^city\.toml: ") as raised:
        duty_numbers(given)
    assert named in str(raised.value)
