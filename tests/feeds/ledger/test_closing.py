import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from city.clocks.timestamps import parse
from city.facts.chain import verify
from feeds.ledger.audit import verify_ledger
from feeds.ledger.closing import close_segments
from feeds.ledger.ledger import STREAM, Ledger
from feeds.ledger.raw_stream import first_position, trim_stream
from feeds.ledger.segments import SegmentDamaged, Segments
from feeds.storage.embedded_servers import EmbeddedServers
from tests.chains import chained, noted

DAY_S = 86400.0


async def days(ledger: Ledger, *counts: int) -> float:
    """Fill an empty ledger with facts of consecutive UTC days from 2026-11-01; return the last noon."""
    rows = chained(0)
    for number, count in enumerate(counts, start=1):
        previous = rows[-1].hash if rows else "0" * 64
        rows += chained(count, after=len(rows), previous=previous, day=f"2026-11-{number:02d}")
    for row in rows:
        fields = {"b": row.body, "r": row.recorded_at, "h": row.hash}
        await ledger.client.xadd(STREAM, fields, id=f"{row.position}-0")
    last = rows[-1]
    head = {"n": last.position, "h": last.hash, "r": last.recorded_at}
    await ledger.client.hset("{ledger}:head", mapping=head)
    return parse(last.recorded_at) + DAY_S / 2


def names(segments: Segments) -> list[tuple[int, int]]:
    return [(first, last) for first, last, _ in segments.files()]


async def test_whole_days_move_out_one_segment_each_and_the_ledger_reads_on(
    ledger: Ledger, servers: EmbeddedServers, tmp_path: Path
) -> None:
    now = await days(ledger, 30, 20, 10, 5)
    before = await ledger.read(0)
    segments = Segments(tmp_path)
    closed = await close_segments(ledger, segments, keep_facts=1000, keep_s=DAY_S, now=now)
    assert names(segments) == [(1, 30), (31, 50)]
    assert (closed.position, closed.hash, closed.trimmed) == (50, before[49].hash, 49)
    # the last archived fact stays: what follows links to its hash
    assert await first_position(ledger) == 50

    reader = await Ledger.open(servers.log_url, segments=tmp_path)
    entries = []
    while fresh := await reader.read(len(entries), count=7):
        entries += fresh
    assert verify(entries) == await ledger.head()
    assert [e.body for e in entries] == [e.body for e in before]
    assert (await ledger.read(50))[0] == before[50]
    await reader.close()

    again = await close_segments(ledger, segments, keep_facts=1000, keep_s=DAY_S, now=now)
    assert (again.segments, again.trimmed, again.position) == ((), 0, 50)


async def test_too_many_facts_move_out_though_they_are_young(ledger: Ledger, tmp_path: Path) -> None:
    await ledger.append(noted(100))
    segments = Segments(tmp_path)
    now = parse((await ledger.read(99))[0].recorded_at)
    kept = await close_segments(ledger, segments, keep_facts=100, keep_s=DAY_S, now=now)
    assert kept.segments == ()
    closed = await close_segments(ledger, segments, keep_facts=60, keep_s=DAY_S, now=now)
    # cut to 95 % of 60, plus the last archived one
    assert (closed.position, await ledger.client.xlen(STREAM)) == (43, 58)
    assert (await verify_ledger(ledger, segments, [])).ok
    await ledger.append(noted(1, after=100))
    assert (await ledger.head())[0] == 101


async def test_an_empty_ledger_has_nothing_to_keep(ledger: Ledger, tmp_path: Path) -> None:
    closed = await close_segments(ledger, Segments(tmp_path), keep_facts=1, keep_s=0.0, now=1.7e9)
    assert (closed.segments, closed.trimmed, closed.position) == ((), 0, 0)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
import feeds.ledger.closing, feeds.ledger.segments, feeds.ledger.raw_stream
from feeds.ledger.ledger import Ledger
from feeds.ledger.segments import Segments

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

url, folder, now, place = sys.argv[1:]
if place == "before the rename":
    Path.rename = die
elif place == "before the trim":
    feeds.ledger.closing.trim_stream = die
elif place == "after the trim":
    trim = feeds.ledger.raw_stream.trim_stream
    async def trim_and_die(*args):
        await trim(*args)
        die()
    feeds.ledger.closing.trim_stream = trim_and_die

async def main():
    ledger = await Ledger.open(url)
    await feeds.ledger.closing.close_segments(
        ledger, Segments(Path(folder)), keep_facts=10**6, keep_s=86400.0, now=float(now))

asyncio.run(main())
"""


@pytest.mark.parametrize("place", ["before the rename", "before the trim", "after the trim"])
async def test_a_kill_at_any_point_loses_nothing_and_the_next_run_ends_the_work(
    ledger: Ledger, servers: EmbeddedServers, tmp_path: Path, place: str
) -> None:
    now = await days(ledger, 30, 20, 10, 5)
    before = await ledger.read(0)
    command = [sys.executable, "-c", KILLED, servers.log_url, str(tmp_path), str(now), place]
    died = await asyncio.to_thread(subprocess.run, command, check=False, capture_output=True)
    assert died.returncode == -9, died.stderr
    segments = Segments(tmp_path)
    assert (await verify_ledger(ledger, segments, [])).ok

    await close_segments(ledger, segments, keep_facts=1000, keep_s=DAY_S, now=now)
    assert names(segments) == [(1, 30), (31, 50)]
    assert await first_position(ledger) == 50
    verdict = await verify_ledger(ledger, segments, [])
    assert (verdict.ok, verdict.position, verdict.hash) == (True, 65, before[-1].hash)
    reader = await Ledger.open(servers.log_url, segments=tmp_path)
    assert [e.hash for e in await reader.read(0)] == [e.hash for e in before[:30]]
    await reader.close()


async def test_what_is_not_archived_as_it_was_is_never_trimmed(ledger: Ledger, tmp_path: Path) -> None:
    now = await days(ledger, 30, 20, 10)
    segments = Segments(tmp_path)
    rows = await ledger.read(0)
    path = segments.write(rows[:30])
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SegmentDamaged):
        await close_segments(ledger, segments, keep_facts=1000, keep_s=DAY_S, now=now)
    path.unlink()
    Segments(tmp_path).write(chained(30, day="2026-10-01"))
    with pytest.raises(SegmentDamaged, match="another fact at position 30"):
        await close_segments(ledger, Segments(tmp_path), keep_facts=1000, keep_s=DAY_S, now=now)
    path.unlink()
    segments.write(rows[30:50])
    with pytest.raises(SegmentDamaged, match="facts from 1 to 30 are in no segment"):
        await close_segments(ledger, segments, keep_facts=1000, keep_s=DAY_S, now=now)
    assert await first_position(ledger) == 1


async def test_a_stream_that_does_not_continue_the_segments_is_not_closed(
    ledger: Ledger, tmp_path: Path
) -> None:
    now = await days(ledger, 30, 20, 10)
    segments = Segments(tmp_path)
    await close_segments(ledger, segments, keep_facts=1000, keep_s=DAY_S, now=now)
    assert names(segments) == [(1, 30)]
    await trim_stream(ledger, 33)
    with pytest.raises(SegmentDamaged, match="expected position 31, found 33"):
        await close_segments(ledger, segments, keep_facts=1000, keep_s=0.0, now=now)
    assert names(segments) == [(1, 30)]
