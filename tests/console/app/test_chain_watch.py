import asyncio
from pathlib import Path

import pytest

from city.clocks.timestamps import parse
from console.app.chain_watch import ChainWatch
from feeds.ledger.anchors import Anchors
from feeds.ledger.closing import close_segments
from feeds.ledger.ledger import STREAM, Ledger
from feeds.ledger.segments import Segments
from feeds.storage.embedded_servers import EmbeddedServers
from tests.chains import noted


async def test_a_row_that_was_changed_long_ago_is_named(
    servers: EmbeddedServers, ledger: Ledger, tmp_path: Path
) -> None:
    watch = ChainWatch(servers.log_url, tmp_path)
    assert await watch.walk()
    assert watch.broken == ""
    await ledger.append(noted(30, subject="case:1"))
    entries = await ledger.read(0)
    await close_segments(
        ledger, Segments(tmp_path / "ledger"), keep_facts=20, keep_s=1e6, now=parse(entries[-1].recorded_at)
    )
    assert await watch.walk()
    assert watch.broken == ""  # what is in segments alone is not asked for
    await change(ledger, 20)
    assert await watch.walk()
    assert watch.broken == "position 20: hash does not continue the chain"


async def test_a_row_that_is_gone_and_a_tail_that_was_cut_off_are_named(
    servers: EmbeddedServers, ledger: Ledger, tmp_path: Path
) -> None:
    watch = ChainWatch(servers.log_url, tmp_path)
    await ledger.append(noted(9))
    last = (await ledger.read(8))[0]
    Anchors(tmp_path / "anchors.log").add(at=last.recorded_at, position=9, hash=last.hash, why="timer")
    await ledger.client.xdel(STREAM, "5-0")
    assert await watch.walk()
    assert watch.broken == "position 5: missing: the next row is 6"
    await ledger.client.delete(STREAM, "{ledger}:head")
    assert await watch.walk()
    assert "position 1: missing: the anchor (position 9" in watch.broken


async def test_a_log_server_that_is_away_breaks_no_chain(tmp_path: Path) -> None:
    watch = ChainWatch("unix:///nowhere/log.sock", tmp_path)
    assert not await watch.walk()
    assert watch.broken == ""


async def change(ledger: Ledger, position: int) -> None:
    """Put another body into a row, as somebody with access to the server could."""
    rows = await ledger.client.xrange(STREAM)
    await ledger.client.delete(STREAM)
    for identity, fields in rows:
        if identity == f"{position}-0".encode():
            fields = {**fields, b"b": fields[b"b"].replace(b"case:1", b"case:2")}
        await ledger.client.xadd(STREAM, fields, id=identity)


async def test_the_first_verification_begins_after_the_fold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = ChainWatch("unix:///nowhere/log.sock", tmp_path)
    folded, walked = asyncio.Event(), asyncio.Event()

    async def walk() -> bool:
        assert folded.is_set()
        walked.set()
        return True

    monkeypatch.setattr(watch, "walk", walk)
    running = asyncio.create_task(watch.run(folded))
    await asyncio.sleep(0)
    assert not walked.is_set()
    folded.set()
    await asyncio.wait_for(walked.wait(), 10)
    running.cancel()
