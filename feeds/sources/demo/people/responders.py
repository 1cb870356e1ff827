"""The responders: plan the next act for every open case of our own and send it when it is due.

They use the ledger's state only. An act is sent at its planned city time. After an act of a real user they
wait until it can no longer be undone.
"""

import heapq
import math
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog

from city.dispatch.tables.categories import Category
from city.state.ledger_state import Case, LedgerState
from feeds.clients.commander import Answer
from feeds.sources.demo.cases.fate import Fate
from feeds.sources.demo.cases.tracks import fate_of
from feeds.sources.demo.people.act import Act, Look
from feeds.sources.demo.people.acts import next_act
from feeds.sources.demo.people.nearby_reports import NearbyReports
from feeds.sources.demo.people.people import People

__all__ = ["Order", "Responders"]

log = structlog.get_logger(__name__)

UNDER_WAY: Final = 16
"""Largest number of commands waiting for answers."""
PERSON_S: Final = 25.0
"""Machine seconds without acts after an act of a real user: longer than the undo time."""
_FOLD_S: Final = 10.0
_OVER_S: Final = 2 * 86_400.0
_FIRST_RETRY_S, _LONGEST_RETRY_S = 20.0, 300.0
_NOBODY: Final = frozenset({"engine", "system", "client", ""})


class Order(msgspec.Struct, frozen=True):
    """An act on a case, with the version at which it was decided."""

    key: str
    version: int
    act: Act

    @property
    def subject(self) -> str:
        """Return the subject of its command."""
        return f"case:{self.key}"


class _Watched(msgspec.Struct):
    version: int
    category: Category
    fate: Fate
    tries: int = 0


class Responders:
    """Plans and sends acts; call ``update`` after every fold, ``due`` when time has passed."""

    def __init__(self, people: People, categories: Mapping[str, Category], *, seed: int) -> None:
        self.counts: dict[str, int] = {}
        self._people = people
        self._ours = frozenset(actor.account for actor in people.actors)
        self._categories = categories
        self._by_name = {category.name_zh: category for category in categories.values()}
        self._seed = seed
        self._reset()

    def _reset(self) -> None:
        self._position = 0
        self._watched: dict[str, _Watched] = {}
        self._plans: list[tuple[float, str, int]] = []
        self._given: set[str] = set()
        self._nearby = NearbyReports()

    @property
    def busy(self) -> bool:
        """Whether commands are waiting for their answers."""
        return bool(self._given)

    @property
    def next_at(self) -> float:
        """Return the city time of the next planned act, infinite when there is none."""
        return self._plans[0][0] if self._plans else math.inf

    def update(self, ledger: LedgerState, machine: float) -> None:
        """Plan again for every case that has changed since the last call."""
        if ledger.position < self._position:
            self._reset()
        if ledger.position == self._position:
            return
        self._people.duty_is_kept = bool(ledger.shift)
        before, self._position = self._position, ledger.position
        now = ledger.clock.at(machine)
        for case in ledger.changed_since(before):
            watched = self._watched.get(case.key) or self._watch(case, now)
            if watched is not None and case.file.version != watched.version:
                watched.version, watched.tries = case.file.version, 0
                self._nearby.update(case)
                self._given.discard(case.key)
                self._plan(ledger, case.key, now)

    def _watch(self, case: Case, now: float) -> "_Watched | None":
        """Start to watch a case of our own; None when it is not handled here."""
        category = self._category(case)
        if category is None or not case.file.own or not (case.is_open or _is_fresh(case, now)):
            return None
        no = case.external[0][1] if case.external else case.key
        watched = _Watched(-1, category, fate_of(self._seed, no, case.at, category))
        self._watched[case.key] = watched
        return watched

    def due(self, ledger: LedgerState, machine: float) -> list[Order]:
        """Return the orders to send now; pass each answer to ``answered``."""
        now = ledger.clock.at(machine)
        orders: list[Order] = []
        while self._plans and self._plans[0][0] <= now and len(self._given) < UNDER_WAY:
            _, key, version = heapq.heappop(self._plans)
            watched = self._watched.get(key)
            if watched is None or watched.version != version or key in self._given:
                continue
            rest = _blocked_until(ledger.cases[key], self._ours)
            act = next_act(self._look(ledger, key, now))
            if machine < rest:
                self._push(ledger.clock.at(rest), key, version)
            elif act is not None and act.at > now:
                self._push(act.at, key, version)
            elif act is not None:
                self._given.add(key)
                orders.append(Order(key, version, act))
        return orders

    def answered(self, order: Order, answer: Answer | None, ledger: LedgerState, machine: float) -> None:
        """Process an answer (None: there is none); an act that was not done is tried later."""
        self._given.discard(order.key)
        watched = self._watched.get(order.key)
        verb = order.act.verb
        done = answer is not None and answer.done is not None
        name = verb if done else f"{verb} refused"
        self.counts[name] = self.counts.get(name, 0) + 1
        if watched is None or watched.version != order.version:
            return
        code = answer.refused.code if answer is not None and answer.refused is not None else "unanswered"
        delay = _FOLD_S
        if not done and code != "conflict":
            delay = min(_FIRST_RETRY_S * 2**watched.tries, _LONGEST_RETRY_S)
            reason = answer.refused.reason if answer is not None and answer.refused is not None else ""
            log.info(
                "act_refused", verb=verb, case=order.key, account=order.act.account, code=code, reason=reason
            )
        watched.tries += 1
        self._push(ledger.clock.at(machine + delay), order.key, order.version)

    def _plan(self, ledger: LedgerState, key: str, now: float) -> None:
        case = ledger.cases[key]
        act = next_act(self._look(ledger, key, now))
        if act is not None:
            self._push(act.at, key, case.file.version)
        elif not case.is_open:
            del self._watched[key]

    def _push(self, at: float, key: str, version: int) -> None:
        heapq.heappush(self._plans, (at, key, version))

    def _look(self, ledger: LedgerState, key: str, now: float) -> Look:
        case, watched = ledger.cases[key], self._watched[key]
        twin = self._nearby.oldest(case, ledger.cases) if case.state == "reported" else ""
        return Look(case, watched.category, watched.fate, self._people, now, twin)

    def _category(self, case: Case) -> Category | None:
        """Return the class of a case by its code, or by its label when the code is unknown."""
        return self._categories.get(f"{case.kind}:{case.code}") or self._by_name.get(case.label)


def _is_fresh(case: Case, now: float) -> bool:
    """Whether a closed case is recent enough for a call-back."""
    return case.file.closed_at is not None and now - case.file.closed_at < _OVER_S


def _blocked_until(case: Case, ours: frozenset[str]) -> float:
    """Return the machine time until which a case gets no acts, because a real user has just acted on it."""
    last = case.file.last
    if last is None or last.actor in ours or last.actor.partition(":")[0] in _NOBODY:
        return 0.0
    return last.recorded_at + PERSON_S
