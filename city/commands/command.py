"""Commands and their results: a command, and the decision (new facts) or the refusal."""

from collections.abc import Callable
from typing import Any

import msgspec

from city.dispatch.sendable_units import UnitNow

__all__ = ["REFUSALS", "Command", "Decision", "NewFact", "Now", "Refusal", "Winner"]

REFUSALS = ("conflict", "not_allowed", "not_now", "bad_args", "unknown_subject", "read_only")


def _nobody(unit: str) -> UnitNow | None:
    return None


class Now(msgspec.Struct, frozen=True):
    """Inputs of a decision that are not in the ledger: the two clocks (epoch seconds), and telemetry.

    ``unit_of`` returns a unit by its newest telemetry, None without telemetry; ``silent`` the ids of the
    devices whose values are lost.
    """

    machine: float
    city: float
    unit_of: Callable[[str], UnitNow | None] = _nobody
    silent: Callable[[], tuple[str, ...]] = tuple


class Command(msgspec.Struct, frozen=True):
    """A command. ``subject`` is ``case:<key>`` or ``wall:<name>``; ``version`` is the one its sender saw.

    ``at`` is the city time (ISO 8601) at which its sender acted, for a command that is sent later; else None.
    """

    command_id: str
    verb: str
    subject: str
    version: int = 0
    args: dict[str, Any] = {}  # msgspec copies it
    at: str | None = None


class NewFact(msgspec.Struct, frozen=True):
    """A fact that a decision makes; the caller that appends it adds actor, role, seat and shift.

    A fact on a case has ``data.version``, the case's version after the act.
    """

    type: str
    subject: str
    data: dict[str, Any]
    v: int = 1
    reason: str = ""


class Decision(msgspec.Struct, frozen=True):
    """Facts to append, all or none, if every subject in ``expects`` is at its version."""

    facts: tuple[NewFact, ...]
    expects: tuple[tuple[str, int], ...]


class Winner(msgspec.Struct, frozen=True):
    """The winner of a conflict: display name, machine time, fact type and its target, if any."""

    by: str
    at: float
    did: str
    to: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """A refusal. ``reason`` is a catalogue key below ``refusal.``; ``names`` are its placeholders.

    Names that end in ``_at`` or ``_time`` (with the day) are city epoch seconds, in ``_holder`` holders'
    codes, in ``_class`` class keys, in ``_post`` keys of posts.
    """

    code: str
    reason: str
    names: dict[str, Any] = {}
    winner: Winner | None = None
