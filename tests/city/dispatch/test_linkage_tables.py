"""The tables of linkage: reading them, and what the shipped ones say."""

import csv
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import static
from city.dispatch.checks.linkage_checks import KIND_COLUMNS, TEMPLATE_COLUMNS
from city.dispatch.tables.categories import read
from city.dispatch.tables.linkage_tables import linkage_rules
from city.dispatch.tables.task_templates import DutyNumbers, LinkageNumbers, LinkageRules, TaskTemplate

ON = "2026-06-01"
Rows = list[dict[str, str]]


def shipped(name: str) -> Rows:
    with static.path(f"tables/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def loaded(tables: Mapping[str, Rows] = {}, on: str = ON) -> LinkageRules:
    return linkage_rules(
        lambda name: tables[name] if name in tables else shipped(name),
        on=on, numbers=LinkageNumbers(), duty=DutyNumbers(),
    )  # fmt: skip


RULES = loaded()
KINDS = (
    "underpass_flood", "road_flood", "tree_down", "road_collapse", "fire", "gas_leak", "water_main",
    "power_failure", "traffic_accident", "construction_accident", "missing_cover", "crowd",
)  # fmt: skip


def task(kind: str, agency: str, words: str) -> TaskTemplate:
    (found,) = [row for row in RULES.rows(kind, "extra_major") if (row.agency, row.words) == (agency, words)]
    return found


def test_every_incident_type_has_its_tasks() -> None:
    assert tuple(RULES.kinds) == KINDS
    assert tuple(RULES.templates) == KINDS
    assert {kind: len(RULES.rows(kind)) for kind in KINDS if not 4 <= len(RULES.rows(kind)) <= 12} == {}


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("component:0207", "underpass_flood"), ("event:0506", "road_flood"), ("component:0209", "road_flood"),
        ("component:0402", "tree_down"), ("event:0505", "road_collapse"), ("event:0502", "gas_leak"),
        ("event:0695", "gas_leak"), ("event:0501", "water_main"), ("event:0508", "power_failure"),
        ("component:0123", "missing_cover"), ("event:0120", "fire"), ("event:0405", ""), ("event:0504", ""),
    ],
)  # fmt: skip
def test_a_case_proposes_the_incident_type_of_its_class(category: str, kind: str) -> None:
    assert RULES.kind_for(category) == kind


def test_a_class_that_is_a_danger_at_once_proposes_an_incident() -> None:
    urgent = [
        category for category in read(shipped("categories.csv"))
        if category.hazard and category.limit_unit == "urgent_hour" and not RULES.kind_for(category.key)
    ]  # fmt: skip
    assert {category.name_zh for category in urgent} == {"通信立杆倾倒", "限高架倒塌", "热力管道破裂"}


def test_an_underpass_is_closed_by_police_transport_and_water_and_its_inlets_are_cleared() -> None:
    first = [row for row in RULES.rows("underpass_flood") if row.priority == "P1"]
    assert [(row.agency, row.words) for row in first] == [
        ("ga", "close_underpass"), ("jt", "block_road"), ("sw", "pump_water"), ("lh", "clear_inlets"),
        ("street", "guard_site"),
    ]  # fmt: skip
    assert {(row.ack_s, row.arrive_s, row.verify_s) for row in first} == {(300.0, 900.0, 1800.0)}
    assert task("underpass_flood", "sw", "pump_water").unit_kinds == ("pump_truck",)


def test_a_fallen_tree_falls_back_from_greening_to_the_fire_brigade() -> None:
    first = RULES.rows("tree_down")[0]
    assert (first.agency, first.words, first.priority, first.fallback) == ("lh", "clear_tree", "P1", "xf")
    assert {"greening_team", "fire_engine"} <= set(first.unit_kinds)


@pytest.mark.parametrize("kind", KINDS)
def test_an_ambulance_is_sent_to_people_only(kind: str) -> None:
    with_ambulance = {row.words for row in RULES.templates[kind] if "ambulance" in row.unit_kinds}
    assert with_ambulance <= {"treat_injured", "medical_standby"}
    assert not (with_ambulance and kind in ("underpass_flood", "road_flood"))


def test_a_row_belongs_to_its_grade_and_worse() -> None:
    numbers = {grade: len(RULES.rows("fire", grade)) for grade in ("general", "larger", "major")}
    assert numbers == {"general": 11, "larger": 15, "major": 16}
    assert RULES.row("fire#1") == RULES.rows("fire")[0]


