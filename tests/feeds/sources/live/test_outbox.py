"""The outbox and its spool: what is kept, replaced, repeated and said."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from feeds.sources.contract import Remark
from feeds.sources.live import outbox as outbox_module
from feeds.sources.live.messages import Item
from feeds.sources.live.outbox import LARGEST_RECORD, Outbox
from feeds.sources.live.spool import ARRIVALS, REMARKS, Arrival, Spool


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], Outbox]]:
    """Open the outbox of one source, as at its start; what was open before is closed."""
    spools: list[Spool] = []

    def fresh() -> Outbox:
        if spools:
            spools.pop().close()
        spools.append(Spool(tmp_path / "spool.sqlite"))
        return Outbox("drains", spools[0], limit=10_000, clock=lambda: 5.0)

    yield fresh
    spools.pop().close()


def reading(identity: str, **more: Any) -> tuple[str, Item]:
    return "topic", Item("sensor", {"id": identity, "value": 1, **more})


def device(**more: Any) -> tuple[str, Item]:
    record = {"id": f"d/{more}", "at": "2026", "kind": "device", "device": "d", **more}
    return "file", Item("sensor", record, registers="d", unmarked=("interval_s",))


async def waiting(outbox: Outbox, topic: str = "sensor") -> list[dict[str, Any]]:
    found = await asyncio.wait_for(outbox.next(topic, after=0, count=100, size=100_000), 5)
    return [one.record for one in found]


async def test_records_wait_in_order_until_they_are_answered(opened: Callable[[], Outbox]) -> None:
    await opened().take([reading("1"), reading("2"), reading("3")])
    outbox = opened()
    found = await outbox.next("sensor", after=0, count=2, size=100_000)
    assert [one.record["id"] for one in found] == ["1", "2"]
    await outbox.answered([one.number for one in found], [])
    assert [record["id"] for record in await waiting(outbox)] == ["3"]
    assert outbox.waiting == 1


async def test_a_repeat_is_counted_and_another_content_of_an_id_is_left_out(
    opened: Callable[[], Outbox],
) -> None:
    outbox = opened()
    await outbox.take([reading("1")])
    await outbox.take([reading("1"), reading("1", value=2)])
    assert (outbox.waiting, outbox.counts.repeated, outbox.counts.left_out) == (1, 1, 1)
    assert [(one.origin, one.field) for one in outbox.left_out()] == [("topic", "id")]


async def test_only_the_newest_picture_of_a_camera_waits(opened: Callable[[], Outbox]) -> None:
    outbox = opened()
    for number in range(3):
        for camera in ("a", "b"):
            record = {"id": f"{camera}{number}", "jpeg": "x" * 100}
            await outbox.take([("t", Item("camera", record, newest=camera))])
    assert [record["id"] for record in await waiting(outbox, "camera")] == ["a2", "b2"]
    assert outbox.counts.replaced == 4


async def test_a_registration_is_sent_when_its_content_changes_and_once_at_each_start(
    opened: Callable[[], Outbox],
) -> None:
    outbox = opened()
    await outbox.take([device(name="x", interval_s=1)])
    await outbox.take([device(name="x", interval_s=2)])
    await outbox.take([device(name="y")])
    await outbox.take([device(name="x", interval_s=3)])
    sent = [record["id"] for record in await waiting(outbox)]
    assert sent == ["d/{'name': 'x', 'interval_s': 1}", "d/{'name': 'y'}", "d/{'name': 'x', 'interval_s': 3}"]
    found = await outbox.next("sensor", after=0, count=9, size=100_000)
    await outbox.answered([one.number for one in found], [])
    outbox = opened()
    for interval in (4, 5):
        await outbox.take([device(name="x", interval_s=interval)])
    # The earlier record again, so that the gateway recognises it.
    assert [record["id"] for record in await waiting(outbox)] == sent[-1:]


async def test_records_that_no_frame_can_hold_are_left_out(opened: Callable[[], Outbox]) -> None:
    outbox = opened()
    await outbox.take([reading("1", note="x" * LARGEST_RECORD), reading("2", note="\ud800"), reading("3")])
    assert [record["id"] for record in await waiting(outbox)] == ["3"]
    assert {one.reason for one in outbox.left_out()} == {
        "is larger than a frame of the gateway may be", "has text that is not valid Unicode",
    }  # fmt: skip


async def test_a_full_disk_is_said_and_waited_for(
    opened: Callable[[], Outbox], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outbox, really, failures = opened(), Spool.keep, [2]

    def failing(*given: Any, **named: Any) -> int:
        if failures[0]:
            failures[0] -= 1
            raise sqlite3.OperationalError("database or disk is full")
        return really(*given, **named)

    monkeypatch.setattr(Spool, "keep", failing)
    monkeypatch.setattr(outbox_module, "_DISK_AGAIN_S", 0.01)
    await outbox.take([reading("1")])
    said = capsys.readouterr().out
    assert (said.count("spool_not_writable"), said.count("spool_writable")) == (1, 1)
    assert outbox.waiting == 1


async def test_room_is_said_when_it_ends_and_when_it_is_back(
    opened: Callable[[], Outbox], capsys: pytest.CaptureFixture[str]
) -> None:
    outbox = opened()
    await outbox.take([reading(str(number), note="x" * 3000) for number in range(4)])
    assert outbox.is_full
    assert "spool_full" in capsys.readouterr().out
    found = await outbox.next("sensor", after=0, count=2, size=100_000)
    await outbox.answered([one.number for one in found], [])
    await asyncio.wait_for(outbox.room(), 1)
    assert "spool_has_room" in capsys.readouterr().out


def test_remarks_are_bounded(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    for first, last, now in ((0, 5, 1.0), (5, REMARKS + 5, 2.0)):
        spool.keep([], remarks=[Remark(f"t{number}", "f", "r") for number in range(first, last)], now=now)
    assert {one.origin for one in spool.left_out()} == {f"t{number}" for number in range(5, REMARKS + 5)}
    spool.close()


def test_only_the_newest_arrivals_are_remembered(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.keep([], arrivals=[Arrival(mid, "mark", float(mid)) for mid in range(1, ARRIVALS + 1)])
    spool.keep([], arrivals=[Arrival(1, "other", 1e6), Arrival(60_000, "mark", 1e6)])
    found = spool.arrivals()
    assert (len(found), found[1].mark, 2 in found, 60_000 in found) == (ARRIVALS, "other", False, True)
    spool.close()
