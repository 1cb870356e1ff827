"""What waits for a slow browser: the newest only, in few writes, and what it costs is counted."""

import asyncio
import json

import pytest
from websockets.frames import Frame, Opcode

from city.folding.store import Store
from city.views.wall_view import WallView
from console.live.channel import Channel
from console.live.watcher import TOGETHER, VIEWS_WAITING, Watcher
from console.live.wire import binary_message, text_message
from tests.console.live.test_channel import Counting, Screen, Wall, settle, taken, watching


@pytest.mark.parametrize("size", [0, 125, 126, 0xFFFF, 0x10000])
def test_a_message_is_what_the_standard_says_at_every_size(size: int) -> None:
    data = b"x" * size
    assert text_message(data) == Frame(Opcode.TEXT, data).serialize(mask=False)
    assert binary_message(data) == Frame(Opcode.BINARY, data).serialize(mask=False)


async def test_the_age_of_a_frame_that_was_replaced_is_told_to_nobody() -> None:
    screen = Screen()
    watcher = Watcher(screen.write)
    screen.gate.clear()
    watcher.post_text(text_message(b"1"))
    watcher.wake()
    await settle()
    for number in (b"old", b"new"):
        watcher.post_frame("units", binary_message(number))
        watcher.post_age("units", binary_message(b"age of " + number))
    watcher.post_age("cases", binary_message(b"old age"))
    watcher.post_age("cases", binary_message(b"new age"))
    watcher.post_frame("heat", binary_message(b"frame"))
    watcher.post_age("heat", binary_message(b"its age"))
    watcher.post_frame("heat", binary_message(b"newer"))
    screen.gate.set()
    watcher.wake()
    await settle()
    assert screen.frames == [b"new", b"newer", b"age of new", b"new age"]
    assert watcher.frames_dropped == 2


async def test_small_messages_are_written_together_and_a_large_one_as_it_is() -> None:
    written: list[bytes] = []

    def write(wire: bytes) -> asyncio.Future[None]:
        written.append(wire)
        return taken(wire)

    watcher = Watcher(write)
    large = binary_message(b"x" * TOGETHER)
    watcher.post_text(text_message(b"1"))
    watcher.post_frame("units", binary_message(b"2"))
    watcher.post_frame("heat", large)
    watcher.post_frame("cases", binary_message(b"3"))
    watcher.wake()
    await settle()
    assert written[0] == text_message(b"1") + binary_message(b"2")
    assert written[1] is large  # no copy of its own for each browser
    assert written[2:] == [binary_message(b"3")]


async def test_all_frames_of_a_look_are_one_write() -> None:
    parts = [Counting() for _ in range(4)]
    for number, part in enumerate(parts):
        part.key = f"part{number}"
    channel = Channel(Store(), Wall(*parts, layers_only=True), WallView().see)
    screen = watching(channel)
    await settle()
    before = screen.writes
    await channel.look(1000.0)
    await settle()
    assert (len(screen.frames), screen.writes - before) == (4, 1)


async def test_a_channel_counts_who_is_behind_and_what_was_dropped_also_after_they_left() -> None:
    part, store = Counting(), Store()
    channel = Channel(store, Wall(part), WallView().see)
    slow = watching(channel)
    watching(channel)
    await settle()
    slow.gate.clear()
    for step in range(VIEWS_WAITING + 2):
        part.value = step + 1
        store.state.touch("units")
        await channel.look(1000.0 + step)
        await settle()
    told = channel.figures()
    assert (told.viewers, told.behind, told.views_dropped) == (2, 1, 1)
    assert told.frames_dropped == told.looks - 1  # the newest waits
    assert (told.looks, told.frame_at) == (VIEWS_WAITING + 2, 1000.0 + VIEWS_WAITING + 1)
    assert told.cpu_s > 0
    assert told.bytes_out > 0
    [watcher] = [one for one in channel.watchers if one.is_behind]
    channel.leave(watcher)
    channel.leave(watcher)  # its socket closes after its write failed
    after = channel.figures()
    assert (after.viewers, after.behind) == (1, 0)
    assert (after.views_dropped, after.frames_dropped) == (told.views_dropped, told.frames_dropped)


async def test_what_waits_for_a_browser_that_never_reads_is_bounded() -> None:
    part, store = Counting(), Store()
    channel = Channel(store, Wall(part), WallView().see)
    never = Screen()
    never.gate.clear()
    watcher = Watcher(never.write)
    channel.join(watcher, b"{}")
    waiting = []
    for step in range(3 * VIEWS_WAITING):
        part.value = step
        store.state.touch("units")
        await channel.look(1000.0 + step)
        channel.say(json.dumps({"beat": step}).encode())
        waiting.append(watcher.waiting)
    assert max(waiting) == VIEWS_WAITING + 1  # the differences and one frame


async def test_what_a_kernel_with_room_takes_is_written_in_one_turn_of_the_loop() -> None:
    written: list[bytes] = []

    def write(wire: bytes) -> asyncio.Future[None]:
        written.append(wire)
        return taken(wire)

    watcher, large = Watcher(write), [binary_message(b"x" * TOGETHER) for _ in range(3)]
    for number, wire in enumerate(large):
        watcher.post_frame(str(number), wire)
        watcher.wake()
    assert written == []  # what comes within a turn is written together
    await asyncio.sleep(0)
    assert written == large
    assert watcher.waiting == 0


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_browser_to_which_a_write_fails_is_forgotten(is_late: bool) -> None:
    channel = Channel(Store(), Wall(Counting()), WallView().see)
    writes: list[asyncio.Future[None]] = []

    def write(_: bytes) -> asyncio.Future[None]:
        writes.append(asyncio.get_running_loop().create_future())
        if not is_late:
            writes[-1].set_exception(ConnectionResetError())
        return writes[-1]

    channel.join(Watcher(write), b"{}")
    stays = watching(channel)
    await settle()
    if is_late:
        writes[0].set_exception(ConnectionResetError())
        await settle()
    assert len(channel.watchers) == 1
    await channel.look(1000.0)
    await settle()
    assert (len(writes), len(stays.frames)) == (1, 1)
