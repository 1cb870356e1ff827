from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from city.clocks.timestamps import parse
from city.facts.chain import canonical, digest, link
from feeds.ledger.anchors import Anchor
from feeds.ledger.audit import verify, verify_ledger
from feeds.ledger.closing import close_segments
from feeds.ledger.ledger import HEAD, STREAM, Ledger
from feeds.ledger.segments import Row, Segments
from tests.chains import chained, noted, row

replace = msgspec.structs.replace
Rows = list[Row]


def anchor(rows: Rows, position: int, why: str = "timer") -> Anchor:
    return Anchor(rows[0].recorded_at, position, rows[position - 1].hash, why)


def test_an_untouched_ledger_is_good_and_its_anchors_are_met() -> None:
    rows = chained(20)
    verdict = verify(rows, [anchor(rows, 5), anchor(rows, 20)])
    assert verdict.ok
    assert (verdict.position, verdict.hash, verdict.anchors) == (20, rows[-1].hash, 2)


def forged(rows: Rows, at: int) -> Rows:
    """Change row ``at`` and make its own hash fit again."""
    body = rows[at - 1].body.replace(b"Noted", b"Faked")
    return [*rows[: at - 1], row(at, rows[at - 1].previous, body), *rows[at:]]


def rewritten(rows: Rows, at: int) -> Rows:
    """Change row ``at`` and chain everything after it anew."""
    result = forged(rows, at)[:at]
    return [*result, *(r for r in chained(len(rows) - at, after=at, previous=result[-1].hash))]


CHANGES: list[tuple[str, Callable[[Rows], Rows], int, str]] = [
    ("body", lambda r: [*r[:7], replace(r[7], body=b"{}"), *r[8:]], 8, "does not continue"),
    ("stamp", lambda r: [*r[:7], replace(r[7], recorded_at="2026-11-22T00:00:00+00:00"), *r[8:]], 8, "not"),
    ("hash", lambda r: [*r[:7], replace(r[7], hash="f" * 64), *r[8:]], 8, "does not continue"),
    ("previous", lambda r: [*r[:7], replace(r[7], previous="f" * 64), *r[8:]], 8, "another hash before"),
    ("forged", lambda r: forged(r, 8), 9, "does not continue"),
    ("first", lambda r: [replace(r[0], body=b"{}"), *r[1:]], 1, "does not continue"),
    ("last", lambda r: [*r[:-1], replace(r[-1], body=b"{}")], 20, "does not continue"),
    ("deleted", lambda r: [*r[:7], *r[8:]], 8, "missing: the next row is 9"),
    ("first deleted", lambda r: r[1:], 1, "missing: the next row is 2"),
    ("renumbered", lambda r: [*r[:7], *(replace(x, position=x.position - 1) for x in r[8:])], 8, "hash"),
    ("swapped", lambda r: [*r[:7], r[8], r[7], *r[9:]], 8, "missing: the next row is 9"),
    ("moved back", lambda r: [*r[:9], r[2], *r[9:]], 3, "is repeated after row 9"),
    ("bodies swapped", lambda r: [*r[:7], replace(r[7], body=r[8].body), *r[8:]], 8, "hash"),
    ("tail cut", lambda r: r[:14], 15, "the anchor (position 20"),
    ("all cut", lambda r: [], 1, "the anchor (position 20"),
    ("rewritten", lambda r: rewritten(r, 12), 20, "rows 11 to 20 may have been rewritten"),
    ("rewritten early", lambda r: rewritten(r, 4), 10, "rows 1 to 10 may have been rewritten"),
]


