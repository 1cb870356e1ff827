"""Answers to a publisher."""

import msgspec

from feeds.protocol.faults import Rejected

__all__ = ["Ack", "Rejection", "ack", "rejection"]


class Rejection(msgspec.Struct, frozen=True):
    """One rejected record of a batch."""

    index: int
    path: str
    code: str
    reason: str


class Ack(msgspec.Struct, frozen=True):
    """Result of a batch, or of all batches of one ``send``."""

    accepted: int
    duplicates: int
    rejected: list[Rejection]
    last_id: str | None


class _Answer(msgspec.Struct, frozen=True):
    ack: str
    accepted: int
    duplicates: int
    rejected: list[Rejection]
    last_id: str | None


_encoder = msgspec.json.Encoder()


def rejection(index: int, rejected: Rejected) -> Rejection:
    """Return a rejection with its index in the batch."""
    return Rejection(index, rejected.path, rejected.code, rejected.reason)


def ack(batch: str, result: Ack) -> bytes:
    """Return the answer frame of a batch."""
    return _encoder.encode(
        _Answer(batch, result.accepted, result.duplicates, result.rejected, result.last_id)
    )
