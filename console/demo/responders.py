"""Runs the demo's responders: they follow the gateway and order verbs, each with its own account."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Final, Self

import structlog

from city.dispatch import categories
from console.demo.accounts import people_of
from console.deployment.district import read_district, read_rows
from console.deployment.settings import Settings
from console.live.feed_follower import Follower, follower_of
from feeds.clients.commander import Answer, Commander, CommandRefused
from feeds.sources.demo.people.responders import Order, Responders

__all__ = ["ResponderSockets", "run_responders"]

TICK_S: Final = 0.2
BUSY_TICK_S: Final = 0.03
IDLE_S: Final = 60.0
"""A socket without a command for this time is closed."""

log = structlog.get_logger()


class ResponderSockets:
    """The command sockets of the stand-ins: opened at the first command, closed after idle time."""

    def __init__(self, url: str, tokens: Mapping[str, str]) -> None:
        self._url = url
        self._tokens = tokens
        self._open: dict[str, tuple[AsyncExitStack, Commander]] = {}
        self._used: dict[str, float] = {}
        self._waiting: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for account in list(self._open):
            await self._close(account)

    async def send(self, order: Order) -> Answer | None:
        """Send an order with its account's token; None when the token is refused."""
        act = order.act
        commander = await self._commander(act.account)
        self._waiting[act.account] = self._waiting.get(act.account, 0) + 1
        try:
            return await commander.send(act.verb, order.subject, order.version, act.args)
        except CommandRefused as error:
            log.warning("stand_in_refused", account=act.account, reason=str(error))
            return None
        finally:
            self._waiting[act.account] -= 1
            self._used[act.account] = _loop_time()

    async def close_idle(self) -> None:
        """Close idle sockets, repeatedly, until cancelled."""
        while True:
            await asyncio.sleep(IDLE_S / 4)
            since = _loop_time() - IDLE_S
            for account in [a for a in self._open if self._used[a] < since and not self._waiting.get(a)]:
                await self._close(account)

    async def _commander(self, account: str) -> Commander:
        if account not in self._open:
            stack = AsyncExitStack()
            commander = Commander(self._url, self._tokens[account])
            self._open[account] = stack, commander
            self._used[account] = _loop_time()
            await stack.enter_async_context(commander)
        return self._open[account][1]

    async def _close(self, account: str) -> None:
        stack, _ = self._open.pop(account)
        await stack.aclose()


async def run_responders(
    settings: Settings, tokens: Mapping[str, str], *, seed: int, clock: Callable[[], float]
) -> None:
    """Run the invented city's responders until cancelled. ``clock`` returns machine time, epoch seconds."""
    data = settings.data_dir
    known = {one.key: one for one in categories.read(read_rows(data, "categories.csv")[0])}
    responders = Responders(people_of(data), known, seed=seed)
    follower = follower_of(settings, read_district(data), clock=clock)
    async with (
        ResponderSockets(f"ws://{settings.host}:{settings.port}", tokens) as sockets,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(follower.follow_ledger())
        tasks.create_task(sockets.close_idle())
        await follower.complete.wait()
        await _work(responders, follower, sockets, clock)


async def _work(
    responders: Responders, follower: Follower, sockets: ResponderSockets, clock: Callable[[], float]
) -> None:
    async def give(order: Order) -> None:
        answer = await sockets.send(order)
        responders.answered(order, answer, follower.store.state.ledger, clock())

    async with asyncio.TaskGroup() as tasks:
        while True:
            ledger = follower.store.state.ledger
            responders.update(ledger, clock())
            orders = responders.due(ledger, clock())
            for order in orders:
                tasks.create_task(give(order))
            await asyncio.sleep(BUSY_TICK_S if responders.busy else TICK_S)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
