import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from city.clocks.timestamps import iso
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.telemetry.archive import Archive
from feeds.telemetry.telemetry import Batch, Telemetry, digest_of

HOUR = 4_099_248_000  # 2099-11-25T00:00:00Z: ids from here on are given by hand, none is old yet


async def opened(servers: EmbeddedServers, folder: Path, now: float, **keep: Any) -> Archive:
    return await Archive.open(servers.log_url, folder, clock=lambda: now, **keep)


@pytest.fixture
async def telemetry(servers: EmbeddedServers) -> AsyncIterator[Telemetry]:
    connected = await Telemetry.open(servers.log_url)
    yield connected
    await connected.close()


def reading(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"r{number}", "at": "2099-11-25T08:00:00+08:00", "kind": "reading", "device": "d1",
        "metric": "level", "value": number, **more,
    }  # fmt: skip


async def batch(
    telemetry: Telemetry, seconds: float, *records: dict[str, Any], topic: str = "sensor"
) -> None:
    """Store a batch as the gateway's script does, but under the id of a moment of our choice."""
    fields = {"c": "iot", "r": iso(HOUR + seconds), "b": msgspec.json.encode(records)}
    await telemetry._client.xadd(f"telemetry:{topic}", fields, id=f"{int((HOUR + seconds) * 1000)}-0")


