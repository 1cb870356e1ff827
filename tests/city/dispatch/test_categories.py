"""The category table: its required content, and the errors for wrong rows."""

import csv
from collections import Counter

import pytest

import static
from city.dispatch.tables.categories import TERRITORY, Category, read

ROW = {
    "kind": "event",
    "code": "0506",
    "system": "GBT30428.2",
    "name_zh": "道路积水",
    "name_en": "Water on the road",
    "minor_zh": "道路积水",
    "limit_value": "2",
    "limit_unit": "urgent_hour",
    "hazard": "yes",
    "owner": "属地",
    "domain": "safety",
}


def shipped() -> tuple[Category, ...]:
    with static.path("tables/categories.csv").open(encoding="utf-8", newline="") as file:
        return read(csv.DictReader(file))


def test_a_row_becomes_a_category() -> None:
    assert read([ROW]) == (
        Category(
            "event", "0506", "GBT30428.2", "道路积水", "Water on the road", "道路积水",
            2, "urgent_hour", hazard=True, owner="属地", domain="safety",
        ),
    )  # fmt: skip


def test_a_category_knows_its_key_its_major_class_and_whether_the_street_has_it() -> None:
    category = read([ROW])[0]
    assert (category.key, category.major, category.territorial) == ("event:0506", "05", True)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "thing"),
        ("code", "506"),
        ("code", "０５０６"),
        ("system", "CJT214"),
        ("name_zh", " "),
        ("limit_value", "0"),
        ("limit_value", "two"),
        ("limit_unit", "hour"),
        ("hazard", "maybe"),
        ("owner", ""),
        ("domain", "weather"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(column: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"row 2, {column}: "):
        read([ROW | {column: value}])


def test_a_class_may_stand_only_once() -> None:
    with pytest.raises(ValueError, match="row 3, code: event:0506"):
        read([ROW, ROW])


def test_the_same_code_may_be_a_component_and_an_event() -> None:
    assert len(read([ROW, ROW | {"kind": "component"}])) == 2


def test_the_shipped_table_has_the_classes_of_both_kinds_and_some_of_its_own() -> None:
    kinds = Counter((category.kind, category.system) for category in shipped())
    assert kinds == {("component", "GBT30428.2"): 66, ("event", "GBT30428.2"): 65, ("event", "LOCAL"): 9}


@pytest.mark.parametrize(
    ("key", "name", "limit", "owner"),
    [
        ("component:0305", "垃圾箱满溢", (4, "office_hour"), TERRITORY),
        ("event:0505", "路面塌陷", (2, "urgent_hour"), TERRITORY),
        ("event:0114", "道路遗撒（渣土车）", (4, "office_hour"), "建管委"),
        ("component:0123", "井盖缺失", (2, "urgent_hour"), TERRITORY),
        ("component:0207", "下立交积水", (2, "urgent_hour"), "水务"),
        ("component:0137", "路灯不亮", (2, "office_day"), "市政"),
        ("event:0502", "燃气管道破裂", (1, "urgent_hour"), "燃气"),
    ],
)
def test_the_shipped_classes_carry_the_words_of_the_wall(
    key: str, name: str, limit: tuple[int, str], owner: str
) -> None:
    found = {category.key: category for category in shipped()}[key]
    assert (found.name_zh, (found.limit_value, found.limit_unit), found.owner) == (name, limit, owner)


def test_owners_are_agencies_of_the_shipped_table_or_the_street() -> None:
    with static.path("tables/agencies.csv").open(encoding="utf-8", newline="") as file:
        agencies = {row["short_zh"] for row in csv.DictReader(file)}
    assert {category.owner for category in shipped()} <= agencies | {TERRITORY}


def test_fifteen_agencies_are_stationed_in_the_hall() -> None:
    with static.path("tables/agencies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["stationed"] == "yes" for row in rows) == 15
    assert len({row["code"] for row in rows}) == len({row["short_zh"] for row in rows}) == len(rows)
