"""Sensing rules as values: metrics, thresholds, and baselines by condition band (domain §3.6)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from city.state.ledger_state import Device
from city.state.sensor_records import LEVELS

__all__ = [
    "ACTIONS", "BAND_KINDS", "DAY_S", "OPS", "STUCK", "Band", "Metric", "SensingRules", "Threshold",
    "factor_of",
]  # fmt: skip

OPS: Final = ("lt", "gt", "outside", "rate_gt", "gap_gt")
ACTIONS: Final = ("show", "alarm", "auto_case")
BAND_KINDS: Final = ("none", "outdoor_temp", "hour_of_day", "season", "rain_state")
STUCK: Final = "stuck"
"""Id of the built-in threshold of a gauge whose value does not move while those of its class do."""
DAY_S: Final = 86_400.0

_METRES: Final = {"mm": 0.001, "cm": 0.01, "m": 1.0, "毫米": 0.001, "厘米": 0.01, "米": 1.0}


class Metric(msgspec.Struct, frozen=True):
    """What is measured. A value outside ``valid_min`` … ``valid_max`` is no data.

    ``precision`` is the number of decimals that count; ``stuck_s`` after how long an unchanged value is
    doubtful (0 = never: the value may stand still).
    """

    code: str
    name_zh: str
    name_en: str
    unit: str
    valid_min: float
    valid_max: float
    precision: int = 2
    stuck_s: float = 0.0


class Threshold(msgspec.Struct, frozen=True):
    """A condition under which a device deviates. ``scope`` is ``device:<id>``, ``class:<class>`` or
    ``street:<code>``.

    ``value`` is the limit in the metric's unit: of ``outside`` the lower one with ``upper`` as the upper one,
    both None = the baseline; of ``rate_gt`` the rise within ``window_s``; of ``gap_gt`` the seconds without
    a reading. ``clear`` is the value at which it is over, for a baseline the margin inside the band.
    """

    id: str
    scope: str
    metric: str
    op: str
    value: float | None = None
    upper: float | None = None
    window_s: float = 0.0
    clear: float | None = None
    hold_count: int = 1
    hold_s: float = 0.0
    level: str = "yellow"
    action: str = "alarm"
    category: str = ""

    @property
    def rank(self) -> tuple[int, bool]:
        """Return what makes one threshold worse than another: its level, then whether it files a case."""
        return LEVELS.index(self.level), self.action == "auto_case"

    @property
    def is_baseline(self) -> bool:
        """Whether its limits are those of the baseline."""
        return self.op == "outside" and self.value is None


class Band(msgspec.Struct, frozen=True):
    """Normal values under a condition from ``begin`` up to ``end`` (not included); None = no limit.

    Hours and months may wrap: from 22 to 6. Months are 1 … 12, rain is 0 (dry) or 1 (wet).
    """

    kind: str
    begin: float
    end: float
    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """Whether the band is the one for a value of its condition."""
        if self.begin > self.end and self.kind in ("hour_of_day", "season"):
            return value >= self.begin or value < self.end
        return self.begin <= value < self.end


class SensingRules(msgspec.Struct, frozen=True):
    """Metrics by code, thresholds by metric, and bands by (scope, metric); a device's own come first."""

    metrics: Mapping[str, Metric] = {}
    thresholds: Mapping[str, tuple[Threshold, ...]] = {}
    bands: Mapping[tuple[str, str], tuple[Band, ...]] = {}
    zone_offset_s: int = 28_800
    tables: Mapping[str, str] = {}
    """Table → SHA-256 of the loaded file."""

    def threshold(self, id_: str) -> Threshold | None:
        """Return a threshold by its id, None for an unknown one."""
        if id_ == STUCK:
            return Threshold(STUCK, "", "", STUCK, level="info")
        every = (one for rows in self.thresholds.values() for one in rows)
        return next((one for one in every if one.id == id_), None)

    def thresholds_of(self, device: Device, metric: str) -> tuple[Threshold, ...]:
        """Return the thresholds of a device's metric.

        Of those with the same condition and level the narrowest scope counts: device, then street, class.
        """
        scopes = (f"device:{device.id}", f"street:{device.place.street}", f"class:{device.kind}")
        found: dict[tuple[str, str], Threshold] = {}
        for scope in scopes:
            for one in self.thresholds.get(metric, ()):
                if one.scope == scope:
                    found.setdefault((one.op, one.level), one)
        return tuple(found.values())

    def bands_of(self, device: Device, metric: str) -> tuple[Band, ...]:
        """Return the baseline of a device's metric, () for none."""
        own = self.bands.get((f"device:{device.id}", metric))
        return own or self.bands.get((f"class:{device.kind}", metric), ())

    def has_baseline(self, device: Device) -> int:
        """Return how many metrics of a device have a baseline."""
        return sum(bool(self.bands_of(device, metric)) for metric in self.metrics)

    def local_hour(self, at: float) -> float:
        """Return the hour of the local day, 0 … 24."""
        return (at + self.zone_offset_s) % DAY_S / 3600.0

    def local_month(self, at: float) -> int:
        """Return the local month, 1 … 12."""
        return datetime.fromtimestamp(at + self.zone_offset_s, UTC).month


def factor_of(unit: str, wanted: str) -> float | None:
    """Return the factor from a reading's unit to the metric's; None when the two cannot be compared."""
    if unit in ("", wanted) or not wanted:
        return 1.0
    own, other = _METRES.get(unit), _METRES.get(wanted)
    return own / other if own is not None and other is not None else None
