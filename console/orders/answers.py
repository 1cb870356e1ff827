"""Answers to orders. A new act and one read back from the ledger give the same answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from city.access import Person, acting_role
from city.clocks.timestamps import iso, parse
from city.commands.command import Command, NewFact, Refusal, Winner
from city.facts.fact import Fact, body_of
from console.orders.refusal_texts import Reasons

__all__ = [
    "REFUSED", "done", "for_outside", "refusal_body", "refusal_in", "refused", "signed", "undo_until",
    "winner_in",
]  # fmt: skip

REFUSED: Final = "CommandRefused"
TARGETS: Final = ("to", "holder", "level")


def signed(fact: NewFact, person: Person, command: Command) -> bytes:
    """Return the body of a fact, signed with the account, role, seat and shift of who gave the command.

    An act that was sent later than it was done has both times: ``acted_at``, and when it was recorded.
    """
    data = {**fact.data, "command": command.command_id, "name": person.name}
    if command.at is not None:
        data["acted_at"] = command.at
    return body_of(
        fact.type, fact.subject, person.account, data, v=fact.v, role=acting_role(person, command.verb),
        seat=person.seat, shift=person.shift, reason=fact.reason,
    )  # fmt: skip


def refusal_body(refusal: Refusal, person: Person, command: Command) -> bytes:
    """Return the body of the fact that a command was refused."""
    first = refusal.winner
    data = {
        "verb": command.verb, "code": refusal.code, "reason": refusal.reason,
        "names": _iso_moments(refusal.names),
        "winner": msgspec.structs.asdict(first) | {"at": iso(first.at)} if first else None,
    }  # fmt: skip
    return signed(NewFact(REFUSED, command.subject, data), person, command)


def refusal_in(fact: Fact) -> Refusal:
    """Return the refusal stored in a ``CommandRefused``. Raises KeyError, TypeError, ValueError."""
    stored = fact.data.get("winner")
    winner = (
        Winner(stored["by"], parse(stored["at"]), stored["did"], stored.get("to", "")) if stored else None
    )
    return Refusal(fact.data["code"], fact.data["reason"], _epoch_moments(fact.data["names"]), winner)


def winner_in(facts: Sequence[Fact], subject: str) -> Winner:
    """Return who was first on a subject, from the facts of the act that succeeded."""
    fact = next((fact for fact in facts if fact.subject == subject), facts[-1])
    to = next((str(fact.data[name]) for name in TARGETS if fact.data.get(name)), "")
    return Winner(str(fact.data.get("name") or fact.actor), fact.recorded_at, fact.type, to)


def done(
    command_id: str, facts: Sequence[Fact], subject: str, *, version: int, undo_until: float | None
) -> dict[str, Any]:
    """Return the answer to a command that made ``facts``.

    ``version`` is the subject's version, used when no fact holds one.
    """
    versions = [fact.data["version"] for fact in facts if fact.subject == subject and "version" in fact.data]
    return {
        "command_id": command_id,
        "done": {
            "position": str(facts[-1].position), "version": int(versions[-1]) if versions else version,
            "facts": [{"type": fact.type, "v": fact.v} for fact in facts], "undo_until": undo_until,
        },
    }  # fmt: skip


def undo_until(facts: Sequence[Fact]) -> float | None:
    """Return until when (machine epoch seconds) the act may be undone by its author, None for never."""
    spans = [fact.recorded_at + float(fact.data["undo_s"]) for fact in facts if "undo_s" in fact.data]
    return max(spans, default=None)


def refused(command_id: str, refusal: Refusal, reasons: Reasons) -> dict[str, Any]:
    """Return the answer to a command that was refused."""
    body: dict[str, Any] = {
        "code": refusal.code, "reason": reasons.text(refusal.reason, refusal.names),
        "key": refusal.reason, "names": dict(refusal.names),
    }  # fmt: skip
    if refusal.winner is not None:
        body["winner"] = msgspec.structs.asdict(refusal.winner)
    return {"command_id": command_id, "refused": body}


def for_outside(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer with its times in ISO 8601, for other systems."""
    converted = dict(answer)
    if "done" in converted:
        until = converted["done"].get("undo_until")
        converted["done"] = {**converted["done"], "undo_until": None if until is None else iso(until)}
    if "refused" in converted:
        refusal = converted["refused"] = {**converted["refused"]}
        refusal["names"] = _iso_moments(refusal.get("names", {}))
        if refusal.get("winner"):
            refusal["winner"] = {**refusal["winner"], "at": iso(refusal["winner"]["at"])}
    return converted


def _iso_moments(names: Mapping[str, Any]) -> dict[str, Any]:
    return {n: iso(v) if n.endswith("_at") and isinstance(v, int | float) else v for n, v in names.items()}


def _epoch_moments(names: Mapping[str, Any]) -> dict[str, Any]:
    return {n: parse(v) if n.endswith("_at") and isinstance(v, str) else v for n, v in names.items()}
