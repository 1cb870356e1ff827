import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from city.clocks.timestamps import parse
from city.facts.chain import GENESIS
from city.facts.fact import read_fact
from feeds.ledger.anchors import Anchors
from feeds.ledger.audit import verify_ledger
from feeds.ledger.backup import BackupDamaged, RestoreRefused, backup, check_backup, restore
from feeds.ledger.closing import close_segments
from feeds.ledger.ledger import Again, Appended, Conflict, Ledger
from feeds.ledger.segments import Segments
from feeds.people.reporters import PeopleStore
from feeds.storage.embedded_servers import EmbeddedServers
from tests.chains import noted

NOW = 1.8e9


@pytest.fixture
async def other() -> AsyncIterator[Ledger]:
    """An empty ledger on a server of its own, to restore into."""
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        embedded = EmbeddedServers(Path(folder))
        embedded.start()
        opened = await Ledger.open(embedded.log_url)
        yield opened
        await opened.close()
        embedded.stop()


async def lived_in(ledger: Ledger, data_dir: Path) -> list[str]:
    """A data dir with 60 facts (21 archived), an anchor, a reporter and settings; return the hashes."""
    await ledger.append(noted(60, subject="case:1"))
    entries = await ledger.read(0)
    now = parse(entries[-1].recorded_at)
    await close_segments(ledger, Segments(data_dir / "ledger"), keep_facts=41, keep_s=1e6, now=now)
    anchors = Anchors(data_dir / "anchors.log")
    anchors.add(at=entries[9].recorded_at, position=10, hash=entries[9].hash, why="timer")
    people = PeopleStore(data_dir)
    people.put([("p_1", {"name": "王"})], now=NOW)
    people.close()
    (data_dir / "tables").mkdir()
    (data_dir / "tables" / "classes.csv").write_text("code\n0506\n")
    (data_dir / "log").mkdir()
    (data_dir / "log" / "appendonly.aof").write_text("not to be copied")
    return [entry.hash for entry in entries]


