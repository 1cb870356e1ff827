"""The ledger: all facts in one order, linked by hashes, never deleted.

Recent facts are in one stream of a Redis-protocol server (keys under the hash tag ``{ledger}``), old ones in
closed segments on disk (:mod:`feeds.ledger.segments`). Facts enter only through :meth:`Ledger.append`.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

from city.facts.chain import GENESIS, digest
from feeds.ledger.segments import Row, Segments
from feeds.ledger.stream_rows import entries_of, unpacked
from feeds.storage.connections import connect

__all__ = [
    "ANY", "Act", "Again", "Answer", "Appended", "Conflict", "Entry", "Ledger", "LedgerUnavailable",
]  # fmt: skip

ANY = -1
"""An expected version that matches any version (the version still increases)."""

STREAM, HEAD, VERSIONS, LAST_POSITIONS = (
    "{ledger}:stream", "{ledger}:head", "{ledger}:versions", "{ledger}:winners",
)  # fmt: skip
DONE_PREFIX = "{ledger}:done:"
EPOCH = "{ledger}:epoch"
REPLICA_WAIT_MS = 500
REPLICAS_COUNTED_S = 10.0
"""How long a count of replicas is used; so long appends fail after the last replica has gone."""
# One script call blocks the server for about 0.1 ms per act; 64 acts delay a click by less than 10 ms.
ACTS_PER_CALL = 64


Entry = Row
"""One fact as stored, in the stream or in a segment; ``previous`` is the hash of the entry before."""


class Act(msgspec.Struct, frozen=True):
    """One atomic append: all of ``bodies`` or none."""

    command_id: str
    bodies: tuple[bytes, ...]
    expects: tuple[tuple[str, int], ...] = ()


class Appended(msgspec.Struct, frozen=True):
    """Done and durable: position and hash of the last body, new versions of the named subjects."""

    position: int
    hash: str
    recorded_at: str
    versions: tuple[int, ...] = ()


class Again(msgspec.Struct, frozen=True):
    """This command id was already done, at ``position``; nothing was written."""

    position: int


class Conflict(msgspec.Struct, frozen=True):
    """A subject's version differs from the expected one; ``last_position`` is that of its last fact."""

    subject: str
    version: int
    last_position: int


Answer = Appended | Again | Conflict


class LedgerUnavailable(Exception):
    """The log server did not answer: the outcome is refused *or unknown*; repeat with the same id."""


