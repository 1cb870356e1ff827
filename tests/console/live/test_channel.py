import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from city.folding.store import Store
from city.state.ledger_state import SourceState
from city.views.wall_view import WallView
from console.live.channel import FRAME_BYTES_A_SECOND, TIME_S, Channel
from console.live.watcher import VIEWS_WAITING, Watcher
from layers.contract import Frame
from layouts.cards.wall.sources import Sources
from layouts.contract import View, each_second


def noting(looked: list[float]) -> Callable[[Any, float], Any]:
    """The wall's projection, which notes when it was asked."""
    view = WallView()

    def see(state: Any, now: float) -> Any:
        looked.append(now)
        return view.see(state, now)

    return see


class Counting:
    """A card and a layer that count how often they are asked."""

    key = "counting"
    title = "counting"
    reads: tuple[str, ...] = ("units", each_second)
    every_s = 0.0

    def __init__(self) -> None:
        self.looks = 0
        self.frames = 0
        self.value = 0

    def view(self, seen: Any, now: float) -> View:
        self.looks += 1
        return View(now, {"value": self.value})

    def frame(self, seen: Any, now: float) -> Frame:
        self.frames += 1
        return Frame(self.key, now, {"x": np.array([float(self.value)])})

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        raise NotImplementedError


class Broken(Counting):
    key = "broken"

    def view(self, seen: Any, now: float) -> View:
        raise ValueError("odd data")

    def frame(self, seen: Any, now: float) -> Frame:
        raise ValueError("odd data")


class Wall:
    """What the channel of a test shows."""

    def __init__(self, *parts: Any, layers_only: bool = False) -> None:
        self.cards = () if layers_only else parts
        self.layers = parts

    def about(self, frames: Mapping[str, Frame], now: float) -> Mapping[str, View]:
        return {}

    def chosen(self, choice: str) -> list[Any]:
        return []


class Cards(Wall):
    """A channel's cards without layers."""

    def __init__(self, *cards: Any) -> None:
        self.cards = cards
        self.layers = ()


