"""The disk of the log fills up for real: what was acknowledged is there when there is room again."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from city.facts.fact import body_of
from feeds.ledger.anchors import Anchors
from feeds.ledger.audit import verify_ledger
from feeds.ledger.ledger import Act, Appended, Ledger, LedgerUnavailable
from feeds.ledger.segments import Segments
from feeds.storage.embedded_servers import EmbeddedServers

SMALL, LARGE = "size=6m", "size=64m"
FULL_AFTER = 400
"""Acts of 20 kB: more than the small disk holds."""


def mount(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A data dir whose log folder is a file system of a few MB."""
    with tempfile.TemporaryDirectory(prefix="citywall-") as name:
        folder = Path(name) / "log"
        folder.mkdir()
        if os.getuid() != 0 or not mount(folder, SMALL):
            pytest.skip("a small file system can be mounted by root alone")
        yield Path(name)
        subprocess.run(["umount", "-l", str(folder)], check=False)


async def fill(ledger: Ledger) -> list[Appended]:
    """Append until it is refused; return what was acknowledged."""
    done: list[Appended] = []

    async def append_all() -> None:
        for number in range(FULL_AFTER):
            body = body_of("TableLoaded", f"table:{number}", "engine", {"table": "x" * 20_000, "sha256": "0"})
            [answer] = await asyncio.wait_for(ledger.append([Act(f"t:{number}", (body,))]), 60)
            assert isinstance(answer, Appended)
            done.append(answer)

    with pytest.raises(LedgerUnavailable):
        await append_all()
    return done


async def test_a_full_disk_refuses_and_loses_nothing_that_was_acknowledged(small_disk: Path) -> None:
    servers = EmbeddedServers(small_disk)
    servers.start()
    ledger = await Ledger.open(servers.log_url)
    done = await fill(ledger)
    assert len(done) > 50
    await ledger.close()

    assert mount(small_disk / "log", f"remount,{LARGE}")
    servers.restart_dead()
    ledger = await Ledger.open(servers.log_url)
    try:
        read = {entry.position: entry.hash for entry in await ledger.read(0, count=10_000)}
        assert {one.position: one.hash for one in done}.items() <= read.items()
        verdict = await verify_ledger(
            ledger, Segments(small_disk / "ledger"), Anchors(small_disk / "anchors.log").read()
        )
        assert verdict.bad is None
        [more] = await ledger.append([Act("more", (body_of("TableLoaded", "t", "e", {}),))])
        assert isinstance(more, Appended)
    finally:
        await ledger.close()
        servers.stop()