class Ledger:
    """A connection to the ledger. Any number of processes may append; the order stays the same for all."""

    def __init__(self, client: redis.Redis, reader: redis.Redis, segments: Segments | None) -> None:
        self._client = client
        self._reader = reader
        self._segments = segments
        source = (Path(__file__).parent / "ledger.lua").read_text(encoding="utf-8")
        self._script = client.register_script(source)
        pages = (Path(__file__).parent / "read.lua").read_text(encoding="utf-8")
        self._page = reader.register_script(pages)
        self._replicas = 0
        self._counted_at = float("-inf")

    @classmethod
    async def open(cls, url: str, *, segments: Path | None = None) -> "Ledger":
        """Connect to the log server at ``url`` (``redis://…`` or ``unix:///path``).

        ``segments`` is the folder of closed segments, if this reader may read them.
        Raises LedgerUnavailable.
        """
        ledger = cls(connect(url), connect(url), Segments(segments) if segments else None)
        await ledger.epoch()
        return ledger

    @property
    def client(self) -> redis.Redis:
        """The connection, for code that inspects the server instead of the facts."""
        return self._client

    async def append(self, acts: Sequence[Act]) -> list[Answer]:
        """Append the acts in order; return one answer for each when they are durable.

        Raises LedgerUnavailable when the outcome is unknown; the same acts may then be sent again.
        """
        answers: list[Answer] = []
        for start in range(0, len(acts), ACTS_PER_CALL):
            answers.extend(await self._append_some(acts[start : start + ACTS_PER_CALL]))
        return answers

    async def _append_some(self, acts: Sequence[Act]) -> list[Answer]:
        arguments: list[Any] = [len(acts)]
        for act in acts:
            arguments += [act.command_id, _mark(act.command_id), len(act.expects)]
            for subject, version in act.expects:
                arguments += [subject, version]
            arguments.append(len(act.bodies))
            for body in act.bodies:
                arguments += [body, digest(body)]
        try:
            rows = await self._run(arguments)
        except (RedisError, OSError, LedgerUnavailable) as error:
            self._counted_at = float("-inf")  # another server may be the primary now, with other replicas
            raise LedgerUnavailable(str(error)) from error
        return [_answer(row) for row in rows]

    async def _run(self, arguments: list[Any]) -> list[Any]:
        """Run the script; with replicas attached, wait until one has it on disk (against a failover)."""
        keys = [STREAM, HEAD, VERSIONS, LAST_POSITIONS, DONE_PREFIX]
        if asyncio.get_running_loop().time() - self._counted_at > REPLICAS_COUNTED_S:
            await self.count_replicas()
        if not self._replicas:
            return cast("list[Any]", await self._script(keys=keys, args=arguments))
        # WAITAOF covers only writes of its own connection, so both commands use the same one.
        async with self._client.client() as one:
            rows = await self._script(keys=keys, args=arguments, client=one)
            asked = one.execute_command("WAITAOF", 1, 1, REPLICA_WAIT_MS)
            written = await cast("Awaitable[Any]", asked)
        if written[1] < 1:
            message = f"no replica confirmed within {REPLICA_WAIT_MS} ms"
            raise LedgerUnavailable(message)
        return cast("list[Any]", rows)

    async def count_replicas(self) -> int:
        """Read and store the number of attached replicas; appending repeats it every 10 s."""
        try:
            info = await self._client.info("replication")
        except (RedisError, OSError) as error:
            raise LedgerUnavailable(str(error)) from error
        self._replicas = int(info.get("connected_slaves", 0))
        self._counted_at = asyncio.get_running_loop().time()
        return self._replicas

    async def head(self) -> tuple[int, str]:
        """Return (position, hash) of the last fact, (0, GENESIS) when there is none."""
        try:
            position, digest_ = await cast(
                "Awaitable[list[bytes | None]]", self._client.hmget(HEAD, ["n", "h"])
            )
        except (RedisError, OSError) as error:
            raise LedgerUnavailable(str(error)) from error
        return (int(position), digest_.decode()) if position and digest_ else (0, GENESIS)

    async def epoch(self) -> str:
        """Return the ledger's epoch id; the first caller creates it, a restore creates a new one."""
        try:
            await self._client.set(EPOCH, _new_epoch(), nx=True)
            return cast("bytes", await self._client.get(EPOCH)).decode()
        except (RedisError, OSError) as error:
            raise LedgerUnavailable(str(error)) from error

    async def version(self, subject: str) -> int:
        """Return the current version of a subject, 0 when there is no fact about it."""
        try:
            found = await cast("Awaitable[bytes | None]", self._client.hget(VERSIONS, subject))
        except (RedisError, OSError) as error:
            raise LedgerUnavailable(str(error)) from error
        return int(found or 0)

    async def done(self, command_id: str) -> int:
        """Return the position of a command's last fact, 0 when that id was not done."""
        return (await self.done_each([command_id]))[0]

    async def done_each(self, command_ids: Sequence[str]) -> list[int]:
        """Return for each command the position of its last fact, 0 when that id was not done."""
        if not command_ids:
            return []
        pipe = self._reader.pipeline(transaction=False)
        for command_id in command_ids:
            mark = _mark(command_id)
            pipe.hget(DONE_PREFIX + mark[:4], mark)
        try:
            return [int(found or 0) for found in await pipe.execute()]
        except (RedisError, OSError) as error:
            raise LedgerUnavailable(str(error)) from error

    async def at(self, positions: Iterable[int]) -> list[Row]:
        """Return the entries at these positions, oldest first, in one round trip; missing ones are left out.

        ``previous`` is '' for entries from the stream. Raises LedgerUnavailable, SegmentDamaged.
        """
        wanted = sorted(set(positions))
        pipe = self._reader.pipeline(transaction=False)
        for position in wanted:
            pipe.xrange(STREAM, min=f"{position}-0", max=f"{position}-0")
        try:
            rows = [row for found in await pipe.execute() for row in found] if wanted else []
        except (RedisError, OSError) as error:
            raise LedgerUnavailable(str(error)) from error
        entries = {entry.position: entry for row in rows for entry in entries_of([row], previous="")}
        if len(entries) < len(wanted) and self._segments is not None:
            missing = [position for position in wanted if position not in entries]
            archived = await asyncio.to_thread(self._segments.at, missing)
            entries |= {entry.position: entry for entry in archived}
        return [entries[position] for position in wanted if position in entries]

    async def read(self, after: int, *, count: int = 1000) -> list[Row]:
        """Return up to ``count`` entries after position ``after``, oldest first."""
        try:
            # The entry at `after` is read too: its hash is the `previous` of the next one.
            page = await self._page(keys=[STREAM], args=[f"{after}-0", count + 1])
        except (RedisError, OSError) as error:
            raise LedgerUnavailable(str(error)) from error
        fresh = unpacked(page, after, previous=GENESIS if after == 0 else None)
        if (not fresh or fresh[0].position > after + 1) and self._segments is not None:
            archived = await asyncio.to_thread(self._segments.read, after, count=count)
            return archived or fresh
        return fresh[:count]

    async def tail(self, after: int) -> AsyncIterator[list[Row]]:
        """Yield entries after position ``after`` as they arrive, without end. Raises LedgerUnavailable."""
        while True:
            entries = await self.read(after)
            if entries:
                after = entries[-1].position
                yield entries
                continue
            try:
                await self._reader.xread({STREAM: f"{after}-0"}, count=1, block=1000)
            except (RedisError, OSError) as error:
                raise LedgerUnavailable(str(error)) from error

    async def forget_all(self) -> None:
        """Delete every fact. Only for facts that nobody has read: the demo's incomplete generated history."""
        try:
            keys = [key async for key in self._client.scan_iter(match="{ledger}:*", count=1000)]
            for start in range(0, len(keys), 1000):
                await self._client.delete(*keys[start : start + 1000])
        except (RedisError, OSError) as error:
            raise LedgerUnavailable(str(error)) from error

    async def close(self) -> None:
        """Close both connections."""
        await self._client.aclose()
        await self._reader.aclose()


def _mark(command_id: str) -> str:
    """Return the 12 bytes (hex) under which a command id is stored."""
    return hashlib.sha256(command_id.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _new_epoch() -> str:
    import secrets  # needed once per ledger

    return secrets.token_hex(8)


def _answer(row: list[Any]) -> Answer:
    kind = row[0]
    if kind == b"ok":
        return Appended(int(row[1]), row[2].decode(), row[3].decode(), tuple(map(int, row[4:])))
    if kind == b"again":
        return Again(int(row[1]))
    return Conflict(row[1].decode(), int(row[2]), int(row[3]))
