"""The hash chain: the hash of each ledger entry covers all entries before it.

``hash = SHA-256(previous hash ‖ recorded_at ‖ SHA-256(body))``, all as lower-case hex or ISO text.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

__all__ = ["GENESIS", "Broken", "Link", "canonical", "digest", "link", "verify"]

GENESIS = "0" * 64

_encoder = msgspec.json.Encoder(order="deterministic")


class Link(Protocol):
    """The fields of a ledger entry that the chain needs."""

    @property
    def position(self) -> int:
        """Its position in the ledger, from 1."""
        ...

    @property
    def recorded_at(self) -> str:
        """When the ledger recorded it, ISO 8601."""
        ...

    @property
    def hash(self) -> str:
        """Its hash in the chain."""
        ...

    @property
    def body(self) -> bytes:
        """The stored body, canonical JSON."""
        ...


class Broken(msgspec.Struct, frozen=True):
    """The first entry that does not continue the chain, and why."""

    position: int
    reason: str


def canonical(value: Any) -> bytes:
    """Return ``value`` as canonical JSON: sorted names, no spaces, UTF-8."""
    return _encoder.encode(value)


def digest(body: bytes) -> str:
    """Return the lower-case hex SHA-256 of a stored body."""
    return hashlib.sha256(body).hexdigest()


def link(previous: str, recorded_at: str, body_digest: str) -> str:
    """Return the hash of an entry, computed from the previous hash."""
    return hashlib.sha256(f"{previous}{recorded_at}{body_digest}".encode()).hexdigest()


def verify(
    entries: Iterable[Link], *, position: int = 0, previous: str = GENESIS
) -> Broken | tuple[int, str]:
    """Verify the entries after (``position``, ``previous``); return the new end or the first bad entry."""
    for entry in entries:
        if entry.position != position + 1:
            return Broken(position + 1, f"expected position {position + 1}, found {entry.position}")
        if link(previous, entry.recorded_at, digest(entry.body)) != entry.hash:
            return Broken(entry.position, "hash does not continue the chain")
        position, previous = entry.position, entry.hash
    return position, previous
