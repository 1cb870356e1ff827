"""The shipped tables: requirements beyond those of the linter, and reading single rows."""

import csv

import pytest

import static
from city.dispatch.routing.table_loading import READERS, rule_tables
from city.dispatch.tables.cells import Cells, WrongCell, read_rows
from city.dispatch.tables.dispatch_rules import rule_of
from city.dispatch.tables.register import component_of, covers, site_of
from city.dispatch.tables.standards import by_class, standard_of
from city.places.streets import Streets
from city.state.case_file import LIMIT_UNITS


def rows(name: str) -> list[dict[str, str]]:
    with static.path(f"tables/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def component(**told: str) -> dict[str, str]:
    return {**rows("register.csv")[0], **told}


def test_hazards_are_made_safe_within_an_hour_and_most_classes_have_several_conditions() -> None:
    standards = by_class(read_rows(rows("standards.csv"), standard_of))
    every = [standard for conditions in standards.values() for standard in conditions]
    assert {standard.make_safe_min for standard in every if standard.hazard} == {60}
    assert {standard.limit_unit for standard in every} <= set(LIMIT_UNITS)
    assert sum(len(conditions) > 1 for conditions in standards.values()) > len(standards) / 2
    assert [standard.key for standard in standards["component:0103"]][:2] == [
        "component:0103#1",
        "component:0103#2",
    ]


@pytest.mark.parametrize(
    ("category", "limits"),
    [
        ("component:0103", [(2, "urgent_hour"), (4, "office_hour"), (2, "office_day"), (5, "office_day")]),
        ("event:0405", [(2, "urgent_hour")]),
        ("event:0506", [(2, "urgent_hour"), (4, "office_hour")]),
        ("event:0503", [(4, "office_hour"), (1, "urgent_hour")]),
        ("event:0101", [(15, "office_day"), (2, "calendar_day")]),
    ],
)
def test_the_limits_are_those_of_the_starter_set(category: str, limits: list[tuple[int, str]]) -> None:
    found = by_class(read_rows(rows("standards.csv"), standard_of))[category]
    assert [(standard.limit_value, standard.limit_unit) for standard in found] == limits


def test_the_starter_set_is_whole() -> None:
    """The classes of domain A.1, by major class."""
    expected = {
        "component:01": (
            "01 02 03 04 06 10 11 14 18 23 25 26 27 28 29 30 31 37 38 39 40 45 46 49 50 51 52 54 57"
        ),
        "component:02": "01 04 06 07 08 09 11 12 17 19 20 21 24 25 30",
        "component:03": "01 02 03 04 05 06 07 08",
        "component:04": "01 02 04 05 06 07 08 09 10",
        "component:05": "03 04 06 07 08",
        "event:01": (
            "01 02 03 04 05 07 08 10 11 12 13 14 17 18 19 20 21 22 25 26 28 29 30 31 32 33 35 36 37 38"
        ),
        "event:02": "01 02 03 04 05 06 07",
        "event:03": "01 02 03 04 05 06 07 08 09 10 11 12",
        "event:04": "01 02 04 05 06 10",
        "event:05": "01 02 03 04 05 06 07 08",
        "event:06": "02 04",
    }
    told: dict[str, list[str]] = {}
    for row in rows("categories.csv"):
        if row["system"] == "GBT30428.2":
            told.setdefault(f"{row['kind']}:{row['code'][:2]}", []).append(row["code"][2:])
    assert told == {major: minors.split() for major, minors in expected.items()}


def test_every_component_lies_in_its_street_near_a_road_of_it(streets: Streets) -> None:
    with static.path("district/roads.csv").open(encoding="utf-8", newline="") as file:
        roads = {(row["street"], row["road"]) for row in csv.DictReader(file)}
    register = read_rows(rows("register.csv"), component_of)
    assert 100 <= len(register) <= 200
    for entry in register:
        assert streets.code_of(entry.lon, entry.lat) == entry.street
        assert any(street == entry.street and road in entry.road for street, road in roads)
    assert {entry.owner_state for entry in register} >= {"confirmed", "disputed", "unknown", "ruled_final"}


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"layout": "L2_3_5"}, "class: expected component:01"),
        ({"layout": "L2_3_5", "code": "3101150102300001", "class": "component:0123", "owner": "ps"}, ""),
        ({"layout": "L2_3_5", "code": "3101150199900001", "class": "component:0199", "owner": "ps"}, ""),
        ({"layout": "L2_3_5", "code": "3101150199900001"}, "class: expected component:0199 as"),
        ({"layout": "L2_3_5", "code": "3101150112300001", "class": "component:0123"}, "code: expected"),
        ({"owner_state": "unknown", "owner": ""}, ""),
        ({"delegated": "yes", "maintainer": ""}, "maintainer: "),
    ],
)
def test_both_code_layouts_are_told_apart(told: dict[str, str], named: str) -> None:
    cells = Cells(2, component(**told))
    if not named:
        assert component_of(cells).category == cells.maybe("class")
        return
    with pytest.raises(WrongCell, match=named):
        component_of(cells)


def test_a_source_rule_must_lead_to_who_approved_and_others_must_not() -> None:
    source = next(row for row in rows("rules.csv") if row["principle"] == "source_owner_first")
    other = next(row for row in rows("rules.csv") if row["principle"] == "owner_first")
    with pytest.raises(WrongCell, match="lead: expected source_approver"):
        rule_of(Cells(2, {**source, "lead": "jg"}))
    with pytest.raises(WrongCell, match="lead: expected territory or an agency"):
        rule_of(Cells(2, {**other, "lead": "source_approver"}))


def test_a_pattern_of_classes_covers_what_begins_like_it() -> None:
    assert covers(("event:0405", "component:01*"), "component:0123")
    assert covers(("component:*",), "component:0123")
    assert not covers(("component:02*", "component:012"), "component:0123")


def test_only_rows_of_the_day_get_into_the_tables_and_a_streets_own_rule_goes_first() -> None:
    own = {**rows("rules.csv")[0], "id": "R-OWN", "street": "310115013", "lead": "dl"}
    future = {**rows("sites.csv")[0], "id": "GD-900", "valid_from": "2027-01-01"}

    def with_more(name: str) -> list[dict[str, str]]:
        return rows(name) + {"rules.csv": [own], "sites.csv": [future]}.get(name, [])

    tables = rule_tables(with_more, on="2026-06-01")
    assert [rule.id for rule in tables.rules["component:0101"]] == ["R-OWN", "R-C0101"]
    assert "GD-900" not in tables.sites
    assert "GD-900" in rule_tables(with_more, on="2027-01-01").sites


def test_a_row_that_cannot_be_read_is_named_with_its_file() -> None:
    def wrong(name: str) -> list[dict[str, str]]:
        return [{**row, "kind": "castle"} for row in rows(name)] if name == "sites.csv" else rows(name)

    with pytest.raises(ValueError, match=r"sites\.csv: row 2, kind: expected building_site"):
        rule_tables(wrong, on="2026-06-01")


def test_every_file_of_rules_has_its_reader_and_is_shipped() -> None:
    assert all(rows(name) for name in READERS)
    assert read_rows(rows("sites.csv"), site_of)[0].id == "GD-003"