def test_a_type_counts_on_its_days() -> None:
    kinds = shipped("incident_kinds.csv")
    kinds[0]["valid_to"] = "2026-05-31"
    assert "underpass_flood" not in loaded({"incident_kinds.csv": kinds}).kinds
    assert "underpass_flood" in loaded({"incident_kinds.csv": kinds}, on="2026-05-31").kinds


@pytest.mark.parametrize(
    ("file", "column", "value", "expected"),
    [
        ("incident_kinds.csv", "key", "../fire", "expected small letters"),
        ("incident_kinds.csv", "key", "", "it is empty"),
        ("incident_kinds.csv", "incident_class", "war", "expected natural, accident"),
        ("incident_kinds.csv", "classes", "0207", "expected a class"),
        ("incident_kinds.csv", "radius_m", "-1", "expected a whole number above 0"),
        ("incident_kinds.csv", "grade", "huge", "expected general, larger"),
        ("incident_kinds.csv", "valid_from", "soon", "expected a date"),
        ("linkage/underpass_flood.csv", "row", "one", "expected a whole number above 0"),
        ("linkage/underpass_flood.csv", "row", "9" * 5000, "expected a whole number above 0"),
        ("linkage/underpass_flood.csv", "words", "关闭", "expected small letters"),
        ("linkage/underpass_flood.csv", "priority", "P4", "expected P1, P2, P3"),
        ("linkage/underpass_flood.csv", "ack_min", "5 min", "expected a whole number above 0"),
        ("linkage/underpass_flood.csv", "due_min", "", "expected a whole number above 0"),
        ("linkage/underpass_flood.csv", "due_min", "43201", "expected at most 43200 minutes"),
        ("linkage/underpass_flood.csv", "evidence", "smell", "expected ack, text"),
        ("linkage/underpass_flood.csv", "verifier", "ga", "expected street, inspector"),
        ("linkage/underpass_flood.csv", "unit_kinds", "pump_truck|spaceship", "expected some of patrol_car"),
        ("linkage/underpass_flood.csv", "from_grade", "", "expected general"),
        ("linkage/underpass_flood.csv", "version", "", "it is empty"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_file_row_column_and_what_was_expected(
    file: str, column: str, value: str, expected: str
) -> None:
    rows = shipped(file)
    rows[0][column] = value
    with pytest.raises(ValueError, match="row 2") as raised:
        loaded({file: rows})
    assert str(raised.value).startswith(f"{file}: row 2, {column}: ")
    assert expected in str(raised.value)


def cells(columns: tuple[str, ...], like: Rows) -> st.SearchStrategy[dict[str, Any]]:
    """Rows of a table: cells of the shipped one, typed nonsense, and cells that are not there."""
    return st.fixed_dictionaries({}, optional={
        column: st.one_of(
            st.sampled_from([row[column] for row in like]),
            st.sampled_from([row[column] for row in like]),
            st.text(max_size=12), st.integers().map(str), st.none(),
        )
        for column in columns
    })  # fmt: skip


@given(rows=st.lists(cells(TEMPLATE_COLUMNS, shipped("linkage/fire.csv")), max_size=4))
def test_any_rows_of_a_template_are_loaded_or_named(rows: Rows) -> None:
    try:
        found = loaded({"linkage/fire.csv": rows}).templates["fire"]
    except ValueError as error:
        named(str(error), "linkage/fire.csv", TEMPLATE_COLUMNS, len(rows))
        return
    assert len(found) == len(rows)
    assert all(row.ack_s > 0 and row.due_s > 0 and row.kind == "fire" for row in found)


@given(rows=st.lists(cells(KIND_COLUMNS, shipped("incident_kinds.csv")), max_size=4))
def test_any_rows_of_the_incident_types_are_loaded_or_named(rows: Rows) -> None:
    templates = {f"linkage/{row.get('key')}.csv": shipped("linkage/fire.csv") for row in rows}
    try:
        found = loaded({"incident_kinds.csv": rows, **templates}).kinds
    except ValueError as error:
        named(str(error), "incident_kinds.csv", KIND_COLUMNS, len(rows))
        return
    assert set(found) <= {(row.get("key") or "").strip() for row in rows}


def named(error: str, file: str, columns: tuple[str, ...], rows: int) -> None:
    """Assert that an error names file, row and column."""
    start, _, what = error.removeprefix(f"{file}: row ").partition(": ")
    number, _, column = start.partition(", ")
    assert error.startswith(f"{file}: row ")
    assert 2 <= int(number) < rows + 2
    assert column in columns
    assert what
