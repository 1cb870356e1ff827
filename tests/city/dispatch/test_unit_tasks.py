"""Unit tasks: the shipped table, and reading a table."""

import csv
from typing import Any

import pytest

import static
from city.dispatch.tables.categories import read
from city.dispatch.tables.cells import Cells, WrongCell, read_rows
from city.dispatch.tables.unit_tasks import UnitTask, UnitTasks, unit_task_of


def rows(name: str) -> list[dict[str, str]]:
    with static.path(f"tables/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SHIPPED = UnitTasks(read_rows(rows("unit_tasks.csv"), unit_task_of))
CLASSES = [category.key for category in read(rows("categories.csv"))]
ROW = {"task": "t", "classes": "event:0506", "kinds": "squad", "version": "1", "valid_from": "2026-01-01"}


@pytest.mark.parametrize(("category", "fit", "unfit"), [
    ("component:0207", "pump_truck", ("ambulance", "watering_cart", "patrol_car", "sweeper")),
    ("event:0506", "rescue_team", ("ambulance", "watering_cart")),
    ("event:0120", "fire_engine", ("ambulance", "squad", "watering_cart")),
    ("component:0402", "greening_team", ("ambulance", "pump_truck")),
    ("event:0505", "road_repair", ("ambulance", "pump_truck", "garbage_truck")),
    ("component:0103", "squad", ("ambulance", "sweeper")),
    ("event:0114", "watering_cart", ("ambulance", "pump_truck")),
    ("event:0502", "gas_repair", ("ambulance", "water_repair")),
    ("event:0405", "squad", ("ambulance", "fire_engine")),
    ("event:9999", "squad", ("ambulance",)), ("event:", "squad", ("ambulance",)),
])  # fmt: skip
def test_the_shipped_table_sends_who_can_do_the_work(category: str, fit: str, unfit: tuple[str, ...]) -> None:
    kinds = SHIPPED.kinds_for(category)
    assert fit in kinds
    assert not kinds.intersection(unfit)


@pytest.mark.parametrize("category", CLASSES)
def test_somebody_can_do_the_work_of_every_class_and_no_ambulance_is_sent_to_a_thing(category: str) -> None:
    kinds = SHIPPED.kinds_for(category)
    assert kinds
    assert "ambulance" not in kinds


def row(classes: str, *kinds: str) -> UnitTask:
    return unit_task_of(Cells(2, {**ROW, "classes": classes, "kinds": "|".join(kinds)}))


def test_rows_add_up_and_the_row_without_classes_is_for_the_rest() -> None:
    tasks = UnitTasks([row("event:05*", "squad"), row("event:0506", "pump_truck"), row("", "drone")])
    assert tasks.kinds_for("event:0506") == {"squad", "pump_truck"}
    assert tasks.kinds_for("event:0505") == {"squad"}
    assert tasks.kinds_for("event:0405") == {"drone"}
    assert UnitTasks().kinds_for("event:0506") == frozenset()


@pytest.mark.parametrize("change", [
    {"kinds": ""}, {"kinds": "squad|spaceship"}, {"task": ""}, {"valid_from": "soon"}, {"classes": "0506"},
])  # fmt: skip
def test_a_row_that_cannot_be_read_names_its_column(change: dict[str, Any]) -> None:
    with pytest.raises(WrongCell) as raised:
        unit_task_of(Cells(2, {**ROW, **change}))
    assert raised.value.column == next(iter(change))
