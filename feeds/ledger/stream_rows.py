"""Rows of the ledger's stream, and pages of the script ``read.lua``, become entries."""

from typing import Any

import msgspec

from feeds.ledger.segments import Row

__all__ = ["entries_of", "unpacked"]

_pages = msgspec.msgpack.Decoder(list[tuple[str, str, str, msgspec.Raw]])
_HEADER = {0xD9: 2, 0xDA: 3, 0xDB: 5}
"""Length of the header of a MessagePack text by its first byte; 1 for a short text."""


def entries_of(rows: Any, *, previous: str | None) -> list[Row]:
    """Turn stream rows into entries; a first row without a known ``previous`` only gives its hash."""
    entries = []
    for identity, fields in rows:
        found = fields[b"h"].decode()
        if previous is not None:
            position = int(identity.split(b"-")[0])
            entries.append(Row(position, fields[b"r"].decode(), found, previous, fields[b"b"]))
        previous = found
    return entries


def unpacked(page: bytes, after: int, *, previous: str | None) -> list[Row]:
    """Turn a page of the script ``read.lua`` into the entries behind ``after``; see ``entries_of``."""
    entries = []
    for identity, recorded_at, found, packed in _pages.decode(page):
        if previous is not None:
            position = int(identity.partition("-")[0])
            if position > after:
                text = bytes(packed)  # not decoded: a body that is no text must be read too
                body = text[_HEADER.get(text[0], 1) :]
                entries.append(Row(position, recorded_at, found, previous, body))
        previous = found
    return entries
