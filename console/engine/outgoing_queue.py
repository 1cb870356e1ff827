"""The outbox: what must leave the system leaves it when its time to undo is over; what was undone does not.

The engine calls :meth:`Outbox.step`; a task for each system carries its mail, so that a slow or broken one
holds up nobody else's, and a case that a system does not take holds up no other case. Every delivery carries
its item's id as idempotency key: a process that dies between sending and writing sends again under the same
key. Two engines are harmless.
"""

import asyncio
import tomllib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog
from redis.exceptions import RedisError

from city.facts.fact import body_of
from city.folding.store import Store
from city.state.ledger_state import Item
from console.orders.refusal_texts import Reasons
from feeds.ledger.ledger import Act, Ledger, LedgerUnavailable
from feeds.writeback.contract import Adapter, Delivery, NotDelivered
from feeds.writeback.registry import build_adapters

__all__ = ["Outbox", "read_adapters"]

log = structlog.get_logger()

ACTOR: Final = "engine:outbox"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 900.0
GIVE_UP_S: Final = 24 * 3600.0
IN_A_ROW: Final = 3
"""So many items in vain, one behind the other, and the system itself is taken to be down."""
LONGEST_REST_S: Final = 60.0
KEPT: Final = "kept"
"""Status of an item for a system that nobody set up an adapter for: it was told to nobody outside."""


class _Try(msgspec.Struct):
    """How often an item was tried in vain, and when it may be tried again (machine time)."""

    count: int = 0
    next_at: float = 0.0


class _Line:
    """One system's mail: what is due, in order, and the one task that carries it.

    ``held`` are the cases whose next item has to wait, ``unwritten`` what was done and is not in the ledger
    yet, ``vain`` how many items in a row, ``rests_until`` when a system that is down is asked again.
    """

    def __init__(self) -> None:
        self.due: deque[Item] = deque()
        self.held: set[str] = set()
        self.unwritten: deque[tuple[str, Act]] = deque()
        self.vain = 0
        self.rests_until = 0.0
        self.fails = False
        self.stuck = False
        self.carrying: asyncio.Task[None] | None = None