def messages_in(wire: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield the messages of a server's bytes, each with whether it is binary, as RFC 6455 says."""
    while wire:
        kind, size, start = wire[0], wire[1], 2
        assert kind in (0x81, 0x82)
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(wire[2:start])
        yield wire[start : start + size], kind == 0x82
        wire = wire[start + size :]


class Screen:
    """A browser that keeps what it was sent; ``gate`` closed means it does not drain."""

    def __init__(self) -> None:
        self.texts: list[Any] = []
        self.frames: list[bytes] = []
        self.writes = 0
        self.gate = asyncio.Event()
        self.gate.set()

    def write(self, wire: bytes) -> asyncio.Future[None]:
        return asyncio.ensure_future(self._take(wire))

    async def _take(self, wire: bytes) -> None:
        await self.gate.wait()
        self.writes += 1
        for data, is_binary in messages_in(wire):
            if is_binary:
                self.frames.append(data)
            else:
                self.texts.append(json.loads(data))


def taken(_: bytes) -> asyncio.Future[None]:
    """Take what is written at once, as a kernel with room."""
    written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    written.set_result(None)
    return written


def watching(channel: Channel, *, wide: bool = False, choice: str = "") -> Screen:
    screen = Screen()
    channel.join(Watcher(screen.write, wide=wide, choice=choice), b'{"hello":{}}')
    return screen


async def settle() -> None:
    for _ in range(200):
        await asyncio.sleep(0)


async def test_one_look_costs_one_look_however_many_watch() -> None:
    part = Counting()
    channel = Channel(Store(), Wall(part), WallView().see)
    screens = [watching(channel) for _ in range(20)]
    for second in range(3):
        part.value = second
        await channel.look(1000.0 + second * 10)
    await settle()
    assert part.looks == 3
    assert part.frames == 3
    assert {len(screen.frames) for screen in screens} == {3}
    assert all(screen.frames == screens[0].frames for screen in screens)


async def test_a_frame_for_wide_pages_alone_is_drawn_once_and_sent_to_them_alone() -> None:
    part = Counting()
    channel = Channel(Store(), Wall(part), WallView().see, wide_only={"counting"})
    wide, usual = [watching(channel, wide=True) for _ in range(2)], [watching(channel)]
    await channel.look(1000.0)
    late, later = watching(channel, wide=True), watching(channel)
    await settle()
    assert part.frames == 1
    [frame] = wide[0].frames
    assert [screen.frames for screen in (*wide, late)] == [[frame]] * 3
    assert [screen.frames for screen in (*usual, later)] == [[]] * 2
    assert usual[0].texts == wide[0].texts


async def test_who_comes_later_gets_the_whole_and_the_newest_pictures() -> None:
    part = Counting()
    part.value = 7
    channel = Channel(Store(), Wall(part), WallView().see)
    await channel.look(1000.0)
    screen = watching(channel)
    await settle()
    assert screen.texts[0] == {"hello": {}}
    assert screen.texts[1]["views"]["counting"]["scalars"] == {"value": 7}
    assert len(screen.frames) == 1


async def test_a_stalled_browser_holds_up_nobody_and_gets_the_newest_whole_later() -> None:
    part = Counting()
    channel = Channel(Store(), Wall(part), WallView().see)
    slow = watching(channel)
    fast = watching(channel)
    await settle()
    slow.gate.clear()
    for step in range(VIEWS_WAITING * 3):
        part.value = step + 1
        await channel.look(1000.0 + step)
        await settle()
    assert fast.texts[-1]["views"]["counting"]["scalars"] == {"value": VIEWS_WAITING * 3}
    slow.gate.set()
    await settle()
    assert slow.texts[-1]["views"]["counting"]["scalars"] == {"value": VIEWS_WAITING * 3}
    assert len(slow.texts) < VIEWS_WAITING + 5
    assert len(slow.frames) < 5


async def test_a_broken_card_says_so_and_the_rest_goes_on() -> None:
    good, bad = Counting(), Broken()
    channel = Channel(Store(), Wall(bad, good), WallView().see)
    screen = watching(channel)
    await channel.look(1000.0)
    await settle()
    said = screen.texts[-1]["views"]
    assert said["broken"]["scalars"] == {"failed": True}
    assert said["counting"]["scalars"] == {"value": 0}
    assert len(screen.frames) == 1


async def test_eyes_that_fail_are_said_on_every_card_and_the_next_look_is_whole_again() -> None:
    part, view = Counting(), WallView()
    blind = True

    def see(state: Any, now: float) -> Any:
        if blind:
            raise ValueError("a roster that nobody can read")
        return view.see(state, now)

    channel = Channel(Store(), Wall(part), see)
    screen = watching(channel)
    await channel.look(1000.0)
    await settle()
    assert screen.texts[-1]["views"]["counting"]["scalars"] == {"failed": True}
    blind = False
    await channel.look(1001.0)
    await settle()
    assert screen.texts[-1]["views"]["counting"]["scalars"] == {"value": 0}
    assert screen.texts[-1]["views"]["counting"]["whole"]


async def test_an_equal_picture_is_not_sent_again_until_its_age_must_be_told() -> None:
    part = Counting()
    store = Store()
    channel = Channel(store, Wall(part, layers_only=True), WallView().see)
    screen = watching(channel)
    for second in (0.0, 6.0, 12.0, 18.0):
        await channel.look(1000.0 + second)
    await settle()
    assert part.frames == 4
    heads = [json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")]) for data in screen.frames]
    assert [head.get("same", False) for head in heads] == [False, True]  # its age is told, not its columns
    assert heads[1]["as_of"] == 1012.0


async def test_who_chose_another_heat_gets_that_one_and_its_drawing_ends_with_the_last_of_them() -> None:
    usual, other = Counting(), Counting()
    usual.value, other.value = 1, 2

    class Choosing(Wall):
        def chosen(self, choice: str) -> list[Any]:
            return {"burn.now": [other]}.get(choice, [])

    channel = Channel(Store(), Choosing(usual, layers_only=True), WallView().see)
    screen = watching(channel)
    chose = watching(channel, choice="burn.now")
    third = watching(channel, choice="burn.now")
    await channel.look(1000.0)
    await settle()
    values = [np.frombuffer(one.frames[0][-8:], "<f8")[0] for one in (screen, chose, third)]
    assert values == [1.0, 2.0, 2.0]
    assert [len(one.frames) for one in (screen, chose, third)] == [1, 1, 1]
    assert (usual.frames, other.frames) == (1, 1)
    for watcher in [one for one in channel.watchers if one.choice]:
        channel.leave(watcher)
    await channel.look(1010.0)
    assert (usual.frames, other.frames) == (2, 1)


async def test_a_channel_that_nobody_watches_looks_at_nothing_if_it_may_rest() -> None:
    part = Counting()
    looked: list[float] = []
    channel = Channel(Store(), Wall(part), noting(looked), idle_unwatched=True)
    await channel.look(1000.0)
    assert (looked, part.looks) == ([], 0)
    screen = watching(channel)
    await channel.look(1001.0)
    await settle()
    assert looked == [1001.0]
    assert screen.texts[-1]["views"]["counting"]["whole"]


async def test_who_comes_to_a_channel_that_rested_is_told_nothing_old() -> None:
    part = Counting()
    channel = Channel(Store(), Wall(part), WallView().see, idle_unwatched=True)
    watcher = Watcher(Screen().write)
    channel.join(watcher, b"{}")
    await channel.look(1000.0)
    channel.leave(watcher)
    assert channel.seen is None
    part.value = 5
    screen = watching(channel)
    await settle()
    assert screen.texts[1] == {"views": {}}
    assert screen.frames == []
    await channel.look(2000.0)
    await settle()
    assert screen.texts[2]["views"]["counting"]["scalars"] == {"value": 5}
    assert len(screen.frames) == 1


async def test_a_look_without_news_costs_nothing_until_time_may_change_it() -> None:
    part, store, looked = Counting(), Store(), []
    channel = Channel(store, Wall(part), noting(looked))
    channel.join(Watcher(Screen().write), b"{}")
    assert await channel.look(1000.0) == 1000.0 + TIME_S
    for after in (0.1, 0.5, 0.9):
        assert await channel.look(1000.0 + after) == 1000.0 + TIME_S
    assert (looked, part.looks) == ([1000.0], 1)
    await channel.look(1000.0 + TIME_S)
    assert (looked[1:], part.looks) == ([1000.0 + TIME_S], 2)
    await channel.look(990.0)  # the machine's clock was set back
    assert part.looks == 3


async def test_only_the_cards_and_layers_of_a_changed_slice_are_asked() -> None:
    of_units, of_cases, store = Counting(), Counting(), Store()
    of_cases.key, of_cases.reads = "cases", ("cases",)
    channel = Channel(store, Wall(of_units, of_cases), WallView().see)
    channel.join(Watcher(Screen().write), b"{}")
    await channel.look(1000.0)
    store.state.touch("units")
    await channel.look(1000.1)
    assert [(part.looks, part.frames) for part in (of_units, of_cases)] == [(2, 2), (1, 1)]
    store.state.touch("cases")
    await channel.look(1000.2)
    assert [(part.looks, part.frames) for part in (of_units, of_cases)] == [(2, 2), (2, 2)]


async def test_a_channel_that_shows_no_measurement_does_not_look_at_one() -> None:
    part, store, looked = Counting(), Store(), []
    part.reads = ("cases", "cameras")
    channel = Channel(store, Wall(part), noting(looked))
    channel.join(Watcher(Screen().write), b"{}")
    await channel.look(1000.0)
    store.state.touch("units", "readings")
    await channel.look(1000.1)
    assert looked == [1000.0]
    for slice_ in ("cameras", "clock"):  # facts of every kind may move what a page may see
        store.state.touch(slice_)
        await channel.look(1000.2)
    assert looked == [1000.0, 1000.2, 1000.2]


async def test_a_card_that_does_not_say_what_it_reads_is_late_by_a_second_at_most() -> None:
    part, store = Counting(), Store()
    part.reads = ()
    channel = Channel(store, Wall(part), WallView().see)
    channel.join(Watcher(Screen().write), b"{}")
    await channel.look(1000.0)
    store.state.touch("cases")
    await channel.look(1000.5)
    assert part.looks == 1
    await channel.look(1000.0 + TIME_S)
    assert part.looks == 2
    await channel.look(1000.0 + 2 * TIME_S)
    assert part.looks == 2  # nothing changed, and it does not read the time


async def test_a_layer_waits_for_its_time_and_the_look_says_when() -> None:
    part, store = Counting(), Store()
    part.every_s = 0.25
    channel = Channel(store, Wall(part, layers_only=True), WallView().see)
    channel.join(Watcher(Screen().write), b"{}")
    await channel.look(1000.0)
    part.value = 1
    store.state.touch("units")
    assert await channel.look(1000.125) == 1000.25
    assert part.frames == 1
    await channel.look(1000.25)  # no further news: what waited is drawn
    assert part.frames == 2


async def test_a_large_frame_is_paid_before_the_next_one() -> None:
    class Large(Counting):
        def frame(self, seen: Any, now: float) -> Frame:
            self.frames += 1
            return Frame(self.key, now, {"x": np.full(FRAME_BYTES_A_SECOND // 16, float(self.frames))})

    part, store = Large(), Store()
    channel = Channel(store, Wall(part, layers_only=True), WallView().see)
    channel.join(Watcher(Screen().write), b"{}")
    await channel.look(1000.0)
    store.state.touch("units")
    assert 1000.5 <= await channel.look(1000.25) <= 1000.51
    assert part.frames == 1
    await channel.look(1000.52)
    assert part.frames == 2


async def test_a_source_that_falls_silent_is_said_with_no_news_at_all() -> None:
    store = Store()
    store.set_sources([SourceState("hotline", 1000.0, 1.0)])
    channel = Channel(store, Cards(Sources()), WallView().see)
    screen = watching(channel)
    shown = {}
    for second in range(8):
        await channel.look(1000.0 + second)
        await settle()
        rows = [text["views"]["sources"]["set"] for text in screen.texts if text.get("views")]
        shown[second] = rows[-1]["hotline"]["freshness"]
    assert [shown[second] for second in (0, 3, 6)] == ["live", "late", "lost"]
