"""A dry run: validates records as the gateway does, and sends nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from feeds.protocol.answers import Ack, rejection
from feeds.protocol.records import Rejected, ValidationContext, validate_all
from feeds.sources.contract import Record

__all__ = ["DryRun"]


class DryRun:
    """Answers like an empty gateway on which everybody may publish.

    It does not use the district's class tables or the rights of a token.
    """

    def __init__(self, topic: str, now: float) -> None:
        self._topic = topic
        self._rules = ValidationContext(client="dry-run", received="", now_city=now)
        self._known: set[str] = set()

    @classmethod
    @asynccontextmanager
    async def publisher(cls, topic: str, now: float) -> AsyncIterator["DryRun"]:
        """Yield a dry run in place of a publisher; ``now`` in epoch seconds."""
        yield cls(topic, now)

    async def send(self, records: Sequence[Record], /) -> Ack:
        """Return the gateway's answer to these records."""
        accepted, duplicates, rejected = 0, 0, []
        for index, answer in enumerate(validate_all(self._topic, records, self._rules)):
            if isinstance(answer, Rejected):
                rejected.append(rejection(index, answer))
            elif answer.id in self._known:
                duplicates += 1
            else:
                self._known.add(answer.id)
                accepted += 1
        return Ack(accepted, duplicates, rejected, None)
