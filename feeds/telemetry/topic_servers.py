"""Telemetry whose topics are on several servers; no order between topics matters, so none is lost by it."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence

from feeds.protocol.cursors import StreamId
from feeds.protocol.topics import TELEMETRY_TOPICS
from feeds.telemetry.telemetry import KEEP_BYTES, KEEP_S, Batch, Bounds, Taken, Telemetry, TelemetryEntry

__all__ = ["TopicServers", "open_telemetry", "read_topic_urls"]


def read_topic_urls(text: str) -> dict[str, str]:
    """Return the server of each topic named in ``unit=redis://… sensor=unix:///…``, '' for none.

    Raises ValueError that names what was expected.
    """
    found: dict[str, str] = {}
    for part in text.split():
        topic, _, url = part.partition("=")
        if topic not in TELEMETRY_TOPICS or "://" not in url or topic in found:
            topics = ", ".join(TELEMETRY_TOPICS)
            message = (
                f"expected topic=url, separated by spaces, each topic of {topics} at most once;"
                f" got the topic {topic!r}"
            )
            raise ValueError(message)
        found[topic] = url
    return found


async def open_telemetry(url: str, topics: str = "") -> Telemetry:
    """Connect to the server at ``url``, and for the topics named in ``topics`` to theirs.

    Raises TelemetryUnavailable, and ValueError for what ``topics`` says.
    """
    apart = read_topic_urls(topics)
    addresses = {topic: apart.get(topic, url) for topic in TELEMETRY_TOPICS}
    if not apart:
        return await Telemetry.open(url)
    servers: dict[str, Telemetry] = {}
    try:
        for address in dict.fromkeys(addresses.values()):
            servers[address] = await Telemetry.open(address)
    except BaseException:
        for server in servers.values():
            await server.close()
        raise
    return TopicServers({topic: servers[address] for topic, address in addresses.items()})


class TopicServers(Telemetry):
    """One :class:`Telemetry` per server; ``by_topic`` has every topic."""

    def __init__(self, by_topic: Mapping[str, Telemetry]) -> None:
        self._by_topic = dict(by_topic)
        self._servers = list(dict.fromkeys(by_topic.values()))

    async def append(self, topic: str, batches: Sequence[Batch]) -> list[Taken]:
        """Append to the topic's server."""
        return await self._by_topic[topic].append(topic, batches)

    async def read(self, topic: str, after: StreamId, *, count: int = 200) -> list[TelemetryEntry]:
        """Read from the topic's server."""
        return await self._by_topic[topic].read(topic, after, count=count)

    async def log_id(self, topic: str, id_: StreamId) -> str:
        """Ask the topic's server."""
        return await self._by_topic[topic].log_id(topic, id_)

    async def tail(self, after: Mapping[str, StreamId]) -> AsyncIterator[list[TelemetryEntry]]:
        """Yield entries of all servers as they arrive; each server's in their order."""
        places: dict[Telemetry, dict[str, StreamId]] = defaultdict(dict)
        for topic, place in after.items():
            places[self._by_topic[topic]][topic] = place
        tails = [server.tail(its) for server, its in places.items()]
        waiting = {asyncio.ensure_future(anext(tail)): tail for tail in tails}
        try:
            while waiting:
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    entries = one.result()
                    tail = waiting.pop(one)
                    waiting[asyncio.ensure_future(anext(tail))] = tail
                    yield entries
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def bounds(self, topic: str) -> Bounds:
        """Ask the topic's server."""
        return await self._by_topic[topic].bounds(topic)

    async def clients(self) -> dict[str, str]:
        """Return the clients of all servers, each with its last time on any."""
        found: dict[str, str] = {}
        for server in self._servers:
            for client, received in (await server.clients()).items():
                found[client] = max(received, found.get(client, ""))
        return found

    async def epoch(self) -> str:
        """Return an id that changes when that of any server does, or a topic's server."""
        epochs = [f"{topic} {await self._by_topic[topic].epoch()}" for topic in sorted(self._by_topic)]
        return hashlib.sha256("\n".join(epochs).encode()).hexdigest()[:16]

    async def entries(self, topic: str) -> tuple[int, int, StreamId | None] | None:
        """Ask the topic's server."""
        return await self._by_topic[topic].entries(topic)

    async def used_bytes(self, topic: str) -> int:
        """Ask the topic's server."""
        return await self._by_topic[topic].used_bytes(topic)

    async def trim(self, topic: str, *, keep_s: float = KEEP_S, keep_bytes: int = KEEP_BYTES) -> int:
        """Trim on the topic's server."""
        return await self._by_topic[topic].trim(topic, keep_s=keep_s, keep_bytes=keep_bytes)

    async def close(self) -> None:
        """Close the connections to all servers."""
        for server in self._servers:
            await server.close()
