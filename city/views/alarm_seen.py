"""Alarms and devices in maintenance as a desk may see them; no wall gets them."""

import msgspec

__all__ = ["AlarmSeen", "MaintainedSeen"]


class AlarmSeen(msgspec.Struct, frozen=True):
    """An alarm that is not over. Times are city epoch seconds, but ``as_of`` is machine time.

    ``now_value`` is the newest reading, None while the device is ``lost`` or has none. ``case`` is the mark
    of its case ('' = none), ``shelved_until`` is set while it is put aside (``shelf``: shelve, suspect).
    """

    key: str
    device: str
    name: str
    street: str
    kind: str
    metric: str
    level: str
    state: str
    op: str
    threshold: str
    value: float
    low: float | None
    high: float | None
    unit: str
    at: float
    raised_at: float
    late_s: float
    n: int
    case: str
    doubt: str
    doubt_since: float | None
    acked_by: str
    shelf: str
    shelf_reason: str
    shelf_by: str
    shelved_until: float | None
    now_value: float | None
    as_of: float | None
    lost: bool
    version: int


class MaintainedSeen(msgspec.Struct, frozen=True):
    """A device in maintenance: why, by whom, since when (city epoch seconds)."""

    device: str
    name: str
    street: str
    kind: str
    reason: str
    by: str
    since: float
    version: int
