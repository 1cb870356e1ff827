import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from feeds.gateway.picture_store import Picture, Pictures, PicturesUnavailable
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.telemetry import telemetry as telemetry_module
from feeds.telemetry.telemetry import Batch, Telemetry, TelemetryUnavailable, digest_of
from tests.running import PATIENCE_S

RECEIVED = "2026-11-20T10:00:00+00:00"


@pytest.fixture
async def telemetry(logs: EmbeddedServers) -> AsyncIterator[Telemetry]:
    opened = await Telemetry.open(logs.log_url)
    yield opened
    await opened.close()


def batch(kinds: str, *ids: str, size: int = 2) -> Batch:
    payloads = [
        b'"' + id_.encode() * size + b'"' for id_, kind in zip(ids, kinds, strict=True) if kind == "n"
    ]
    return Batch("c", RECEIVED, [digest_of("c", id_) for id_ in ids], kinds, payloads)


async def test_a_batch_is_one_entry_of_what_is_new(telemetry: Telemetry) -> None:
    first, second = await telemetry.append("unit", [batch("nnn", "a", "b", "a"), batch("nn", "b", "d")])
    entries = await telemetry.read("unit", (0, 0))
    assert [msgspec.json.decode(e.records) for e in entries] == [["aa", "bb"], ["dd"]]
    assert (first.known, second.known) == ([False, False, True], [True, False])
    assert first.last_id == "{}-{}.1".format(*entries[0].id)
    assert second.last_id == "{}-{}.0".format(*entries[1].id)
    assert (entries[0].client, entries[0].received) == ("c", RECEIVED)
    assert await telemetry.clients() == {"c": RECEIVED}


async def test_a_server_that_forgot_the_script_takes_the_batches_in_their_order(telemetry: Telemetry) -> None:
    await telemetry._client.script_flush()
    await telemetry.append("unit", [batch("n", name) for name in "abc"])
    records = [msgspec.json.decode(entry.records) for entry in await telemetry.read("unit", (0, 0))]
    assert records == [["aa"], ["bb"], ["cc"]]


async def test_a_log_id_is_of_the_last_record_of_an_entry_or_of_the_first_of_one_that_is_gone(
    telemetry: Telemetry,
) -> None:
    [taken] = await telemetry.append("unit", [batch("nnn", *"abc")])
    [entry] = await telemetry.read("unit", (0, 0))
    assert await telemetry.log_id("unit", entry.id) == taken.last_id == "{}-{}.2".format(*entry.id)
    assert await telemetry.log_id("unit", (0, 0)) == "0-0.0"


async def test_asking_uses_up_no_id_and_claiming_does(telemetry: Telemetry) -> None:
    [asked] = await telemetry.append("unit", [batch("kcnk", "a", "b", "b", "b")])
    assert asked.known == [False, False, True, True]
    assert asked.last_id is None
    assert (await telemetry.append("unit", [batch("nn", "a", "b")]))[0].known == [False, True]


async def test_ids_are_remembered_by_topic_and_for_the_next_slot_too(telemetry: Telemetry) -> None:
    await telemetry.append("unit", [batch("n", "a")])
    assert (await telemetry.append("sensor", [batch("n", "a")]))[0].known == [False]
    slot = int(await telemetry._client.get("telemetry:unit:slot"))
    await telemetry._client.set("telemetry:unit:slot", slot + 1)  # as if the clock had gone back since
    assert (await telemetry.append("unit", [batch("n", "a")]))[0].known == [True]
    await telemetry._client.set("telemetry:unit:slot", slot + 2)
    assert (await telemetry.append("unit", [batch("n", "a")]))[0].known == [False]


async def test_no_entry_is_too_large_for_one_message(
    telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry_module, "LARGEST_ENTRY", 250)
    [taken] = await telemetry.append("unit", [batch("nnnnn", *"abcde", size=100)])
    entries = await telemetry.read("unit", (0, 0))
    assert [len(msgspec.json.decode(e.records)) for e in entries] == [2, 2, 1]
    assert taken.last_id == "{}-{}.0".format(*entries[-1].id)


async def test_trimming_is_by_age_and_by_size_and_tells_how_far(telemetry: Telemetry) -> None:
    for n in range(60):
        await telemetry.append("unit", [batch("n", str(n), size=500)])
    ids = [entry.id for entry in await telemetry.read("unit", (0, 0))]
    assert (await telemetry.bounds("unit")).trimmed == (0, 0)
    assert await telemetry.trim("unit", keep_s=600) == 0
    dropped = await telemetry.trim("unit", keep_s=600, keep_bytes=16_000)
    assert 20 < dropped < 60
    assert await telemetry.bounds("unit") == telemetry_module.Bounds(ids[dropped - 1], ids[-1])
    assert await telemetry.trim("unit", keep_s=-5) == 60 - dropped
    assert await telemetry.bounds("unit") == telemetry_module.Bounds(ids[-1], ids[-1])


async def test_a_trim_by_hand_counts_as_a_gap_up_to_the_first_entry(telemetry: Telemetry) -> None:
    for n in range(4):
        await telemetry.append("unit", [batch("n", str(n))])
    ids = [entry.id for entry in await telemetry.read("unit", (0, 0))]
    await telemetry._client.xtrim("telemetry:unit", maxlen=2, approximate=False)
    assert ids[1] <= (await telemetry.bounds("unit")).trimmed < ids[2]
    await telemetry._client.xtrim("telemetry:unit", maxlen=0, approximate=False)
    assert (await telemetry.bounds("unit")).trimmed == ids[3]
    assert (await telemetry.bounds("sensor")).trimmed == (0, 0)


async def test_a_tail_hears_several_topics(telemetry: Telemetry) -> None:
    tail = telemetry.tail({"unit": (0, 0), "sensor": (0, 0)})
    waiting = asyncio.ensure_future(anext(tail))
    await asyncio.sleep(0.05)
    await telemetry.append("sensor", [batch("n", "a")])
    assert [entry.topic for entry in await asyncio.wait_for(waiting, PATIENCE_S)] == ["sensor"]
    await telemetry.append("unit", [batch("n", "b")])
    assert [entry.topic for entry in await asyncio.wait_for(anext(tail), PATIENCE_S)] == ["unit"]


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(TelemetryUnavailable):
        await Telemetry.open("unix:///nowhere/log.sock")
    pictures = Pictures.open("unix:///nowhere/pictures.sock")
    with pytest.raises(PicturesUnavailable):
        await pictures.get("c")


async def test_the_newest_picture_of_a_camera_stays_for_a_minute(logs: EmbeddedServers) -> None:
    pictures = Pictures.open(logs.pictures_url)
    newer = Picture(b"2", "2026-11-20T10:00:01+08:00", "b")
    await pictures.put("cam", Picture(b"1", "2026-11-20T10:00:00+08:00", "a"))
    await pictures.put("cam", newer)
    await pictures.put("cam", Picture(b"0", "2026-11-20T01:59:59Z", "c"))
    assert await pictures.get("cam") == newer
    assert await pictures.get("other") is None
    assert 30 < await pictures._client.ttl("picture:cam") <= 60
    await pictures.close()
