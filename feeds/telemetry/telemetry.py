"""Telemetry: one stream per topic, one entry per batch; a repeated id within ten minutes is a duplicate.

Holds measurements of ``sensor``, ``camera`` and ``unit`` for hours; trimmed by age and size.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any, cast

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError, ResponseError

from feeds.protocol.cursors import StreamId, stream_id, stream_text
from feeds.storage.connections import connect

__all__ = [
    "KEEP_BYTES", "KEEP_S", "Batch", "Bounds", "Taken", "Telemetry", "TelemetryEntry",
    "TelemetryUnavailable", "digest_of",
]  # fmt: skip

KEEP_S = 2 * 3600.0
KEEP_BYTES = 2**30

SLOT_S = 600
"""Length of a slot in seconds; an id is stored for one to two slots."""

LARGEST_ENTRY = 512 * 1024
_BLOCK_MS = 1000
_EPOCH = "telemetry:epoch"

# Every trim stores the last trimmed id and the total number of trimmed entries. When more entries are missing
# (trimmed by hand), everything before the first entry counts as trimmed.
_BOUNDS = """
if redis.call("EXISTS", KEYS[1]) == 0 then return {"0-0", "0-0"} end
local info, stream = redis.call("XINFO", "STREAM", KEYS[1]), {}
for i = 1, #info, 2 do stream[info[i]] = info[i + 1] end
local gone = redis.call("HMGET", KEYS[2], "id", "count")
local last, id = stream["last-generated-id"], gone[1] or "0-0"
if stream["entries-added"] - stream["length"] > tonumber(gone[2] or "0") then
  local first = stream["first-entry"]
  if not first then return {last, last} end
  local ms, seq = string.match(first[1], "(%d+)-(%d+)")
  seq = tonumber(seq)
  id = seq > 0 and ms .. "-" .. string.format("%.0f", seq - 1)
    or string.format("%.0f", tonumber(ms) - 1) .. "-4294967295"
end
return {id, last}
"""
_TRIM = """
local time, last, dropped = redis.call("TIME"), nil, 0
if ARGV[1] == "age" then
  local oldest = string.format("%.0f", time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[2])
  last = redis.call("XREVRANGE", KEYS[1], "(" .. oldest .. "-0", "-", "COUNT", 1)[1]
  dropped = redis.call("XTRIM", KEYS[1], "MINID", oldest .. "-0")
