"""The linter: the problems that it finds, and that the shipped tables have none."""

import csv
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

import static
from city.dispatch.checks.table_checks import COLUMNS, check_tables
from city.dispatch.tables.cells import Problem
from city.places.streets import Streets

ON = "2026-06-01"
Rows = list[dict[str, str]]


def shipped(name: str) -> Rows:
    with static.path(f"tables/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def problems(
    streets: Streets, name: str = "", change: Callable[[Rows], Any] = len, on: str = ON
) -> list[Problem]:
    """Return the problems of the shipped tables after ``change`` of one of them."""
    tables = {file: shipped(file) for file in COLUMNS}
    if name:
        change(tables[name])
    rows: Callable[[str], Iterable[Mapping[str, str]]] = tables.__getitem__
    return check_tables(rows, streets=streets.codes, on=on)


def put(row: int, column: str, value: str) -> Callable[[Rows], None]:
    return lambda rows: rows[row].__setitem__(column, value)


def test_the_shipped_tables_are_clean(streets: Streets) -> None:
    assert problems(streets) == []


@pytest.mark.parametrize(
    ("name", "column", "value", "named"),
    [
        ("rules.csv", "lead", "zz", "there is no agency 'zz'"),
        ("rules.csv", "co", "cg|zz", "there is no agency or street 'zz'"),
        ("rules.csv", "class", "component:9999", "there is no class 'component:9999'"),
        ("rules.csv", "street", "310115999", "there is no street '310115999'"),
        ("rules.csv", "principle", "anybody_first", "expected owner_first"),
        ("register.csv", "owner", "zz", "there is no agency or street 'zz'"),
        ("register.csv", "code", "310115", "expected 16 digits"),
        ("register.csv", "class", "component:0102", "as the code says"),
        ("register.csv", "owner", "", "owner_state is confirmed"),
        ("register.csv", "delegated", "yes", "delegated is yes"),
        ("owners.csv", "classes", "component:99*", "there is no class 'component:99*'"),
        ("owners.csv", "classes", "covers", "expected a class"),
        ("devolution.csv", "street", "310115999", "there is no street"),
        ("devolution.csv", "state", "lost", "expected not_devolved"),
        ("city_objects.csv", "match", "", "expected at least one word"),
        ("sites.csv", "approver", "zz", "there is no agency 'zz'"),
        ("unit_tasks.csv", "classes", "component:99*", "there is no class 'component:99*'"),
        ("unit_tasks.csv", "kinds", "spaceship", "expected some of patrol_car"),
        ("standards.csv", "class", "event:9999", "there is no class 'event:9999'"),
        ("standards.csv", "make_safe_min", "", "hazard is yes"),
        ("standards.csv", "limit_unit", "week", "expected urgent_hour"),
        ("agencies.csv", "fallback", "zz", "there is no agency 'zz'"),
        ("agencies.csv", "kind", "club", "expected department"),
        ("categories.csv", "owner", "铁路", "there is no agency '铁路'"),
        ("categories.csv", "owner", "电力", "neither lead nor next"),
        ("categories.csv", "limit_value", "3", "expected limit and hazard of standards.csv"),
        ("categories.csv", "hazard", "perhaps", "expected yes, no"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_file_row_and_what_was_expected(
    streets: Streets, name: str, column: str, value: str, named: str
) -> None:
    found = [p for p in problems(streets, name, put(0, column, value)) if (p.file, p.row) == (name, 2)]
    assert [named in problem.what for problem in found].count(True) >= 1, found


def test_a_class_whose_work_nobody_can_do_is_named(streets: Streets) -> None:
    found = problems(streets, "unit_tasks.csv", lambda rows: rows.pop())
    assert "no row is for event:0405" in " ".join(problem.what for problem in found)
    assert {problem.file for problem in found} == {"unit_tasks.csv"}


def test_a_class_without_condition_or_rule_is_named(streets: Streets) -> None:
    def take_out(rows: Rows) -> None:
        rows[:] = [row for row in rows if row["class"] != "event:0405"]

    for name in ("standards.csv", "rules.csv"):
        found = problems(streets, name, take_out)
        assert len(found) == 1
        assert (
            f"event:0405 has no {'filing condition' if name == 'standards.csv' else 'rule'}" in found[0].what
        )


@pytest.mark.parametrize(
    "name",
    [
        "agencies.csv",
        "categories.csv",
        "register.csv",
        "sites.csv",
        "owners.csv",
        "devolution.csv",
        "standards.csv",
    ],
)
def test_a_row_twice_is_named(streets: Streets, name: str) -> None:
    found = problems(streets, name, lambda rows: rows.append(dict(rows[0])))
    assert any("is in row 2 already" in problem.what for problem in found)


def test_the_next_version_of_a_row_may_follow_the_old_one(streets: Streets) -> None:
    def succeed(rows: Rows) -> None:
        rows.append({**rows[0], "valid_from": "2026-09-01", "version": "2026-2"})
        rows[0]["valid_to"] = "2026-08-31"

    for name in ("rules.csv", "register.csv", "owners.csv", "standards.csv"):
        assert problems(streets, name, succeed) == []


def test_what_counts_today_is_looked_at_and_no_other_row(streets: Streets) -> None:
    def put_off(rows: Rows) -> None:
        rows[0]["valid_from"] = "2099-01-01"

    for name, lacks in (("rules.csv", "rule for the whole district"), ("standards.csv", "filing condition")):
        assert [lacks in problem.what for problem in problems(streets, name, put_off)] == [True]

    def succeed(rows: Rows) -> None:
        other = {"rules.csv": {"lead": "dl"}, "standards.csv": {"limit_value": "9"}}[name]
        rows.append({**rows[0], **other, "valid_from": "2026-09-01"})
        rows[0]["valid_to"] = "2026-08-31"

    for name in ("rules.csv", "standards.csv"):
        assert problems(streets, name, succeed) == []
        assert {p.file for p in problems(streets, name, succeed, on="2026-09-01")} == {name, "categories.csv"}


def test_two_rules_for_the_same_cases_are_named(streets: Streets) -> None:
    found = problems(streets, "rules.csv", lambda rows: rows.append({**rows[0], "id": "R-NEW", "lead": "dl"}))
    assert [problem.what for problem in found] == [
        "R-NEW and R-C0101 (row 2) are for the same cases on the same days"
    ]
    own = {"id": "R-NEW", "street": "310115013"}
    assert problems(streets, "rules.csv", lambda rows: rows.append({**rows[0], **own})) == []


def test_two_owners_of_one_rank_are_named(streets: Streets) -> None:
    found = problems(
        streets,
        "owners.csv",
        lambda rows: rows.append({**rows[0], "id": "O-NEW", "classes": "component:01*"}),
    )
    assert [(problem.column, "row 2 has the same road" in problem.what) for problem in found] == [
        ("rank", True)
    ]


def test_a_row_that_ended_is_named(streets: Streets) -> None:
    found = problems(streets, "sites.csv", put(0, "valid_to", "2026-05-31"))
    assert [str(problem) for problem in found] == [
        "sites.csv, row 2, valid_to: it ended on 2026-05-31: extend it or remove the row"
    ]
    assert problems(streets, "sites.csv", put(0, "valid_to", "2026-06-01")) == []


def test_a_missing_column_is_named_once(streets: Streets) -> None:
    found = problems(streets, "sites.csv", lambda rows: [row.pop("approver") for row in rows])
    assert [str(problem) for problem in found] == ["sites.csv, row 1, approver: the table has no such column"]


def test_without_the_streets_no_street_is_called_wrong() -> None:
    assert check_tables(shipped, streets=(), on=ON) == []
