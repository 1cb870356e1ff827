"""Arrivals: a task's unit that stands at its place is there, without anybody reporting it."""

from collections.abc import Iterator

from city.commands.command import Now
from city.commands.subject_step import SubjectStep
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.sendable_units import unit_now
from city.places.distance import metres
from city.state.ledger_state import CityState

__all__ = ["arrivals"]


def arrivals(state: CityState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
    """Yield the arrival of each acknowledged task whose unit is within the limit, by a position not lost.

    A task without a unit or without a place arrives by hand only.
    """
    units, limit_m = state.measured.units, rules.linkage.numbers.arrived_m
    lon, lat = units.column("lon"), units.column("lat")
    for task in state.ledger.tasks.values():
        if task.state not in ("acknowledged", "set_out") or not task.unit:
            continue
        row = units.find(task.unit)
        if row is None:
            continue
        far = metres(task.place.lon, task.place.lat, float(lon[row]), float(lat[row]))
        unit = unit_now(state, task.unit, now.machine) if far <= limit_m else None
        if unit is not None and not unit.lost:
            yield SubjectStep(
                f"task:{task.id}", task.version, "arrive_task", "arrived", now.city,
                args={"distance_m": round(far, 1)},
            )  # fmt: skip
