"""The ledger's stream as stored in the log server, for audit, closing and backup.

Unlike :meth:`feeds.ledger.ledger.Ledger.read` it accepts entries with missing or broken fields.
"""

from collections.abc import AsyncIterator
from typing import Any, cast

from redis.exceptions import RedisError

from city.facts.chain import GENESIS
from feeds.ledger.ledger import STREAM, Ledger, LedgerUnavailable
from feeds.ledger.segments import Row

__all__ = ["first_position", "hash_at", "stream_rows", "trim_stream"]

PAGE = 1000


async def first_position(ledger: Ledger) -> int:
    """Return the position of the oldest entry in the stream, 0 when it is empty."""
    found = await _range(ledger, "-", count=1)
    return int(found[0][0].split(b"-")[0]) if found else 0


async def hash_at(ledger: Ledger, position: int) -> str:
    """Return the hash of the entry at a position, '' when it is not in the stream."""
    found = await _range(ledger, f"{position}-0", f"{position}-0")
    return _row(found[0][0], found[0][1], "").hash if found else ""


async def stream_rows(ledger: Ledger, after: int = 0) -> AsyncIterator[Row]:
    """Yield the stream's entries after position ``after``, oldest first, up to its end.

    ``previous`` is '' when the preceding entry is not in the stream. Raises LedgerUnavailable.
    """
    start, previous = f"{after}-0", GENESIS if after == 0 else ""
    while True:
        page = await _range(ledger, start, count=PAGE)
        for identity, fields in page:
            row = _row(identity, fields, previous)
            previous = row.hash
            if row.position > after:
                yield row
        if len(page) < PAGE:
            return
        start = "(" + page[-1][0].decode()


async def _range(ledger: Ledger, low: str, high: str = "+", *, count: int | None = None) -> list[Any]:
    try:
        return cast("list[Any]", await ledger.client.xrange(STREAM, min=low, max=high, count=count))
    except (RedisError, OSError) as error:
        raise LedgerUnavailable(str(error)) from error


def _row(identity: bytes, fields: dict[bytes, bytes], previous: str) -> Row:
    def text(name: bytes) -> str:
        return fields.get(name, b"").decode("utf-8", "replace")

    return Row(int(identity.split(b"-")[0]), text(b"r"), text(b"h"), previous, fields.get(b"b", b""))


async def trim_stream(ledger: Ledger, keep_from: int) -> int:
    """Remove every entry before position ``keep_from`` from the stream; return how many."""
    try:
        gone: Any = await ledger.client.xtrim(STREAM, minid=f"{keep_from}-0", approximate=False)
    except (RedisError, OSError) as error:
        raise LedgerUnavailable(str(error)) from error
    return int(gone)
