"""The outbox: what must leave the system leaves it when its time to undo is over; what was undone does not.

The engine calls :meth:`Outbox.step`. Every delivery carries its item's id as idempotency key: a process that
dies between sending and writing sends again under the same key. Two engines are harmless.
"""

import asyncio
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from city.facts import body_of, read_fact
from city.state import Case, Item, LedgerState
from city.store import Store
from console.reasons import Reasons
from feeds.ledger import Act, Ledger
from feeds.writeback.contract import Adapter, Delivery, NotDelivered
from feeds.writeback.registry import build_adapters

__all__ = ["Outbox", "read_adapters"]

log = structlog.get_logger()

ACTOR: Final = "engine:outbox"
AT_ONCE: Final = 8
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 900.0
GIVE_UP_S: Final = 24 * 3600.0
FOLD_S: Final = 5.0
KEPT: Final = "kept"
"""Status of an item for a system that nobody set up an adapter for: it was told to nobody outside."""


class _Try(msgspec.Struct):
    """How often an item was tried in vain, and when it may be tried again (machine time)."""

    count: int = 0
    next_at: float = 0.0


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
        self._recalls: dict[str, Item] = {}
        self._written: set[str] = set()
        self._without: set[str] = set()
        self._failing: set[str] = set()

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that have an adapter, sorted."""
        return tuple(sorted(self._adapters))

    @property
    def _state(self) -> LedgerState:
        return self._store.state.ledger

    def _waiting(self) -> dict[str, Item]:
        return self._state.outbox | self._recalls

    async def step(self) -> None:
        """Deliver what is due now, several at once, each system's in order. Raises LedgerUnavailable."""
        now = self._clock()
        waiting = self._waiting()
        self._tries = {key: one for key, one in self._tries.items() if key in waiting}
        self._written &= waiting.keys()
        due: dict[str, list[Item]] = {}
        for item in waiting.values():
            if item.not_before <= now and item.id not in self._written:
                due.setdefault(item.to, []).append(item)
        places = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._deliver_all(items, places) for items in due.values()))

    async def _deliver_all(self, items: list[Item], places: asyncio.Semaphore) -> None:
        if items[0].to not in self._adapters:
            await self._keep(items)
            return
        async with places:
            for item in items:
                tried = self._tries.setdefault(item.id, _Try())
                if tried.next_at > self._clock():
                    break  # what is behind waits too: a system hears of a case in order
                if item.id in self._waiting() and not await self._deliver(item, tried):
                    break

    async def _deliver(self, item: Item, tried: _Try) -> bool:
        """Send one item and write what became of it; whether the system took it or never will."""
        adapter = self._adapters[item.to]
        try:
            said = await asyncio.to_thread(adapter.deliver, self._delivery(item))
        except NotDelivered as error:
            return await self._failed(item, tried, error)
        except Exception as error:  # the boundary of an adapter: one that breaks stops nobody else's mail
            log.error("adapter_failed", system=item.to, exc_info=error)
            return await self._failed(item, tried, NotDelivered(type(error).__name__, again=True))
        if item.to in self._failing:
            self._failing.discard(item.to)
            log.info("outbox_delivers_again", system=item.to)
        data = {"item": item.id, "to": item.to, "kind": item.kind, "adapter": adapter.kind, "status": said}
        position = await self._write(item, "OutboxDelivered", data)
        await self._recall_if_undone(item, position)
        return True

    async def _failed(self, item: Item, tried: _Try, error: NotDelivered) -> bool:
        now = self._clock()
        tried.count += 1
        if item.to not in self._failing:
            self._failing.add(item.to)
            log.warning("outbox_fails", system=item.to, item=item.id, reason=str(error))
        if error.again and now - item.not_before < GIVE_UP_S:
            tried.next_at = now + min(FIRST_PAUSE_S * 2 ** (tried.count - 1), LONGEST_PAUSE_S)
            return False
        data = {
            "item": item.id, "to": item.to, "kind": item.kind, "reason": str(error)[:200],
            "tries": tried.count,
        }  # fmt: skip
        await self._write(item, "OutboxFailed", data)
        return True

    async def _keep(self, items: list[Item]) -> None:
        """Say honestly of what has no way out that it stays here."""
        system = items[0].to
        if system not in self._without:
            self._without.add(system)
            log.info("outbox_without_adapter", system=system)
        acts = [
            self._act(one, "OutboxDelivered", {
                "item": one.id, "to": one.to, "kind": one.kind, "adapter": "", "status": KEPT,
            })
            for one in items
        ]  # fmt: skip
        await self._ledger.append(acts)
        self._written.update(one.id for one in items)

    async def _write(self, item: Item, kind: str, data: dict[str, Any]) -> int:
        [answer] = await self._ledger.append([self._act(item, kind, data)])
        self._written.add(item.id)
        self._recalls.pop(item.id, None)
        return int(getattr(answer, "position", 0))

    def _act(self, item: Item, kind: str, data: dict[str, Any]) -> Act:
        return Act(f"outbox:{item.id}", (body_of(kind, f"case:{item.case}", ACTOR, data, role="system"),))

    async def _recall_if_undone(self, item: Item, position: int) -> None:
        """Send a recall of what was undone while it was on its way: the fold took it for unsent."""
        case = self._state.cases.get(item.case)
        if case is None or item.recall_of:
            return
        await self._folded(position)
        between = [at for at in case.file.story if item.position < at < position]
        for row in await self._ledger.at(between):
            fact = read_fact(row.position, row.recorded_at, row.body)
            if fact.type == "ActUndone" and fact.data.get("position") == item.position:
                kind = item.text.partition(".")[2]
                recall = msgspec.structs.replace(
                    item, id=f"{item.id}-r", text=f"outbox.recall.{kind}", recall_of=item.id
                )
                self._recalls[recall.id] = recall
                log.info("outbox_recalls", item=item.id, system=item.to)

    async def _folded(self, position: int) -> None:
        last = self._clock() + FOLD_S
        while self._state.position < position and self._clock() < last:  # noqa: ASYNC110  # the store tells nobody
            await asyncio.sleep(0.01)

    def _delivery(self, item: Item) -> Delivery:
        case = self._state.cases.get(item.case)
        return Delivery(
            id=item.id, system=item.to, kind=item.kind, case=item.names.get("no") or item.case,
            number=item.names.get("external") or _number(case, item.to),
            state=item.names.get("state") or (case.state if case else ""),
            text=self._reasons.fill(item.text, _named(item, case)),
            at=datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds"),
            names=item.names, recall_of=item.recall_of,
        )  # fmt: skip


def _number(case: Case | None, system: str) -> str:
    """Return the number that a system itself gave the case, '' when it gave none."""
    return next((number for name, number in case.external if name == system), "") if case else ""


def _named(item: Item, case: Case | None) -> dict[str, Any]:
    names: dict[str, Any] = dict(item.names)
    if case is not None:
        names |= {"a_class": f"{case.kind}:{case.code}", "road": case.place.road}
    return names


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
