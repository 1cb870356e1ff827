"""The outgoing queue: an item is delivered when its undo period is over; an undone item is not delivered.

The engine calls :meth:`Outbox.step`. Each system has its own delivery task: a slow or broken system does not
delay the others, and a case that a system does not accept does not delay other cases. Every delivery has its
item's id as idempotency key: a process that dies between sending and writing sends again with the same key.
Two engines do no harm.
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
from feeds.writeback.registry import build_adapters, exercise_systems

__all__ = ["Outbox", "read_adapters", "read_participants"]

log = structlog.get_logger()

ACTOR: Final = "engine:outbox"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 900.0
GIVE_UP_S: Final = 24 * 3600.0
IN_A_ROW: Final = 3
"""After this many failed items in a row, the system itself counts as down."""
LONGEST_SYSTEM_PAUSE_S: Final = 60.0
KEPT: Final = "kept"
"""Status of an item for a system without an adapter: it was sent to nobody."""


class _Try(msgspec.Struct):
    """How many attempts of an item failed, and when the next may start (machine time)."""

    count: int = 0
    next_at: float = 0.0


class _SystemQueue:
    """One system's queue: the due items in order, and the task that delivers them.

    ``held`` are the cases whose next item must wait, ``unwritten`` the outcomes that are not in the ledger
    yet, ``failed_in_a_row`` counts failed items, ``paused_until`` is the next attempt at a system that is
    down. ``fails`` and ``stuck`` mark failures that are logged already.
    """

    def __init__(self) -> None:
        self.due: deque[Item] = deque()
        self.held: set[str] = set()
        self.unwritten: deque[tuple[str, Act]] = deque()
        self.failed_in_a_row = 0
        self.paused_until = 0.0
        self.fails = False
        self.stuck = False
        self.task: asyncio.Task[None] | None = None


class Outbox:
    """Delivers due items. ``reasons`` gives the texts; ``adapters`` maps each system to its adapter.

    A message of an exercise goes to ``participants`` only, and says in its text that it is one.
    """

    def __init__(
        self, ledger: Ledger, store: Store, adapters: Mapping[str, Adapter], *, reasons: Reasons,
        clock: Callable[[], float], participants: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self._participants = participants
        self._ledger = ledger
        self._store = store
        self._adapters = adapters
        self._reasons = reasons
        self._clock = clock
        self._tries: dict[str, _Try] = {}
        self._written: set[str] = set()
        self._queues: dict[str, _SystemQueue] = {}
        # One thread per system: no system waits for another's response.
        self._threads = ThreadPoolExecutor(max(1, len(adapters)), thread_name_prefix="outbox")

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that have an adapter, sorted."""
        return tuple(sorted(self._adapters))

    @property
    def participants(self) -> tuple[str, ...]:
        """The systems that take part in exercises, sorted."""
        return tuple(sorted(self._participants & self._adapters.keys()))

    @property
    def _waiting(self) -> Mapping[str, Item]:
        return self._store.state.ledger.outbox

    async def step(self) -> None:
        """Give each system's queue the items that are due now and start its task; wait for none of them."""
        now, waiting = self._clock(), self._waiting
        self._tries = {key: one for key, one in self._tries.items() if key in waiting}
        self._written &= waiting.keys()
        due: dict[str, list[Item]] = {}
        for item in waiting.values():
            if item.not_before <= now and item.id not in self._written:
                due.setdefault(item.to, []).append(item)
        for system in due.keys() - self._queues.keys():
            self._queues[system] = _SystemQueue()
        for system, queue in self._queues.items():
            queue.due, queue.held = deque(_urgent_first(due.get(system, ()))), set()
            if (queue.due or queue.unwritten) and (queue.task is None or queue.task.done()):
                queue.task = asyncio.create_task(self._work(system, queue))

    async def settled(self) -> None:
        """Wait until every running delivery task has ended."""
        await asyncio.gather(*(queue.task for queue in self._queues.values() if queue.task))

    async def close(self) -> None:
        """Stop all deliveries. The next engine repeats those in progress under the same id."""
        tasks = [queue.task for queue in self._queues.values() if queue.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _work(self, system: str, queue: _SystemQueue) -> None:
        """Deliver the due items of one system; log its failure once and its recovery once."""
        try:
            await self._flush(queue)
            if system in self._adapters:
                await self._deliver_all(queue)
            else:
                await self._keep(system, queue)
        except (LedgerUnavailable, RedisError, OSError) as error:
            if not queue.stuck:
                log.warning("outbox_waits", system=system, reason=str(error))
            queue.stuck = True
        except Exception as error:  # boundary of a system: the other systems' queues continue
            if not queue.stuck:
                log.error("outbox_stuck", system=system, exc_info=error)
            queue.stuck = True
        else:
            if queue.stuck:
                log.info("outbox_goes_on", system=system)
            queue.stuck = False

    async def _deliver_all(self, queue: _SystemQueue) -> None:
        while queue.due and queue.paused_until <= self._clock():
            item = queue.due.popleft()
            if item.case in queue.held or not self._is_waiting(item):
                continue
            tried = self._tries.setdefault(item.id, _Try(item.tries))
            if tried.next_at > self._clock() or not await self._deliver(item, tried, queue):
                queue.held.add(item.case)  # a system receives the items of a case in order

    def _is_waiting(self, item: Item) -> bool:
        return item.id in self._waiting and item.id not in self._written

    async def _deliver(self, item: Item, tried: _Try, queue: _SystemQueue) -> bool:
        """Send one item and write the outcome; return False when it must be tried again."""
        if item.is_exercise and item.to not in self._participants:  # the setting changed meanwhile
            data = {"reason": "no participant of exercises", "tries": tried.count, "what": item.text}
            await self._write(queue, item, "OutboxFailed", data)
            return True
        adapter, loop = self._adapters[item.to], asyncio.get_running_loop()
        try:
            status = await loop.run_in_executor(self._threads, adapter.deliver, self._delivery(item))
        except NotDelivered as error:
            return await self._failed(item, tried, queue, error)
        except Exception as error:  # boundary of an adapter: the other systems' queues continue
            log.error("adapter_failed", system=item.to, exc_info=error)
            return await self._failed(item, tried, queue, NotDelivered(type(error).__name__, again=True))
        queue.failed_in_a_row = 0
        if queue.fails:
            queue.fails = False
            log.info("outbox_delivers_again", system=item.to)
        data = {"what": item.text, "adapter": adapter.kind, "status": status}
        await self._write(queue, item, "OutboxDelivered", data)
        return True

    async def _failed(self, item: Item, tried: _Try, queue: _SystemQueue, error: NotDelivered) -> bool:
        now = self._clock()
        tried.count += 1
        if not queue.fails:
            queue.fails = True
            log.warning("outbox_fails", system=item.to, item=item.id, reason=str(error))
        data = {"reason": str(error)[:200], "tries": tried.count}
        if error.again and not self._is_waiting(item):  # undone meanwhile, but it may have arrived
            await self._write(queue, item, "OutboxFailed", {**data, "what": item.text})
            return True
        if error.again:
            queue.failed_in_a_row += 1
            if queue.failed_in_a_row >= IN_A_ROW:
                pauses = queue.failed_in_a_row - IN_A_ROW + 1
                queue.paused_until = now + _pause(pauses, LONGEST_SYSTEM_PAUSE_S)
        else:
            queue.failed_in_a_row = 0  # the system responded
        if error.again and now - item.not_before < GIVE_UP_S:
            tried.next_at = now + _pause(tried.count, LONGEST_PAUSE_S)
            if tried.count == 1:
                await self._write(queue, item, "OutboxDelayed", data, ends=False)
            return False
        await self._write(queue, item, "OutboxFailed", data)
        return True

    async def _keep(self, system: str, queue: _SystemQueue) -> None:
        """Record the items of a system without an adapter as kept: they were not sent."""
        if not queue.fails:
            queue.fails = True
            log.info("outbox_without_adapter", system=system)
        items = [item for item in queue.due if self._is_waiting(item)]
        data = {"adapter": "", "status": KEPT}
        await self._ledger.append([_act(item, "OutboxDelivered", data) for item in items])
        self._written.update(item.id for item in items)

    async def _write(
        self, queue: _SystemQueue, item: Item, kind: str, data: dict[str, Any], *, ends: bool = True
    ) -> None:
        """Write the outcome of an item. If that fails, keep the act, so that the item is not sent again."""
        act = _act(item, kind, data, "" if ends else ":delayed")
        queue.unwritten.append((item.id if ends else "", act))
        await self._flush(queue)

    async def _flush(self, queue: _SystemQueue) -> None:
        while queue.unwritten:
            name, act = queue.unwritten[0]
            await self._ledger.append([act])
            self._written.add(name)
            queue.unwritten.popleft()

    def _delivery(self, item: Item) -> Delivery:
        """Return the content of an item's delivery: the same at every attempt."""
        names = {**item.names, "exercise": "1"} if item.is_exercise else item.names
        mark = self._reasons.fill("outbox.exercise", {}) if item.is_exercise else ""
        a_class = f"{names.get('kind', '')}:{names.get('code', '')}"
        return Delivery(
            id=item.id, system=item.to, kind=item.kind, case=names.get("no") or item.case,
            number=names.get("external", ""), state=names.get("state", ""),
            text=mark + self._reasons.fill(item.text, names | {"a_class": a_class}),
            at=datetime.fromtimestamp(item.at or item.not_before, UTC).isoformat(timespec="seconds"),
            names=names, recall_of=item.recall_of,
        )  # fmt: skip


def _urgent_first(items: Iterable[Item]) -> list[Item]:
    """Return the items of cases with an urgent item first; the order within a case stays."""
    listed = list(items)
    first = {item.case for item in listed if item.not_before <= item.at}
    return sorted(listed, key=lambda item: item.case not in first)


def _pause(times: int, longest_s: float) -> float:
    return min(FIRST_PAUSE_S * 2.0 ** min(times - 1, 20), longest_s)


def _act(item: Item, kind: str, data: dict[str, Any], step: str = "") -> Act:
    whole = {"item": item.id, "to": item.to, "kind": item.kind, **data}
    subject = item.subject or f"case:{item.case}"
    return Act(f"outbox:{item.id}{step}", (body_of(kind, subject, ACTOR, whole, role="system"),))


def read_adapters(data_dir: Path) -> dict[str, Adapter]:
    """Return the adapters of the table ``outbox`` in the data dir's city.toml. Raises ValueError, OSError."""
    try:
        return build_adapters(_table(data_dir), data_dir)
    except ValueError as error:
        message = f"{data_dir / 'city.toml'}: {error}"
        raise ValueError(message) from error


def read_participants(data_dir: Path) -> frozenset[str]:
    """Return the systems of the same table that take part in exercises. Raises ValueError, OSError."""
    return exercise_systems(_table(data_dir))


def _table(data_dir: Path) -> dict[str, Any]:
    path = data_dir / "city.toml"
    if not path.exists():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("outbox", {})
    if not isinstance(table, dict) or not all(isinstance(one, dict) for one in table.values()):
        message = "outbox: expected tables [outbox.<system>]"
        raise ValueError(message)
    return table