else
  local over = redis.call("XLEN", KEYS[1]) - ARGV[2]
  if over > 0 then
    local entries = redis.call("XRANGE", KEYS[1], "-", "+", "COUNT", over)
    last = entries[#entries]
    dropped = redis.call("XTRIM", KEYS[1], "MAXLEN", ARGV[2])
  end
end
if last and dropped > 0 then
  redis.call("HSET", KEYS[2], "id", last[1])
  redis.call("HINCRBY", KEYS[2], "count", dropped)
end
return dropped
"""
_CLIENTS = "telemetry:clients"


class Batch(msgspec.Struct, frozen=True):
    """Records of one batch in order, each with its digest and a letter (see telemetry.lua).

    ``payloads`` are the JSON texts of those with the letter "n".
    """

    client: str
    received: str
    digests: Sequence[bytes]
    kinds: str
    payloads: Sequence[bytes]


class Taken(msgspec.Struct, frozen=True):
    """Result of a batch: the log id of its last new record, and for each digest whether it was known."""

    last_id: str | None
    known: list[bool]


class TelemetryEntry(msgspec.Struct, frozen=True):
    """One accepted batch as stored: ``records`` is a JSON array."""

    topic: str
    id: StreamId
    client: str
    received: str
    records: bytes


class Bounds(msgspec.Struct, frozen=True):
    """The newest trimmed stream id, and the newest assigned one."""

    trimmed: StreamId
    last: StreamId


class TelemetryUnavailable(Exception):
    """The server did not answer: the outcome is refused *or unknown*; repeat with the same ids."""


def digest_of(client: str, record_id: str) -> bytes:
    """Return a ten-byte digest of a client's record id within a topic."""
    return hashlib.blake2b(f"{client}\x00{record_id}".encode(), digest_size=10).digest()


class Telemetry:
    """A connection to the telemetry streams of one server."""

    def __init__(self, client: redis.Redis, reader: redis.Redis) -> None:
        self._client = client
        self._reader = reader
        self._source = (Path(__file__).parent / "telemetry.lua").read_bytes()
        self._bounds = reader.register_script(_BOUNDS)
        self._trim = client.register_script(_TRIM)
        self._sha = hashlib.sha1(self._source, usedforsecurity=False).hexdigest()

    @classmethod
    async def open(cls, url: str) -> "Telemetry":
        """Connect to ``redis://…`` or ``unix:///path``. Raises TelemetryUnavailable."""
        telemetry = cls(connect(url), connect(url))
        await telemetry.epoch()
        return telemetry

    async def append(self, topic: str, batches: Sequence[Batch]) -> list[Taken]:
        """Append batches durably and in order; return one answer for each. Raises TelemetryUnavailable."""
        key = f"telemetry:{topic}"
        # A restarted server does not know the script, so the first batch sends its text. If the first batch
        # used the hash too, it could be refused and a later one accepted before it.
        scripts = chain([("EVAL", self._source)], repeat(("EVALSHA", self._sha)))
        async with self._client.pipeline(transaction=False) as pipe:
            for script, batch in zip(scripts, batches, strict=False):
                pipe.execute_command(
                    *script, 4, key, f"{key}:seen:", f"{key}:slot", _CLIENTS,
                    batch.client, batch.received, SLOT_S, LARGEST_ENTRY,
                    b"".join(batch.digests), batch.kinds, *batch.payloads,
                )  # fmt: skip
            try:
                rows = await pipe.execute()
            except (RedisError, OSError) as error:
                raise TelemetryUnavailable(str(error)) from error
        return [_taken(row) for row in rows]

    async def read(self, topic: str, after: StreamId, *, count: int = 200) -> list[TelemetryEntry]:
        """Return up to ``count`` entries after ``after``. Raises TelemetryUnavailable."""
        try:
            rows = await self._client.xrange(
                f"telemetry:{topic}", min=f"({stream_text(after)}", max="+", count=count
            )
        except (RedisError, OSError) as error:
            raise TelemetryUnavailable(str(error)) from error
        return [_entry(topic, row) for row in rows or ()]

    async def log_id(self, topic: str, id_: StreamId) -> str:
        """Return the log id of an entry's last record; of its first one when the entry is missing.

        Raises TelemetryUnavailable.
        """
        name = stream_text(id_)
        try:
            rows: Any = await self._client.xrange(f"telemetry:{topic}", min=name, max=name)
        except (RedisError, OSError) as error:
            raise TelemetryUnavailable(str(error)) from error
        held = len(_raws.decode(rows[0][1][b"b"])) if rows else 1
        return f"{name}.{held - 1}"

    async def tail(self, after: Mapping[str, StreamId]) -> AsyncIterator[list[TelemetryEntry]]:
        """Yield entries of several topics after the given ids as they arrive, without end.

        Raises TelemetryUnavailable.
        """
        places: dict[Any, Any] = {f"telemetry:{t}": stream_text(id_) for t, id_ in after.items()}
        while True:
            try:
                found = await self._reader.xread(places, count=200, block=_BLOCK_MS)
            except (RedisError, OSError) as error:
                raise TelemetryUnavailable(str(error)) from error
            entries = []
            for key, rows in _pairs(found):
                name = key.decode()
                places[name] = rows[-1][0]
                entries += [_entry(name.removeprefix("telemetry:"), row) for row in rows]
            if entries:
                yield entries

    async def bounds(self, topic: str) -> Bounds:
        """Return the last trimmed and the last assigned id. Raises TelemetryUnavailable."""
        try:
            trimmed, last = await self._bounds(keys=[f"telemetry:{topic}", f"telemetry:{topic}:gone"])
        except (RedisError, OSError) as error:
            raise TelemetryUnavailable(str(error)) from error
        return Bounds(stream_id(trimmed), stream_id(last))

    async def clients(self) -> dict[str, str]:
        """Return every client that has published telemetry, with its last time (ISO 8601)."""
        try:
            rows = await cast("Awaitable[dict[bytes, bytes]]", self._client.hgetall(_CLIENTS))
        except (RedisError, OSError) as error:
            raise TelemetryUnavailable(str(error)) from error
        return {client.decode(): received.decode() for client, received in rows.items()}

    async def epoch(self) -> str:
        """Return the epoch id of the telemetry log; the first caller creates it."""
        try:
            # The server's run id is random, so it serves as the epoch id.
            info = await self._client.info("server")
            await self._client.set(_EPOCH, str(info["run_id"])[:16], nx=True)
            return cast("bytes", await self._client.get(_EPOCH)).decode()
        except (RedisError, OSError) as error:
            raise TelemetryUnavailable(str(error)) from error

    async def entries(self, topic: str) -> tuple[int, int, StreamId | None] | None:
        """Return how many entries a topic ever got, how many it has, and the first one's id; None for none.

        Raises TelemetryUnavailable.
        """
        try:
            info: dict[str, Any] = await self._client.xinfo_stream(f"telemetry:{topic}")
        except ResponseError:  # no such stream yet
            return None
        except (RedisError, OSError) as error:
            raise TelemetryUnavailable(str(error)) from error
        first = info["first-entry"]
        return int(info["entries-added"]), int(info["length"]), stream_id(first[0]) if first else None

    async def used_bytes(self, topic: str) -> int:
        """Return the memory of a topic's stream. Raises TelemetryUnavailable."""
        try:
            return int(await self._client.memory_usage(f"telemetry:{topic}") or 0)
        except (RedisError, OSError) as error:
            raise TelemetryUnavailable(str(error)) from error

    async def trim(self, topic: str, *, keep_s: float = KEEP_S, keep_bytes: int = KEEP_BYTES) -> int:
        """Trim entries older than ``keep_s`` and the oldest ones above ``keep_bytes``; return how many."""
        key = f"telemetry:{topic}"
        keys = [key, f"{key}:gone"]
        try:
            dropped = int(await self._trim(keys=keys, args=["age", int(keep_s * 1000)]))
            used = await self.used_bytes(topic)
            if used > keep_bytes:
                kept = int(await self._client.xlen(key)) * keep_bytes // used
                dropped += int(await self._trim(keys=keys, args=["length", kept]))
        except (RedisError, OSError) as error:
            raise TelemetryUnavailable(str(error)) from error
        return dropped

    async def close(self) -> None:
        """Close both connections."""
        await self._client.aclose()
        await self._reader.aclose()


_raws = msgspec.json.Decoder(list[msgspec.Raw])


def _pairs(found: Any) -> Any:
    """Return (key, rows) pairs of an XREAD answer, of either protocol version."""
    return found.items() if isinstance(found, dict) else found or ()


def _taken(row: list[Any]) -> Taken:
    id_, held, known = row
    last = f"{id_.decode()}.{held - 1}" if id_ else None
    return Taken(last, [letter == ord("1") for letter in known])


def _entry(topic: str, row: Any) -> TelemetryEntry:
    identity, fields = row
    return TelemetryEntry(
        topic, stream_id(identity), fields[b"c"].decode(), fields[b"r"].decode(), fields[b"b"]
    )
