"""Unit tasks: which kinds of unit can do the work of a class of cases (kinds × tasks).

The shipped table is ``static/tables/unit_tasks.csv``; a district may replace it with its own. Columns:
``task`` (its name), ``classes`` (keys, or prefixes that end in ``*``; empty = every class that no other row
names), ``kinds`` (of ``UNIT_KINDS``), ``version``, ``valid_from``, ``valid_to``. A class in several rows can
be done by the kinds of all these rows.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from city.dispatch.tables.cells import Cells, WrongCell
from city.dispatch.tables.register import classes_of, covers

__all__ = ["UNIT_KINDS", "UnitTask", "UnitTasks", "unit_task_of"]

UNIT_KINDS: Final = (
    "patrol_car", "motorcycle", "fire_engine", "ambulance", "pump_truck", "sweeper", "watering_cart",
    "garbage_truck", "tow_truck", "crane_truck", "power_repair", "gas_repair", "water_repair", "road_repair",
    "greening_team", "rescue_boat", "drone", "squad", "rescue_team", "volunteer_group",
)  # fmt: skip
"""Kinds of unit (domain §3.8, and the road repair crews of §A.2)."""


class UnitTask(msgspec.Struct, frozen=True):
    """One row: the kinds that can do the work of some classes, valid from ``valid_from`` to ``valid_to``."""

    task: str
    classes: tuple[str, ...]
    kinds: tuple[str, ...]
    version: str
    valid_from: str
    valid_to: str


class UnitTasks:
    """The rows that are valid today."""

    def __init__(self, rows: Iterable[UnitTask] = ()) -> None:
        self._rows = tuple(rows)
        self._kinds: dict[str, frozenset[str]] = {}

    def kinds_for(self, category: str) -> frozenset[str]:
        """Return the kinds of unit that can do the work of a class (``kind:code``); empty = none can."""
        found = self._kinds.get(category)
        if found is None:
            rows = [row for row in self._rows if covers(row.classes, category)]
            rows = rows or [row for row in self._rows if not row.classes]
            found = self._kinds[category] = frozenset(kind for row in rows for kind in row.kinds)
        return found


def unit_task_of(cells: Cells) -> UnitTask:
    """Read one row of ``unit_tasks.csv``. Raises WrongCell."""
    kinds = cells.several("kinds")
    strange = [kind for kind in kinds if kind not in UNIT_KINDS]
    if strange or not kinds:
        raise WrongCell("kinds", f"expected some of {', '.join(UNIT_KINDS)}, got {cells.maybe('kinds')!r}")
    first, last = cells.days()
    return UnitTask(
        cells.text("task"), classes_of(cells, empty=True), kinds, cells.text("version"), first, last
    )