class Outbox:
    """Delivers what is due. ``reasons`` gives the words, ``adapters`` are by the system they carry to."""

    def __init__(
        self, ledger: Ledger, store: Store, adapters: Mapping[str, Adapter], *, reasons: Reasons,
        clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._store = store
        self._adapters = adapters
        self._reasons = reasons
        self._clock = clock
        self._tries: dict[str, _Try] = {}
        self._written: set[str] = set()
        self._lines: dict[str, _Line] = {}
        # A thread for each system: none waits for another's answer.
        self._threads = ThreadPoolExecutor(max(1, len(adapters)), thread_name_prefix="outbox")

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that have an adapter, sorted."""
        return tuple(sorted(self._adapters))

    @property
    def _waiting(self) -> Mapping[str, Item]:
        return self._store.state.ledger.outbox

    async def step(self) -> None:
        """Tell each system's carrier what is due now, and start those that rest; wait for none of them."""
        now, waiting = self._clock(), self._waiting
        self._tries = {key: one for key, one in self._tries.items() if key in waiting}
        self._written &= waiting.keys()
        due: dict[str, list[Item]] = {}
        for item in waiting.values():
            if item.not_before <= now and item.id not in self._written:
                due.setdefault(item.to, []).append(item)
        for system in due.keys() - self._lines.keys():
            self._lines[system] = _Line()
        for system, line in self._lines.items():
            line.due, line.held = deque(_urgent_first(due.get(system, ()))), set()
            if (line.due or line.unwritten) and (line.carrying is None or line.carrying.done()):
                line.carrying = asyncio.create_task(self._carry(system, line))

    async def settled(self) -> None:
        """Wait until all that is being carried now has arrived, failed or has to wait."""
        await asyncio.gather(*(line.carrying for line in self._lines.values() if line.carrying))

    async def close(self) -> None:
        """Carry nothing more; what is on its way is sent again under its id by the next engine."""
        tasks = [line.carrying for line in self._lines.values() if line.carrying]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _carry(self, system: str, line: _Line) -> None:
        """Deliver what is due for one system; say once what stops it, once that it goes on."""
        try:
            await self._flush(line)
            if system in self._adapters:
                await self._deliver_all(line)
            else:
                await self._keep(system, line)
        except (LedgerUnavailable, RedisError, OSError) as error:
            if not line.stuck:
                log.warning("outbox_waits", system=system, reason=str(error))
            line.stuck = True
        except Exception as error:  # the boundary of a system: its mail stops nobody else's
            if not line.stuck:
                log.error("outbox_stuck", system=system, exc_info=error)
            line.stuck = True
        else:
            if line.stuck:
                log.info("outbox_goes_on", system=system)
            line.stuck = False

    async def _deliver_all(self, line: _Line) -> None:
        while line.due and line.rests_until <= self._clock():
            item = line.due.popleft()
            if item.case in line.held or not self._is_waiting(item):
                continue
            tried = self._tries.setdefault(item.id, _Try(item.tries))
            if tried.next_at > self._clock() or not await self._deliver(item, tried, line):
                line.held.add(item.case)  # a system hears of a case in order

    def _is_waiting(self, item: Item) -> bool:
        return item.id in self._waiting and item.id not in self._written

    async def _deliver(self, item: Item, tried: _Try, line: _Line) -> bool:
        """Send one item and write what became of it; whether the system took it or never will."""
        adapter, loop = self._adapters[item.to], asyncio.get_running_loop()
        try:
            said = await loop.run_in_executor(self._threads, adapter.deliver, self._delivery(item))
        except NotDelivered as error:
            return await self._failed(item, tried, line, error)
        except Exception as error:  # the boundary of an adapter: one that breaks stops nobody else's mail
            log.error("adapter_failed", system=item.to, exc_info=error)
            return await self._failed(item, tried, line, NotDelivered(type(error).__name__, again=True))
        line.vain = 0
        if line.fails:
            line.fails = False
            log.info("outbox_delivers_again", system=item.to)
        told = {"what": item.text, "adapter": adapter.kind, "status": said}
        await self._write(line, item, "OutboxDelivered", told)
        return True

    async def _failed(self, item: Item, tried: _Try, line: _Line, error: NotDelivered) -> bool:
        now = self._clock()
        tried.count += 1
        if not line.fails:
            line.fails = True
            log.warning("outbox_fails", system=item.to, item=item.id, reason=str(error))
        told = {"reason": str(error)[:200], "tries": tried.count}
        if error.again and not self._is_waiting(item):  # undone meanwhile, and it may have arrived
            await self._write(line, item, "OutboxFailed", {**told, "what": item.text})
            return True
        if error.again:
            line.vain += 1
            if line.vain >= IN_A_ROW:
                line.rests_until = now + _pause(line.vain - IN_A_ROW + 1, LONGEST_REST_S)
        else:
            line.vain = 0  # it answered
        if error.again and now - item.not_before < GIVE_UP_S:
            tried.next_at = now + _pause(tried.count, LONGEST_PAUSE_S)
            if tried.count == 1:
                await self._write(line, item, "OutboxDelayed", told, ends=False)
            return False
        await self._write(line, item, "OutboxFailed", told)
        return True

    async def _keep(self, system: str, line: _Line) -> None:
        """Say honestly of what has no way out that it stays here."""
        if not line.fails:
            line.fails = True
            log.info("outbox_without_adapter", system=system)
        items = [item for item in line.due if self._is_waiting(item)]
        told = {"adapter": "", "status": KEPT}
        await self._ledger.append([_act(item, "OutboxDelivered", told) for item in items])
        self._written.update(item.id for item in items)

    async def _write(
        self, line: _Line, item: Item, kind: str, told: dict[str, Any], *, ends: bool = True
    ) -> None:
        """Write what became of an item. What cannot be written now is kept, so that it is not sent again."""
        act = _act(item, kind, told, "" if ends else ":delayed")
        line.unwritten.append((item.id if ends else "", act))
        await self._flush(line)

    async def _flush(self, line: _Line) -> None:
        while line.unwritten:
            name, act = line.unwritten[0]
            await self._ledger.append([act])
            self._written.add(name)
            line.unwritten.popleft()

    def _delivery(self, item: Item) -> Delivery:
        """Return what is told of an item: the same at every try."""
        names = item.names
        a_class = f"{names.get('kind', '')}:{names.get('code', '')}"
        return Delivery(
            id=item.id, system=item.to, kind=item.kind, case=names.get("no") or item.case,
            number=names.get("external", ""), state=names.get("state", ""),
            text=self._reasons.fill(item.text, names | {"a_class": a_class}),
            at=datetime.fromtimestamp(item.at or item.not_before, UTC).isoformat(timespec="seconds"),
            names=names, recall_of=item.recall_of,
        )  # fmt: skip


def _urgent_first(items: Iterable[Item]) -> list[Item]:
    """Return items with those of cases first that must be told at once; each case's own stay in order."""
    told = list(items)
    first = {item.case for item in told if item.not_before <= item.at}
    return sorted(told, key=lambda item: item.case not in first)


def _pause(times: int, longest_s: float) -> float:
    return min(FIRST_PAUSE_S * 2.0 ** min(times - 1, 20), longest_s)


def _act(item: Item, kind: str, told: dict[str, Any], step: str = "") -> Act:
    data = {"item": item.id, "to": item.to, "kind": item.kind, **told}
    return Act(
        f"outbox:{item.id}{step}", (body_of(kind, f"case:{item.case}", ACTOR, data, role="system"),)
    )  # fmt: skip


def read_adapters(data_dir: Path) -> dict[str, Adapter]:
    """Return the adapters of the table ``outbox`` in the data dir's city.toml. Raises ValueError, OSError."""
    path = data_dir / "city.toml"
    if not path.exists():
        return {}
    told = tomllib.loads(path.read_text(encoding="utf-8")).get("outbox", {})
    if not isinstance(told, dict):
        message = f"{path}: outbox: expected tables [outbox.<system>]"
        raise ValueError(message)
    try:
        return build_adapters(told, data_dir)
    except ValueError as error:
        message = f"{path}: {error}"
        raise ValueError(message) from error
