"""The linter of plans: each fault is named by line, field and what is expected."""

import pytest

import static
from city.response.plan_file import read_plan

AGENCIES = frozenset({
    "sw", "xc", "jt", "jj", "ps", "lh", "jg", "yj", "xf", "dl", "sz", "hs", "ny", "fg", "wl", "jy", "rq",
    "gs", "tx", "dt", "rw", "qx", "wj", "jc",
})  # fmt: skip
SHIPPED = static.path("plans/flood_typhoon.toml").read_text(encoding="utf-8")
LINES = SHIPPED.splitlines()


def problems(document: str) -> list[str]:
    return [str(one) for one in read_plan(document, "plans/x.toml", AGENCIES)[1]]


def line_of(text: str, nth: int = 0) -> int:
    return [number for number, line in enumerate(LINES, start=1) if line == text][nth]


def test_the_shipped_plan_has_every_task_of_the_table_and_no_problem() -> None:
    plan, found = read_plan(SHIPPED, "plans/flood_typhoon.toml", AGENCIES)
    assert found == []
    assert plan is not None
    expected = [*range(401, 410), *range(301, 309), *range(201, 210), *range(101, 107), 901, 902]
    assert [int(task.code) for task in plan.tasks] == expected
    for task in plan.tasks:
        rank = {"4": 1, "3": 2, "2": 3, "1": 4, "9": 0}[task.code[0]]
        assert task.rank == rank
        assert task.text["zh"]
        assert task.text["en"]
    assert set(plan.relaxations) == {
        "verbal_orders", "photo_later", "defer_ordinary", "remote_checks", "street_command", "skip_rules",
        "lift_cap",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('agencies = ["sw"]', 'agencies = ["swx"]', "agencies: unknown agency 'swx'"),
        ('code = "402"', 'code = "401"', "code: 401 is in line"),
        ('evidence = "list"', 'evidence = "film"', "evidence: expected one of ack, text, number"),
        ("due_min = 30", "", "due_min: missing; expected due_min, repeat_min or standing = true"),
        ("due_min = 30", "due_min = 0", "due_min: expected whole minutes from 1"),
        ("due_min = 30", "due_minutes = 30", "due_minutes: unknown; expected"),
        ("due_min = 60", "due_min = 60\nstanding = true", "standing: expected no due_min"),
        ('level = "IV"', 'level = "V"', "level: expected one of IV, III, II, I, end, got 'V'"),
        ('en = "Notify all sites, stop work at height in wind; report the number of sites"', "",
         "en: missing; expected a text"),
        ('short_en = "Confirm duty"', "", "short_en: missing; expected the short text in both languages"),
        ("repeat_min = 720", "due_min = 720", "repeat_min: missing; a zero report repeats"),
        ('hazard = "flood_typhoon"', 'hazard = "storm"', "hazard: expected one of flood_typhoon"),
        ('version = "2026-1"', "", "version: missing; expected a text"),
        ('lift_cap = "III"', 'no_cap = "III"', "relaxations.no_cap: unknown; expected verbal_orders"),
        ('lift_cap = "III"', 'lift_cap = "3"', "relaxations.lift_cap: expected one of IV, III, II, I"),
        ('seats_from = "III"', "seats_from = 3", "seats_from: expected one of IV"),
        ("due_min = 30", "due_min = 30\nack_min = 60", "ack_min: expected at most 30, got 60"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_line_and_field(old: str, new: str, told: str) -> None:
    assert old in SHIPPED
    found = problems(SHIPPED.replace(old, new, 1))
    (line,) = [one for one in found if told in one]
    number = int(line.split("line ")[1].split(":")[0])
    assert abs(number - line_of(old.split("\n")[0])) <= 10  # a missing field is told at the head of its table


def test_a_level_without_a_zero_report_is_named() -> None:
    (found,) = problems(SHIPPED.replace('kind = "zero_report"\n', "", 1))
    assert 'level IV has no zero report; expected a task with kind = "zero_report"' in found


def test_what_is_no_toml_is_named_by_its_line() -> None:
    (found,) = problems(SHIPPED.replace('code = "402"', "code = 402x", 1))
    assert f"line {line_of('code = ' + chr(34) + '402' + chr(34))}: expected TOML" in found


def test_a_plan_with_an_unknown_agency_can_still_be_used_and_no_other_faulty_one() -> None:
    plan, found = read_plan(SHIPPED.replace('["sw"]', '["swx"]', 1), "p", AGENCIES)
    assert plan is not None
    assert len(found) == 1
    assert read_plan(SHIPPED.replace("due_min = 30", "", 1), "p", AGENCIES)[0] is None