def table(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet"))


async def test_what_the_gateway_stored_is_one_row_a_record_with_every_field(
    servers: EmbeddedServers, telemetry: Telemetry, tmp_path: Path
) -> None:
    record = reading(1, lon=121.5, lat=31.2, original={"crs": "GCJ02"}, unit=7, value=0.5, big=10**30)
    payload = b'{"big":1%s,' % (b"0" * 30) + msgspec.json.encode({**record, "big": 0})[1:]
    payload = payload.replace(b',"big":0', b"")
    sent = Batch("iot", iso(HOUR), [digest_of("iot", "r1")], "n", [payload])
    await telemetry.append("sensor", [sent])
    archive = await opened(servers, tmp_path, HOUR)
    await archive.step(flush=True)
    (row,) = table(tmp_path / files(tmp_path)[0])
    assert (row["client"], row["id"], row["device"], row["metric"]) == ("iot", "r1", "d1", "level")
    assert (row["value"], row["lon"], row["lat"], row["quality"]) == (0.5, 121.5, 31.2, None)
    assert row["at"].isoformat() == "2099-11-25T00:00:00+00:00"
    assert row["received"].timestamp() == HOUR
    # what is no column, or not of its column's type, is kept as it came
    assert msgspec.json.decode(row["more"]) == {"big": 10**30, "original": {"crs": "GCJ02"}, "unit": 7}
    assert row["log_id"].endswith("-0.0")
    await archive.close()


async def test_a_value_of_another_type_than_its_column_is_kept_as_it_came(
    servers: EmbeddedServers, telemetry: Telemetry, tmp_path: Path
) -> None:
    odd = {"at": [1], "lon": True, "quality": {"a": 1}, "device": None, "value": "7", "more": 1, "log_id": 2}
    await batch(telemetry, 1, {**reading(1), **odd}, reading(2, at="noon"))
    archive = await opened(servers, tmp_path, HOUR)
    await archive.step(flush=True)
    first, second = table(tmp_path / files(tmp_path)[0])
    assert msgspec.json.decode(first["more"]) == odd
    assert (first["at"], first["lon"], first["value"]) == (None, None, None)
    assert msgspec.json.decode(second["more"]) == {"at": "noon"}
    await archive.close()


async def test_files_go_by_utc_hour_and_a_second_look_writes_nothing(
    servers: EmbeddedServers, telemetry: Telemetry, tmp_path: Path
) -> None:
    await batch(telemetry, 10, reading(1), reading(2))
    await batch(telemetry, 3599, reading(3))
    await batch(telemetry, 3600, reading(4))
    await batch(telemetry, 3600, {"id": "u", "unit": "c1", "call_sign": "城管01"}, topic="unit")
    archive = await opened(servers, tmp_path, HOUR + 3700)
    await archive.step()
    # the hour that runs waits until its oldest batch is five minutes old
    assert files(tmp_path) == ["sensor/2099-11-25/00-1.parquet"]
    assert [row["value"] for row in table(tmp_path / files(tmp_path)[0])] == [1.0, 2.0, 3.0]
    await archive.close()

    later = await opened(servers, tmp_path, HOUR + 3900)
    await later.step()
    await batch(telemetry, 3950, reading(5))
    await later.step(flush=True)
    await later.step(flush=True)
    assert files(tmp_path) == [
        "sensor/2099-11-25/00-1.parquet",
        "sensor/2099-11-25/01-1.parquet",
        "sensor/2099-11-25/01-2.parquet",
        "unit/2099-11-25/01-1.parquet",
    ]
    assert [row["value"] for row in table(tmp_path / files(tmp_path)[2])] == [5.0]
    assert table(tmp_path / files(tmp_path)[3])[0]["call_sign"] == "城管01"
    assert (later.places["sensor"].records, later.places["sensor"].passed, later.lost) == (5, 4, 0)
    await later.close()


async def test_what_was_archived_is_trimmed_by_age_and_is_no_loss(
    servers: EmbeddedServers, telemetry: Telemetry, tmp_path: Path
) -> None:
    await telemetry._client.xadd("telemetry:sensor", {"c": "iot", "r": iso(1e9), "b": b"[{}]"}, id="5-0")
    archive = await opened(servers, tmp_path, HOUR)
    await archive.step()
    assert (await telemetry._client.xlen("telemetry:sensor"), archive.lost) == (0, 0)
    assert files(tmp_path) == ["sensor/1970-01-01/00-1.parquet"]
    await archive.close()


async def test_when_the_writer_cannot_write_the_trim_wins_and_the_loss_is_counted(
    servers: EmbeddedServers, telemetry: Telemetry, tmp_path: Path
) -> None:
    for number in range(400):
        await batch(telemetry, number, reading(number, note="x" * 2000))
    archive = await opened(servers, tmp_path, HOUR + 3700, keep_bytes=200_000)
    (tmp_path / "sensor").write_text("where a folder should be")
    await archive.step()
    kept = int(await telemetry._client.xlen("telemetry:sensor"))
    assert 0 < kept < 400
    assert archive.lost == 400 - kept
    assert archive.problem is not None
    await archive.step()
    kept = int(await telemetry._client.xlen("telemetry:sensor"))
    assert archive.lost == 400 - kept
    await archive.close()

    (tmp_path / "sensor").unlink()
    mended = await opened(servers, tmp_path, HOUR + 3700, keep_bytes=200_000)
    await mended.step()
    assert (mended.lost, mended.problem, mended.places["sensor"].records) == (400 - kept, None, kept)
    assert len(table(tmp_path / files(tmp_path)[0])) == kept
    await mended.close()


async def test_a_stream_that_grows_too_fast_is_archived_before_its_time(
    servers: EmbeddedServers, telemetry: Telemetry, tmp_path: Path
) -> None:
    for number in range(100):
        await batch(telemetry, number, reading(number, note="x" * 2000))
    archive = await opened(servers, tmp_path, HOUR + 101, keep_bytes=300_000)
    await archive.step()
    assert (archive.places["sensor"].records, archive.lost) == (100, 0)
    await archive.close()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
import feeds.telemetry.archive

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

feeds.telemetry.archive.Archive._save = die

async def main():
    url, folder, now = sys.argv[1:]
    archive = await feeds.telemetry.archive.Archive.open(url, Path(folder), clock=lambda: float(now))
    await archive.step()

asyncio.run(main())
"""


async def test_a_kill_between_file_and_cursor_loses_and_doubles_nothing(
    servers: EmbeddedServers, telemetry: Telemetry, tmp_path: Path
) -> None:
    await batch(telemetry, 10, reading(1), reading(2))
    command = [sys.executable, "-c", KILLED, servers.log_url, str(tmp_path), str(HOUR + 3700)]
    died = await asyncio.to_thread(subprocess.run, command, check=False, capture_output=True)
    assert died.returncode == -9, died.stderr
    assert files(tmp_path) == ["sensor/2099-11-25/00-1.parquet"]
    await batch(telemetry, 20, reading(3))
    archive = await opened(servers, tmp_path, HOUR + 3700)
    await archive.step()
    assert files(tmp_path) == ["sensor/2099-11-25/00-1.parquet"]
    assert [row["value"] for row in table(tmp_path / files(tmp_path)[0])] == [1.0, 2.0, 3.0]
    await archive.close()


async def test_a_stream_begun_anew_is_archived_from_its_beginning(
    servers: EmbeddedServers, telemetry: Telemetry, tmp_path: Path
) -> None:
    for number in range(3):
        await batch(telemetry, number, reading(number))
    archive = await opened(servers, tmp_path, HOUR + 3700)
    await archive.step()
    await telemetry._client.delete("telemetry:sensor")
    await batch(telemetry, 50, reading(9))
    await archive.step()
    assert (archive.places["sensor"].records, archive.lost) == (4, 0)
    await archive.close()


async def test_a_server_that_is_gone_is_a_problem_and_no_end(
    servers: EmbeddedServers, telemetry: Telemetry, tmp_path: Path
) -> None:
    archive = await opened(servers, tmp_path, HOUR)
    servers.stop()
    await archive.step()
    assert archive.problem is not None
    servers.start()
    await archive.step()
    assert archive.problem is None
    await archive.close()


async def test_a_damaged_cursor_file_is_named(servers: EmbeddedServers, tmp_path: Path) -> None:
    (tmp_path / "cursors.json").write_text("[]")
    with pytest.raises(ValueError, match=r"cursors.json cannot be read"):
        await opened(servers, tmp_path, HOUR)
