"""Chained rows as the append script makes them, for tests that need no server."""

from city.facts.chain import GENESIS, canonical, digest, link
from feeds.ledger.ledger import Act
from feeds.ledger.segments import Row

DAY = "2026-11-21"


def row(position: int, previous: str, body: bytes, day: str = DAY) -> Row:
    stamp = f"{day}T00:00:00.000000+00:00"
    return Row(position, stamp, link(previous, stamp, digest(body)), previous, body)


def chained(count: int, *, after: int = 0, previous: str = GENESIS, day: str = DAY) -> list[Row]:
    """Return ``count`` rows behind (``after``, ``previous``), all recorded on one UTC day."""
    rows: list[Row] = []
    for position in range(after + 1, after + count + 1):
        body = canonical({"type": "Noted", "v": 1, "data": {"n": position, "text": "字\n"}})
        rows.append(row(position, rows[-1].hash if rows else previous, body, day))
    return rows


def noted(count: int, *, after: int = 0, subject: str = "") -> list[Act]:
    """Return ``count`` acts of one fact each, with command ids ``c<number>``."""
    expects = ((subject, -1),) if subject else ()
    return [
        Act(f"c{n}", (canonical({"type": "Noted", "v": 1, "subject": subject, "data": {"n": n}}),), expects)
        for n in range(after + 1, after + count + 1)
    ]
