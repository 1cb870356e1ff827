"""Turns telemetry into points of heat: detections, readings off normal, positions of units."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from city.clocks.timestamps import parse
from city.measures.fold_telemetry import FILLERS
from city.state.ledger_state import CityState
from layers.contract import MapSetting
from layers.fields.buckets import Buckets, Minute, fixed_grid
from layers.fields.heat_choices import MANY
from layers.normal_limits import Limit, Line, is_off_normal, rule_of
from layers.projection import to_mercator

__all__ = ["KIND_OF", "HeatPoints"]

KIND_OF: Final[Mapping[str, str]] = {"sensor": "readings", "camera": "detections", "unit": "units"}
"""Topic of telemetry → the kind of its points."""

Point = tuple[float, float, float]
"""Longitude, latitude (WGS84 degrees), time (city epoch seconds)."""


class HeatPoints:
    """The counts of each kind on one grid for all pages. ``state`` is the present state.

    A detection lies at its camera, a reading at its device; a record of an unknown one has no place.
    """

    def __init__(
        self, setting: MapSetting, bounds: tuple[float, float, float, float], state: Callable[[], CityState]
    ) -> None:
        grid = fixed_grid(bounds, setting.latitude)
        self.many: Mapping[str, Buckets] = {kind: Buckets(grid) for kind in MANY}
        self._setting = setting
        self._state = state
        self._rules: dict[tuple[str, str], Limit | Line | None] = {}
        self._registry: object = None

    def take(self, topic: str, records: Iterable[dict[str, Any]], now: float) -> None:
        """Count records of a telemetry topic at city time ``now``. One of another shape is no point."""
        place_of = {"sensor": self._reading, "camera": self._detection, "unit": _position}[topic]
        points: list[Point] = []
        self._use_registry()
        for record in records:
            try:
                point = place_of(record)
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
                continue
            if point is not None:
                points.append(point)
        if points:
            lon, lat, at = np.array(points, dtype=np.float64).T
            x, y = to_mercator(lon, lat)
            self.many[KIND_OF[topic]].add(x, y, at, now)

    def clear(self) -> None:
        """Forget everything: the log is read anew."""
        for counts in self.many.values():
            counts.clear()

    def restore(self, kind: str, minutes: Iterable[Minute], since: int | None) -> None:
        """Take the counts of an earlier process, and from which city minute on it knew every point."""
        self.many[kind].restore(minutes)
        self.many[kind].since = since

    def know_since(self, topics: Sequence[str], minute: int) -> None:
        """Take note of the city minute from which on every point of some topics is known."""
        for topic in topics:
            self.many[KIND_OF[topic]].since = minute

    def _use_registry(self) -> None:
        state = self._state()
        registry = (state, state.revision("registry"))
        if registry != self._registry:
            self._registry, self._rules = registry, {}

    def _reading(self, record: dict[str, Any]) -> Point | None:
        if record.get("kind") != "reading":
            return None
        device = self._state().ledger.devices.get(str(record["device"]))
        if device is None:
            return None
        key = (device.id, str(record["metric"]))
        if key not in self._rules:
            setting = self._setting
            self._rules[key] = rule_of(
                device.id, device.name, device.kind, key[1], setting.limits, setting.lines
            )
        rule, value = self._rules[key], float(record["value"])
        if rule is None or value in FILLERS or record.get("quality") == "bad":
            return None
        if not is_off_normal(value, str(record.get("unit") or ""), rule):
            return None
        return device.place.lon, device.place.lat, parse(record["at"])

    def _detection(self, record: dict[str, Any]) -> Point | None:
        if record.get("kind") != "detection":
            return None
        camera = self._state().ledger.cameras.get(str(record["camera"]))
        return None if camera is None else (camera.place.lon, camera.place.lat, parse(record["at"]))


def _position(record: dict[str, Any]) -> Point:
    return float(record["lon"]), float(record["lat"]), parse(record["at"])
