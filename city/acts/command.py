"""Orders and their answers: a command, the facts that it would make, or why it is refused."""

from collections.abc import Callable
from typing import Any

import msgspec

__all__ = ["REFUSALS", "Command", "Decision", "NewFact", "Now", "Refusal", "UnitNow", "Winner"]

REFUSALS = ("conflict", "not_allowed", "not_now", "bad_args", "unknown_subject", "read_only")


class UnitNow(msgspec.Struct, frozen=True):
    """A unit as it was last heard of; ``lost``: nobody knows where it is now."""

    kind: str
    state: str
    lost: bool


def _nobody(unit: str) -> UnitNow | None:
    return None


class Now(msgspec.Struct, frozen=True):
    """What a decision goes by that is in no ledger: the two clocks (epoch seconds), and where units are.

    ``unit_of`` returns a unit as telemetry tells of it, None for one that it never told of.
    """

    machine: float
    city: float
    unit_of: Callable[[str], UnitNow | None] = _nobody


class Command(msgspec.Struct, frozen=True):
    """One order. ``subject`` is ``case:<key>`` or ``wall:<name>``; ``version`` is the one its sender saw."""

    command_id: str
    verb: str
    subject: str
    version: int = 0
    args: dict[str, Any] = {}  # msgspec copies it


class NewFact(msgspec.Struct, frozen=True):
    """A fact that a decision makes; actor, role, seat and shift are added by who appends it.

    A fact on a case carries ``data.version``, the case's version behind the act.
    """

    type: str
    subject: str
    data: dict[str, Any]
    v: int = 1
    reason: str = ""


class Decision(msgspec.Struct, frozen=True):
    """All of ``facts`` or none, if every subject of ``expects`` is at its version."""

    facts: tuple[NewFact, ...]
    expects: tuple[tuple[str, int], ...]


class Winner(msgspec.Struct, frozen=True):
    """Who was first: display name, machine moment, fact type and (when there is one) its target."""

    by: str
    at: float
    did: str
    to: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """Why not. ``reason`` is a catalogue key below ``refusal.``; ``names`` fill its gaps.

    Names that end in ``_at`` are city epoch seconds, in ``_holder`` holders' codes, in ``_class`` class keys.
    """

    code: str
    reason: str
    names: dict[str, Any] = {}
    winner: Winner | None = None
