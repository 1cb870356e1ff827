"""Runs the demo's responders: they follow the gateway and order verbs, each with its own account."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final, Self

import structlog

from city.response.event_span import is_exercise
from city.state.response_records import Response
from console.demo.accounts import people_of
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district
from console.deployment.settings import Settings
from console.live.feed_follower import follower_of
from feeds.clients.commander import Answer, Commander, CommandRefused
from feeds.sources.demo.feeds.units import Drive, Units
from feeds.sources.demo.people.linkage_responders import LinkageOrder, LinkageResponders
from feeds.sources.demo.people.patrols import Patrols
from feeds.sources.demo.people.pictures import store_pictures
from feeds.sources.demo.people.responders import Order, Responders
from feeds.storage.photo_files import PhotoFiles

__all__ = ["DemoPeople", "ResponderSockets"]

TICK_S: Final = 0.2
BUSY_TICK_S: Final = 0.03
EMERGENCY: Final = 2
"""The rank of Ⅲ."""
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

    async def send(self, order: Order | LinkageOrder) -> Answer | None:
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


class DemoPeople:
    """The invented city's responders on a running Citywall. ``clock`` returns machine time, epoch seconds."""

    def __init__(
        self, settings: Settings, tokens: Mapping[str, str], *, units: Units, seed: int,
        floods: Callable[[float, float], Iterable[object]], clock: Callable[[], float],
    ) -> None:  # fmt: skip
        data = settings.data_dir
        district = read_district(data)
        rules = read_decision_rules(district, data)
        people = people_of(data)
        self._responders = Responders(people, rules.categories, seed=seed)
        self._linkage = LinkageResponders(people, rules, units, floods)
        self._patrols = Patrols(people, seed=seed)
        self._follower = follower_of(settings, district, clock=clock)
        self._sockets = ResponderSockets(f"ws://{settings.host}:{settings.port}", tokens)
        self._clock = clock
        store_pictures(PhotoFiles(data))

    def drives(self) -> list[Drive]:
        """Return the drives of units to linkage tasks; none before the ledger is read."""
        if not self._follower.complete.is_set():
            return []
        return self._linkage.drives(self._follower.store.state.ledger, self._clock())

    def emergency_since(self) -> float | None:
        """Return since when (city time) a real level of Ⅲ or above runs without a break, None without one."""
        responses = self._follower.store.state.ledger.responses.values()
        return min(filter(None, map(_emergency_since, responses)), default=None)

    async def run(self) -> None:
        """Act until cancelled."""
        async with self._sockets, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follower.follow_ledger())
            tasks.create_task(self._sockets.close_idle())
            await self._follower.complete.wait()
            while True:
                self._act(tasks)
                busy = self._responders.busy or self._linkage.busy
                await asyncio.sleep(BUSY_TICK_S if busy else TICK_S)

    def _act(self, tasks: asyncio.TaskGroup) -> None:
        ledger, now = self._follower.store.state.ledger, self._clock()
        self._responders.update(ledger, now)
        for order in self._responders.due(ledger, now):
            tasks.create_task(self._give(order, self._responders))
        for responders in (self._linkage, self._patrols):
            for linkage_order in responders.due(ledger, now):
                tasks.create_task(self._give(linkage_order, responders))

    async def _give(self, order: Any, responders: Any) -> None:
        answer = await self._sockets.send(order)
        responders.answered(order, answer, self._follower.store.state.ledger, self._clock())


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def _emergency_since(response: Response) -> float | None:
    if response.rank < EMERGENCY or is_exercise(response.id):
        return None
    since = None
    for one in reversed(response.activations):
        if one.rank < EMERGENCY or (one.state == "ended" and since is not None):
            break
        since = one.activated_at
    return since
