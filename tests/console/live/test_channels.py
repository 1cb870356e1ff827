"""One channel per page, or per page and scope: made for its first watcher, dropped after its last."""

import asyncio
import time
from typing import Any

import pytest

from city.folding.store import Store
from city.views.holders.agency_view import AgencyView
from city.views.page_view import PageView
from city.views.wall_view import WallView
from console.live.channel import Channel
from console.live.channels import KEPT_S, Channels, Scoped, pause_after
from console.live.watcher import Watcher
from tests.console.live.test_channel import Counting, Screen, Wall, settle
from tests.running import PATIENCE_S


class House:
    """The channels of a console with pages of two agencies; ``made`` are the scopes with a channel."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.made: list[str] = []
        self.card = Counting()
        self.views = 0
        self.page = PageView()
        self.fixed = Channel(Store(), Wall(Counting()), self._see("duty"), idle_unwatched=True)
        self.channels = Channels({"duty": self.fixed}, {"agency": Scoped(("sw", "dl"), self._make)})

    def _see(self, code: str) -> Any:
        agency = AgencyView(self.page)
        return lambda state, now: agency.see(state, now, code)

    def _make(self, scope: str) -> Channel:
        self.made.append(scope)
        return Channel(Store(), Wall(self.card), self._see(scope), idle_unwatched=True)

    async def look(self, after: float = 0.0) -> None:
        self.now += after
        await self.channels.look(lambda: self.now)

    def join(self, scope: str) -> tuple[Channel, Watcher]:
        channel, watcher = self.channels.channel("agency", scope), Watcher(Screen().write)
        channel.join(watcher, b"{}")
        return channel, watcher

    def count(self) -> int:
        return len(list(self.channels))


async def test_a_scopes_channel_is_made_for_its_first_watcher_and_once() -> None:
    house = House()
    await house.look()
    assert (house.made, house.count()) == ([], 1)
    assert house.join("sw")[0] is house.join("sw")[0]
    house.join("dl")
    await house.look(1.0)
    assert house.made == ["sw", "dl"]
    assert house.card.looks == 2  # one look for each channel, not for each watcher


async def test_a_channel_that_nobody_watches_is_dropped_after_some_minutes_and_made_anew() -> None:
    house = House()
    channel, watcher = house.join("sw")
    await house.look()
    sent = house.channels.figures()["agency"].bytes_out
    assert sent > 0
    channel.leave(watcher)
    await house.look(KEPT_S - 1)
    assert house.channels.channel("agency", "sw") is channel
    again = Watcher(Screen().write)
    channel.join(again, b"{}")
    await house.look(2.0)
    channel.leave(again)
    await house.look(KEPT_S - 1)
    assert house.count() == 2
    await house.look(2.0)
    assert house.count() == 1
    # What it sent stays counted: a counter never goes back.
    assert house.channels.figures()["agency"].bytes_out >= sent
    assert house.join("sw")[0] is not channel


async def test_a_channel_that_was_asked_for_and_never_joined_is_dropped_too() -> None:
    house = House()
    house.channels.channel("agency", "sw")
    await house.look()
    await house.look(KEPT_S)
    assert house.count() == 1


async def test_a_scope_that_there_is_not_has_no_channel() -> None:
    house = House()
    for page, scope in (("agency", "none"), ("agency", ""), ("duty", "sw"), ("cellar", "")):
        assert not house.channels.knows(page, scope)
        with pytest.raises(KeyError):
            house.channels.channel(page, scope)
    assert house.made == []
    assert house.channels.has_page("agency")
    assert not house.channels.has_page("cellar")


async def test_all_scopes_of_a_tick_share_one_common_view(monkeypatch: pytest.MonkeyPatch) -> None:
    house, built = House(), []
    see = PageView._see

    def counted(view: PageView, *given: Any) -> Any:
        built.append(given[1])
        return see(view, *given)

    monkeypatch.setattr(PageView, "_see", counted)
    store = Store()
    view = AgencyView(house.page)
    for code in ("sw", "dl", "sz"):
        assert view.see(store.state, 1000.0, code).code == code
    view.see(store.state, 1001.0, "sw")
    assert built == [1000.0, 1001.0]


async def test_what_is_said_reaches_the_watchers_of_every_channel() -> None:
    house = House()
    (one, _), (other, _) = house.join("sw"), house.join("dl")
    house.channels.say(b'{"beat":{}}')
    assert [channel.figures().bytes_out for channel in (one, other)] == [13, 13]
    told = house.channels.figures()
    assert {page: (one.viewers, one.bytes_out) for page, one in told.items()} == {
        "duty": (0, 0), "agency": (2, 26),
    }  # fmt: skip


class Following:
    """A channel that runs with a stopped clock: only news makes it look."""

    def __init__(self, most_hz: float) -> None:
        self.store, self.part = Store(), Counting()
        self.channels = Channels({"wall": Channel(self.store, Wall(self.part), WallView().see)})
        self.channels.channel("wall").join(Watcher(Screen().write), b"{}")
        self.task = asyncio.create_task(self.channels.run(lambda: 1000.0, most_hz))

    def news(self) -> None:
        self.store.state.touch("units")
        self.channels.wake()

    async def has_looked(self, times: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.part.looks != times:  # noqa: ASYNC110  # another task's state
                await asyncio.sleep(0.001)


async def test_news_after_a_quiet_moment_is_shown_without_waiting_for_a_tick() -> None:
    wall = Following(most_hz=1e6)
    await wall.has_looked(1)
    for look in (2, 3, 4):
        wall.news()
        await wall.has_looked(look)
    wall.task.cancel()


def test_a_pause_follows_what_looks_computed_not_what_they_waited_for() -> None:
    assert pause_after(0.2, 0.001, 30.0) == pytest.approx(0.004)
    assert pause_after(0.02, 0.02, 30.0) == pytest.approx(0.08)
    assert pause_after(0.01, 0.001, 20.0) == pytest.approx(0.04)
    assert pause_after(1.0, 1.0, 30.0) == pytest.approx(0.8)
    assert pause_after(1.0, -1.0, 30.0) == 0.0  # a dropped channel took its sum with it


async def test_channels_know_what_their_looks_computed() -> None:
    wall = Following(most_hz=1e6)
    await wall.has_looked(1)
    first = wall.channels.spent_s
    assert 0.0 < first < time.thread_time()
    wall.news()
    await wall.has_looked(2)
    await settle()
    assert wall.channels.spent_s > first
    wall.task.cancel()


async def test_news_that_comes_faster_is_collected() -> None:
    wall = Following(most_hz=0.001)
    await wall.has_looked(1)
    for _ in range(20):
        wall.news()
        await settle()
    assert wall.part.looks == 1
    wall.task.cancel()
