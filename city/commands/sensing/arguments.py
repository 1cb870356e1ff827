"""Arguments of the verbs of alarms and of devices in maintenance."""

from typing import Annotated, Literal

from msgspec import Meta

from city.commands.argument_types import Args, Code, Moment, Text

__all__ = ["SENSING_ARGS"]

Minutes = Annotated[int, Meta(ge=1, le=120)]


class RaiseAlarm(Args, frozen=True):
    """A deviation that has held, as the engine measured it; ``at`` and ``first_at`` are device times."""

    threshold: Code
    at: Moment
    first_at: Moment
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    late_s: float = 0.0


class AlarmSerial(Args, frozen=True):
    """``serial`` is that of the alarm; the engine tells it."""

    serial: int | None = None


class NoteDoubt(Args, frozen=True):
    why: Literal["stuck", "stuck_dry"]
    since: Moment


class ShelveAlarm(Args, frozen=True):
    """``minutes`` until the alarm comes back."""

    reason: Text
    minutes: Minutes


class SuspectFault(Args, frozen=True):
    reason: Text
    minutes: Minutes = 120


class MaintainDevice(Args, frozen=True):
    reason: Text


SENSING_ARGS: dict[str, type[Args]] = {
    "raise_alarm": RaiseAlarm, "clear_alarm": AlarmSerial, "note_doubt": NoteDoubt,
    "shelve_alarm": ShelveAlarm, "suspect_fault": SuspectFault, "end_shelving": AlarmSerial,
    "start_maintenance": MaintainDevice,
}  # fmt: skip
