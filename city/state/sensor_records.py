"""Records of sensing (domain §3.6): alarms, shelving, maintenance, and the time inside baselines.

Times are city epoch seconds; values are in the metric's unit.
"""

from typing import Final

import msgspec

from city.state.case_file import LastAct
from city.state.linkage_records import Signed

__all__ = [
    "ALARM_STATES", "LEVELS", "OPEN_ALARMS", "SHELVED_MOST_S", "Alarm", "BaselineTime", "Maintenance",
    "Sensing", "Shelving", "alarm_key",
]  # fmt: skip

LEVELS: Final = ("info", "yellow", "orange", "red")
ALARM_STATES: Final = ("active", "acked", "suppressed", "cleared")
"""``suppressed``: raised while the device was in maintenance or the alarm shelved; it files no case."""
OPEN_ALARMS: Final = frozenset({"active", "acked", "suppressed"})
SHELVED_MOST_S: Final = 7200.0
"""The longest time for which an alarm may be shelved (look.md, rule 12)."""


def alarm_key(device: str, metric: str) -> str:
    """Return the key of the alarms of a device's metric; a metric's code has no slash."""
    return f"{device}/{metric}"


class Shelving(msgspec.Struct, frozen=True):
    """An alarm that is put aside until ``until``; ``kind`` is ``shelve`` or ``suspect`` (疑似故障)."""

    kind: str
    reason: str
    until: float
    signed: Signed


class Maintenance(msgspec.Struct):
    """A device in maintenance: it raises no alarm and counts in no rate."""

    device: str
    reason: str = ""
    signed: Signed | None = None
    ended_at: float | None = None
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None

    @property
    def is_on(self) -> bool:
        """Whether the maintenance lasts."""
        return self.signed is not None and self.ended_at is None


class Alarm(msgspec.Struct):
    """The newest alarm of a device's metric; ``serial`` counts them, earlier ones are in the ledger.

    ``at`` is the device time of the reading that raised it, ``first_at`` of the first deviating one of ``n``;
    ``low`` and ``high`` are the limits in force. ``late_s`` > 0: the reading arrived so much later (补报).
    ``case`` is the key of its case, ``doubt`` why the value is doubtful (``stuck``, ``stuck_dry``).
    """

    key: str
    device: str
    metric: str
    serial: int = 0
    state: str = "cleared"
    threshold: str = ""
    op: str = ""
    level: str = "info"
    value: float = 0.0
    low: float | None = None
    high: float | None = None
    unit: str = ""
    at: float = 0.0
    first_at: float = 0.0
    raised_at: float = 0.0
    n: int = 0
    late_s: float = 0.0
    case: str = ""
    acked: Signed | None = None
    shelving: Shelving | None = None
    doubt: str = ""
    doubt_since: float | None = None
    cleared_at: float | None = None
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None

    @property
    def is_open(self) -> bool:
        """Whether the deviation is not over."""
        return self.state in OPEN_ALARMS


class BaselineTime(msgspec.Struct, frozen=True):
    """Seconds of a device class in a span of time: inside the baseline, with good data, and all (K34)."""

    kind: str
    begin: float
    end: float
    inside_s: float
    good_s: float
    due_s: float


class Sensing(msgspec.Struct):
    """The state of sensing: the newest alarm of each ``<device>/<metric>``, maintenance by device id."""

    alarms: dict[str, Alarm] = {}
    maintenance: dict[str, Maintenance] = {}
    baseline_times: list[BaselineTime] = []

    def is_maintained(self, device: str) -> bool:
        """Whether a device is in maintenance."""
        record = self.maintenance.get(device)
        return record is not None and record.is_on

    def is_suspected(self, device: str, metric: str, now: float) -> bool:
        """Whether an officer suspects that a gauge's readings are wrong (疑似故障) at a city time."""
        alarm = self.alarms.get(alarm_key(device, metric))
        shelving = alarm.shelving if alarm is not None else None
        return shelving is not None and shelving.kind == "suspect" and shelving.until > now
