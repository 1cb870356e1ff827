"""Facts: events as the ledger keeps them. A fact has a past-tense name; it is never changed or renamed."""

from typing import Any

import msgspec

from city.clocks.timestamps import parse
from city.facts.chain import canonical

__all__ = ["Fact", "body_of", "read_fact"]


class _Body(msgspec.Struct):
    type: str
    v: int = 1
    subject: str = ""
    actor: str = ""
    data: dict[str, Any] = {}  # msgspec copies a mutable default for each struct
    role: str = ""
    seat: str = ""
    shift: str = ""
    reason: str = ""


class Fact(msgspec.Struct, frozen=True):
    """One fact: what happened (``type``, ``v``, ``data``), to which ``subject``, by whom, recorded when.

    ``recorded_at`` is when the ledger recorded it, epoch seconds.
    """

    position: int
    recorded_at: float
    type: str
    v: int
    subject: str
    actor: str
    data: dict[str, Any]
    role: str = ""
    seat: str = ""
    shift: str = ""
    reason: str = ""


_decoder = msgspec.json.Decoder(_Body)


def read_fact(position: int, recorded_at: str, body: bytes) -> Fact:
    """Decode a stored body as a fact. Raises ValueError when it is not one."""
    try:
        b = _decoder.decode(body)
    except msgspec.MsgspecError as error:
        message = f"position {position}: not a fact: {error}"
        raise ValueError(message) from error
    return Fact(
        position, parse(recorded_at), b.type, b.v, b.subject, b.actor, b.data,
        b.role, b.seat, b.shift, b.reason,
    )  # fmt: skip


def body_of(kind: str, subject: str, actor: str, data: dict[str, Any], *, v: int = 1, **signed: str) -> bytes:
    """Return the canonical body of a new fact; ``signed`` may hold role, seat, shift, reason."""
    named = {name: value for name, value in signed.items() if value}
    return canonical({"type": kind, "v": v, "subject": subject, "actor": actor, "data": data, **named})
