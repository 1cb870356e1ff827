"""Depth gauges of underpasses: what a new depth means for the state of a closure (§A.4, story M2)."""

from typing import Final

import msgspec

from city.dispatch.tables.task_templates import LinkageNumbers
from city.state.ledger_state import Device
from city.state.linkage_records import Closure

__all__ = ["GAUGE_KIND", "IN_FORCE", "Depth", "is_underpass_gauge", "noted_state"]

GAUGE_KIND: Final = "road_water_depth"
IN_FORCE: Final = ("closing", "closed", "reopening")
"""States in which an underpass is closed or being closed."""


class Depth(msgspec.Struct, frozen=True):
    """What a gauge shows: depth (cm), rise over the window (cm) and per minute, or that it is silent."""

    depth_cm: float
    rise_cm: float = 0.0
    rise_cm_min: float = 0.0
    silent: bool = False


def is_underpass_gauge(device: Device) -> bool:
    """Whether a device measures the water depth in an underpass; other road gauges close no road."""
    return device.kind == GAUGE_KIND and ("下立交" in device.name or "underpass" in device.name.lower())


def noted_state(closure: Closure | None, seen: Depth, numbers: LinkageNumbers) -> tuple[str, str] | None:
    """Return why a depth is noted (rise, limit, below, silent) and the state after it; None: nothing new.

    Nothing reopens by itself: a falling depth ends a suggestion only.
    """
    state, noted = (closure.state, closure.noted) if closure is not None else ("open", "")
    if seen.silent:
        return ("silent", state) if state != "open" and noted != "silent" else None
    if seen.depth_cm >= numbers.depth_limit_cm:
        if closure is not None and closure.limit_at is not None and noted == "limit":
            return None
        return "limit", {"open": "suggested", "reopening": "closed"}.get(state, state)
    if state == "open":
        return ("rise", "suggested") if seen.rise_cm >= numbers.rise_cm else None
    if state == "suggested":
        falls = seen.rise_cm < numbers.rise_cm and seen.rise_cm_min <= 0
        if falls:
            return "below", "open"
        return ("rise", state) if noted == "silent" else None
    return ("below", state) if noted in ("limit", "silent") else None
