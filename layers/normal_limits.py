"""Limits of normal values per device class or metric, and warning lines of single gauges (A.3, A.4).

``NORMAL`` are the defaults; :func:`limits_of` and :func:`lines_of` read a deployment's own from
its city.toml. A metric without a limit is never off normal.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.dispatch.tables.water_lines import WaterStation

__all__ = [
    "NORMAL", "RANK", "Level", "Limit", "Line", "Step", "is_off_normal", "limits_of", "lines_of",
    "lines_of_stations", "ranks", "rule_of", "scale",
]  # fmt: skip

Level = Literal["blue", "yellow", "orange", "red"]
RANK: Final[dict[Level, int]] = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}

_LEVEL_OF: Final[dict[str, Level]] = {"warning": "blue", "yellow": "yellow", "orange": "orange", "red": "red"}
_TESTS = {"ge": np.greater_equal, "gt": np.greater, "lt": np.less}


class Step(msgspec.Struct, frozen=True):
    """A level and its condition: from a value on (``ge``), only above it (``gt``) or below it (``lt``)."""

    value: float
    level: Level
    when: Literal["ge", "gt", "lt"] = "ge"


class Limit(msgspec.Struct, frozen=True):
    """The off-normal limits of a device class (domain 3.6) or a metric; '' means any.

    ``unit`` is the unit of the steps; readings in another unit of length are converted.
    """

    kind: str
    steps: tuple[Step, ...]
    unit: str = ""
    metric: str = ""


class Line(msgspec.Struct, frozen=True):
    """The warning lines of one gauge; ``device`` is its id or its name. They replace its class's limit.

    ``label`` is its public name, '' = that of the device.
    """

    device: str
    steps: tuple[Step, ...]
    unit: str = "m"
    label: str = ""


NORMAL: Final[tuple[Limit, ...]] = (
    # Underpass: any water is "slow", 25 cm is "no entry" (A.4).
    Limit("road_water_depth", (Step(0.0, "yellow", "gt"), Step(25.0, "red")), "cm"),
    # Older areas drain 36 mm in an hour (A.4); a rain gauge never replaces an official signal (A.3).
    Limit("rain_gauge", (Step(36.0, "yellow"),), "mm", "rain_mmh"),
    # Gusts of force 8, 10 and 12, the numbers of the typhoon signals (A.3).
    Limit("wind", (Step(17.2, "yellow"), Step(24.5, "orange"), Step(32.7, "red")), "m/s"),
    # Smoke detectors react to an obscuration of some per cent per metre.
    Limit("smoke", (Step(8.0, "red"),)),
)

_METRES: Final = {"mm": 0.001, "cm": 0.01, "m": 1.0, "毫米": 0.001, "厘米": 0.01, "米": 1.0}


def limits_of(table: Mapping[str, Any]) -> tuple[Limit, ...]:
    """Return the limits of a city.toml's ``[limits]``: its own first, then the remaining defaults.

    ``underpass_slow_cm`` and ``underpass_closed_cm`` are depths of road water; ``[limits.normal]`` names
    metrics with their band ``[low, high]``, values outside are yellow. Raises ValueError for an invalid
    band.
    """
    slow, closed = table.get("underpass_slow_cm"), table.get("underpass_closed_cm")
    own = []
    if slow is not None or closed is not None:
        steps = (
            Step(float(slow or 0.0), "yellow", "ge" if slow else "gt"),
            Step(float(closed or 25.0), "red"),
        )
        own.append(Limit("road_water_depth", steps, "cm"))
    for metric, band in table.get("normal", {}).items():
        if not (isinstance(band, list) and len(band) == 2 and band[0] <= band[1]):
            message = f"limits.normal.{metric}: expected [low, high], got {band!r}"
            raise ValueError(message)
        outside = (Step(float(band[0]), "yellow", "lt"), Step(float(band[1]), "yellow", "gt"))
        own.append(Limit("", outside, "", metric))
    return (*own, *NORMAL)


def lines_of(table: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return the warning lines of ``[limits.gauges."<id or name>"]``: blue, yellow, orange, red in metres."""
    gauges: Mapping[str, Mapping[Level, float]] = table.get("gauges", {})
    return tuple(
        Line(device, tuple(Step(float(lines[level]), level) for level in RANK if level in lines))
        for device, lines in gauges.items()
    )


def lines_of_stations(stations: Iterable[WaterStation]) -> tuple[Line, ...]:
    """Return the lines of ``water_lines.csv`` for each gauge of a station; its warning line is blue."""
    return tuple(
        Line(gauge, tuple(Step(metres, _LEVEL_OF[kind]) for kind, metres in one.lines), label=one.names["zh"])
        for one in stations
        for gauge in one.gauges
    )


def scale(units: NDArray[np.object_], unit: str) -> NDArray[np.float64]:
    """Return factors that turn values in ``units`` into ``unit``; 1 where the two cannot be compared."""
    to = _METRES.get(unit)
    if to is None:
        return np.ones(len(units))
    return np.array([_METRES.get(str(name), to) / to for name in units], dtype=np.float64)


def ranks(values: NDArray[np.float64], steps: tuple[Step, ...]) -> NDArray[np.uint8]:
    """Return 0 (normal) to 4 (red) for each value; NaN is 0, because no data is not a level."""
    found = np.zeros(len(values), dtype=np.uint8)
    for step in steps:
        over = _TESTS[step.when](values, step.value)
        found[over] = np.maximum(found[over], RANK[step.level])
    return found


def rule_of(
    device: str, name: str, kind: str, metric: str, limits: Iterable[Limit], lines: Iterable[Line]
) -> Limit | Line | None:
    """Return what judges readings of a device and metric: its own line, else the first limit that fits."""
    own = next((line for line in lines if line.device in (device, name)), None)
    if own is not None:
        return own
    return next((one for one in limits if one.kind in ("", kind) and one.metric in ("", metric)), None)


def is_off_normal(value: float, unit: str, rule: Limit | Line) -> bool:
    """Whether one value is at any level of a rule."""
    to = _METRES.get(rule.unit)
    value *= 1.0 if to is None else _METRES.get(unit, to) / to
    return any(bool(_TESTS[step.when](value, step.value)) for step in rule.steps)