async def test_a_restored_city_goes_on_where_the_backup_was_taken(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    data, target, fresh = tmp_path / "data", tmp_path / "backup", tmp_path / "fresh"
    hashes = await lived_in(ledger, data)
    manifest = await backup(data, ledger, target, now=NOW)
    assert (manifest.position, manifest.hash) == (60, hashes[-1])
    assert not [name for name in manifest.files if "appendonly" in name or name.endswith("-wal")]
    assert (target / "files" / "people.key").stat().st_mode & 0o077 == 0
    assert check_backup(target)[1].ok
    await ledger.append(noted(5, after=60, subject="case:1"))

    epoch = await restore(target, fresh, other)
    assert epoch == await other.epoch() != await ledger.epoch()
    anchors = Anchors(fresh / "anchors.log").read()
    verdict = await verify_ledger(other, Segments(fresh / "ledger"), anchors)
    assert (verdict.ok, verdict.position, verdict.anchors) == (True, 61, 2)

    kept = await other.read(21, count=100)
    assert [entry.hash for entry in kept[:39]] == hashes[21:]
    told = read_fact(kept[-1].position, kept[-1].recorded_at, kept[-1].body)
    assert (told.type, told.data) == ("LedgerRestored", {"from_epoch": manifest.epoch, "position": 60})

    again, stale, new = await other.append(
        [noted(1)[0], *noted(1, after=200), *noted(1, after=60, subject="case:1")]
    )
    assert again == Again(1)
    assert isinstance(stale, Appended)
    assert isinstance(new, Appended)
    assert new.versions == (61,)
    people = PeopleStore(fresh)
    assert people.get(["p_1"]) == {"p_1": {"name": "王"}}
    people.close()
    assert (fresh / "tables" / "classes.csv").read_text() == "code\n0506\n"


async def test_a_backup_is_of_one_moment_though_clicks_go_on(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    data, target = tmp_path / "data", tmp_path / "backup"
    await lived_in(ledger, data)
    stop = asyncio.Event()
    clicks = 0

    async def click() -> None:
        nonlocal clicks
        while not stop.is_set():
            await ledger.append(noted(1, after=1000 + clicks, subject="case:1"))
            clicks += 1

    clicking = asyncio.ensure_future(click())
    while not clicks:  # noqa: ASYNC110  # the clicks run in this loop
        await asyncio.sleep(0.005)
    manifest = await backup(data, ledger, target, now=NOW)
    stop.set()
    await clicking
    assert 60 < manifest.position < 60 + clicks
    await restore(target, tmp_path / "fresh", other)
    assert await other.version("case:1") == manifest.position
    done = manifest.position - 60
    repeated, unknown = await other.append([*noted(1, after=999 + done), *noted(1, after=1000 + done)])
    assert repeated == Again(manifest.position)
    assert isinstance(unknown, Appended)


async def test_versions_come_back_so_a_stale_click_still_loses(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    await lived_in(ledger, tmp_path / "data")
    await backup(tmp_path / "data", ledger, tmp_path / "backup", now=NOW)
    await restore(tmp_path / "backup", tmp_path / "fresh", other)
    click = noted(1, after=300)[0]
    stale = type(click)("stale", click.bodies, (("case:1", 59),))
    assert await other.append([stale]) == [Conflict("case:1", 60, 60)]


async def test_a_restore_touches_nothing_that_is_there(ledger: Ledger, other: Ledger, tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "backup"
    await lived_in(ledger, data)
    await backup(data, ledger, target, now=NOW)
    with pytest.raises(RestoreRefused, match="the ledger is not empty"):
        await restore(target, tmp_path / "fresh", ledger)
    with pytest.raises(RestoreRefused, match="exists already"):
        await restore(target, data, other)
    assert await other.head() == (0, GENESIS)
    assert not (tmp_path / "fresh").exists()
    with pytest.raises(FileExistsError):
        await backup(data, ledger, target, now=NOW)
    with pytest.raises(ValueError, match="lies in the data dir"):
        await backup(data, ledger, data / "backup", now=NOW)


async def test_a_backup_that_was_changed_is_not_restored(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    data, target = tmp_path / "data", tmp_path / "backup"
    await lived_in(ledger, data)
    await backup(data, ledger, target, now=NOW)
    table = target / "files" / "tables" / "classes.csv"
    table.write_text("code\n9999\n")
    with pytest.raises(BackupDamaged, match=r"files/tables/classes.csv: SHA-256 differs"):
        await restore(target, tmp_path / "fresh", other)
    table.write_text("code\n0506\n")
    extra = target / "files" / "more.csv"
    extra.write_text("")
    with pytest.raises(BackupDamaged, match=r"not as the manifest lists: files/more.csv"):
        await restore(target, tmp_path / "fresh", other)
    extra.unlink()
    manifest = json.loads((target / "manifest.json").read_text())
    manifest["position"] = 61
    (target / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupDamaged, match="position 61: missing: the manifest"):
        await restore(target, tmp_path / "fresh", other)
    manifest["files"]["../escape"] = {"sha256": "", "bytes": 0}
    (target / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupDamaged, match="paths outside"):
        await restore(target, tmp_path / "fresh", other)
    assert await other.head() == (0, GENESIS)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
import feeds.ledger.backup
from feeds.ledger.ledger import Ledger

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

url, source, data, place = sys.argv[1:]
if place == "while loading":
    lines = feeds.ledger.backup.files.read_lines
    feeds.ledger.backup.files.read_lines = lambda path: die() if "versions" in path.name else lines(path)
else:
    feeds.ledger.backup._finish = die

async def main():
    await feeds.ledger.backup.restore(Path(source), Path(data), await Ledger.open(url))

asyncio.run(main())
"""


@pytest.mark.parametrize("place", ["while loading", "before the end"])
async def test_an_interrupted_restore_is_ended_by_doing_it_again(
    ledger: Ledger, other: Ledger, tmp_path: Path, place: str
) -> None:
    await lived_in(ledger, tmp_path / "data")
    await backup(tmp_path / "data", ledger, tmp_path / "backup", now=NOW)
    socket = other.client.connection_pool.connection_kwargs["path"]
    paths = [str(tmp_path / "backup"), str(tmp_path / "fresh")]
    command = [sys.executable, "-c", KILLED, f"unix://{socket}", *paths, place]
    died = await asyncio.to_thread(subprocess.run, command, check=False, capture_output=True)
    assert died.returncode == -9, died.stderr
    await restore(tmp_path / "backup", tmp_path / "fresh", other)
    anchors = Anchors(tmp_path / "fresh" / "anchors.log").read()
    verdict = await verify_ledger(other, Segments(tmp_path / "fresh" / "ledger"), anchors)
    assert (verdict.ok, verdict.position) == (True, 61)
    assert await other.append(noted(1)) == [Again(1)]
    assert await other.version("case:1") == 60


async def test_a_city_without_facts_can_be_backed_up_too(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    manifest = await backup(tmp_path / "data", ledger, tmp_path / "backup", now=NOW)
    assert (manifest.position, manifest.hash) == (0, GENESIS)
    await restore(tmp_path / "backup", tmp_path / "fresh", other)
    assert (await other.head())[0] == 1


async def test_a_damaged_ledger_is_not_passed_off_as_a_backup(ledger: Ledger, tmp_path: Path) -> None:
    await lived_in(ledger, tmp_path / "data")
    await ledger.client.xdel("{ledger}:stream", "33-0")
    with pytest.raises(ValueError, match="damaged at position 33: missing: the next row is 34; no backup"):
        await backup(tmp_path / "data", ledger, tmp_path / "backup", now=NOW)
    assert not (tmp_path / "backup").exists()


async def test_a_damaged_segment_is_not_passed_off_as_a_backup_either(ledger: Ledger, tmp_path: Path) -> None:
    await lived_in(ledger, tmp_path / "data")
    [(_, _, path)] = Segments(tmp_path / "data" / "ledger").files()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"the ledger is damaged at position \d+: .*no backup was made"):
        await backup(tmp_path / "data", ledger, tmp_path / "backup", now=NOW)
    assert not (tmp_path / "backup").exists()


async def test_the_telemetry_archive_comes_along_only_when_it_is_asked_for(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    data, fresh = tmp_path / "data", tmp_path / "fresh"
    await lived_in(ledger, data)
    hour = data / "archive" / "unit" / "2026-11-20" / "02-1.parquet"
    hour.parent.mkdir(parents=True)
    hour.write_bytes(b"an hour of units")
    hour.with_name("03-1.parquet.partial").write_bytes(b"not whole yet")
    without = await backup(data, ledger, tmp_path / "without", now=NOW)
    assert [name for name in without.files if "archive" in name] == []
    manifest = await backup(data, ledger, tmp_path / "with", now=NOW, archive=True)
    assert [name for name in manifest.files if "archive" in name] == [
        "files/archive/unit/2026-11-20/02-1.parquet"
    ]
    assert check_backup(tmp_path / "with")[1].ok
    await restore(tmp_path / "with", fresh, other)
    assert (fresh / hour.relative_to(data)).read_bytes() == b"an hour of units"


async def test_a_database_is_copied_as_of_one_moment_while_others_write(
    ledger: Ledger, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    writer = sqlite3.connect(data / "accounts.sqlite", isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE t (x)")
    writer.execute("INSERT INTO t VALUES (1)")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO t VALUES (2)")
    await backup(data, ledger, tmp_path / "backup", now=NOW)
    writer.execute("COMMIT")
    writer.close()
    copy = sqlite3.connect(tmp_path / "backup" / "files" / "accounts.sqlite")
    assert copy.execute("SELECT x FROM t").fetchall() == [(1,)]
    copy.close()
    copied = [path.name for path in (tmp_path / "backup" / "files").iterdir()]
    assert copied == ["accounts.sqlite"]