@pytest.mark.parametrize(("change", "at", "reason"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_the_first_bad_row_is_named_after_any_change(
    change: Callable[[Rows], Rows], at: int, reason: str
) -> None:
    rows = chained(20)
    verdict = verify(change(rows), [anchor(rows, 10), anchor(rows, 20)])
    assert verdict.bad is not None
    assert verdict.bad.position == at
    assert reason in verdict.bad.reason


def test_an_audit_can_begin_behind_a_known_row() -> None:
    rows = chained(9)
    assert verify(rows[4:], position=4, previous=rows[3].hash).ok


def test_a_segment_that_cannot_be_read_on_is_a_bad_row(tmp_path: Path) -> None:
    rows = chained(40)
    segments = Segments(tmp_path)
    segments.write(rows[:20])
    segments.write(rows[20:]).write_bytes(b"not a segment")
    verdict = verify(segments.rows())
    assert verdict.bad is not None
    assert (verdict.bad.position, verdict.position) == (21, 20)
    assert "000000000021-000000000040" in verdict.bad.reason


async def archived_ledger(ledger: Ledger, folder: Path) -> tuple[Segments, list[Anchor]]:
    """Forty facts: 1 to 20 in segments, 20 to 40 in the stream, anchored at 10 and 40."""
    await ledger.append(noted(40))
    entries = await ledger.read(0)
    segments = Segments(folder)
    now = parse(entries[-1].recorded_at)
    await close_segments(ledger, segments, keep_facts=21, keep_s=1e6, now=now)
    anchors = [Anchor(e.recorded_at, e.position, e.hash, "timer") for e in (entries[9], entries[39])]
    return segments, anchors


async def test_a_running_ledger_is_audited_across_segments_stream_and_head(
    ledger: Ledger, tmp_path: Path
) -> None:
    segments, anchors = await archived_ledger(ledger, tmp_path)
    assert segments.last() == 20
    good = await verify_ledger(ledger, segments, anchors)
    assert good.ok
    assert (good.position, good.hash, good.anchors) == (*await ledger.head(), 3)

    # Each fault is laid on top of the one before, further to the front: the first is what is named.
    async def first_bad() -> tuple[int, str]:
        bad = (await verify_ledger(ledger, segments, anchors)).bad
        assert bad is not None
        return bad.position, bad.reason

    client = ledger.client
    await client.xadd(STREAM, {"b": b"{}", "r": "x", "h": "f" * 64}, id="41-0")
    assert await first_bad() == (41, "hash does not continue the chain")
    await client.xdel(STREAM, "41-0", "40-0", "39-0")
    position, reason = await first_bad()
    assert (position, "the head" in reason or "anchor" in reason) == (39, True)
    await client.hset(HEAD, mapping={"n": 38, "h": (await ledger.read(37))[0].hash})
    position, reason = await first_bad()
    assert (position, "the anchor (position 40" in reason) == (39, True)
    await client.xdel(STREAM, "30-0")
    assert await first_bad() == (30, "missing: the next row is 31")
    await client.xdel(STREAM, "20-0")
    assert await first_bad() == (30, "missing: the next row is 31")
    path = segments.files()[0][2]
    path.rename(tmp_path / "elsewhere")
    assert (await first_bad())[0] == 1


async def test_a_row_behind_the_head_is_named(ledger: Ledger, tmp_path: Path) -> None:
    await ledger.append(noted(3))
    last = (await ledger.read(2))[0]
    stamp, body = last.recorded_at, canonical({"type": "Noted", "v": 1})
    hash_ = link(last.hash, stamp, digest(body))
    await ledger.client.xadd(STREAM, {"b": body, "r": stamp, "h": hash_}, id="4-0")
    bad = (await verify_ledger(ledger, Segments(tmp_path), [])).bad
    assert bad is not None
    assert (bad.position, bad.reason) == (4, "lies beyond the head (position 3)")


async def test_rows_that_lie_twice_must_agree(ledger: Ledger, tmp_path: Path) -> None:
    """A row that is archived but not trimmed yet is served from the stream: a change there counts."""
    await ledger.append(noted(6))
    segments = Segments(tmp_path)
    segments.write(await ledger.read(0))
    assert (await verify_ledger(ledger, segments, [])).ok
    entries = await ledger.read(0)
    await ledger.client.delete(STREAM)
    for entry in entries:
        body = b"{}" if entry.position == 4 else entry.body
        fields = {"b": body, "r": entry.recorded_at, "h": entry.hash}
        await ledger.client.xadd(STREAM, fields, id=f"{entry.position}-0")
    bad = (await verify_ledger(ledger, segments, [])).bad
    assert bad is not None
    assert bad.position == 4
