"""The linkage responders: agencies, streets and the centre's stand-ins act on incidents, tasks, detections
and shifts.

They use the ledger's state only; a restart goes on as before. After an act of a real user on an incident or
task they wait until it can no longer be undone.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec
import structlog

from city.commands.duty.planning import planned_now
from city.commands.subjects import find_subject
from city.dispatch.decision_rules import DecisionRules
from city.linkage.pairs import is_second_of_pair, other_of_pair
from city.linkage.presence import fallback_of
from city.state.case_file import LastAct
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Incident, Task
from feeds.clients.commander import Answer
from feeds.sources.demo.feeds.units import Drive, Units
from feeds.sources.demo.people.act import Act
from feeds.sources.demo.people.closure_acts import next_closure_act
from feeds.sources.demo.people.detection_acts import detection_acts
from feeds.sources.demo.people.duty_acts import duty_acts
from feeds.sources.demo.people.incident_acts import IncidentLook, next_incident_act
from feeds.sources.demo.people.openings import next_opening
from feeds.sources.demo.people.people import People
from feeds.sources.demo.people.responders import PERSON_S
from feeds.sources.demo.people.task_acts import TaskLook, next_task_act

__all__ = ["LinkageOrder", "LinkageResponders"]

log = structlog.get_logger(__name__)

_FOLD_S: Final = 5.0
_FIRST_RETRY_S, _LONGEST_RETRY_S = 20.0, 300.0
_NOBODY: Final = frozenset({"engine", "system", "client", ""})
_OVER_S: Final = 1800.0
_FLOOD_S: Final = 2400.0
"""For how long ahead room is kept for the incident of a flood."""
_LOOK_S: Final = 0.5
"""How often all open tasks are looked at, machine seconds."""


_Key = tuple[str, ...]
_WHICH: Final = ("post", "key", "workstation", "side")
"""Arguments by which acts on one subject differ."""


class LinkageOrder(msgspec.Struct, frozen=True):
    """An act on a subject, with the version at which it was decided."""

    subject: str
    version: int
    act: Act

    @property
    def key(self) -> _Key:
        """Return what is tried again later when it is refused, whatever the subject's version is then."""
        args = self.act.args
        return self.subject, self.act.account, self.act.verb, *(str(args.get(name, "")) for name in _WHICH)


class LinkageResponders:
    """Sends the acts that are due.

    ``units`` None: no unit drives. ``floods(since, until)`` returns the floods of underpasses that begin in a
    time (city epoch seconds): room is kept for their incidents.
    """

    def __init__(
        self, people: People, rules: DecisionRules, units: Units | None = None,
        floods: Callable[[float, float], Iterable[object]] = lambda since, until: (),
    ) -> None:  # fmt: skip
        self.counts: dict[str, int] = {}
        self._people = people
        self._ours = frozenset(actor.account for actor in people.actors)
        self._rules = rules
        self._units = units
        self._floods = floods
        self._given: set[str] = set()
        self._rests: dict[_Key, float] = {}
        """What was tried → the machine time of the next try."""
        self._tries: dict[_Key, int] = {}
        self._started: float | None = None
        self._taken: set[str] = set()
        self._answered: set[str] = set()
        """Items of hand-overs that the leads answered here, not a visitor."""
        self._looked_at = -math.inf

    @property
    def busy(self) -> bool:
        """Whether commands are waiting for their answers."""
        return bool(self._given)

    def due(self, ledger: LedgerState, machine: float) -> list[LinkageOrder]:
        """Return the orders to send now; pass each answer to ``answered``."""
        if machine - self._looked_at < _LOOK_S:
            return []
        self._looked_at = machine
        now = ledger.clock.at(machine)
        self._people.duty_is_kept = bool(ledger.shift)
        self._started = now if self._started is None else self._started
        self._taken = {task.unit for task in ledger.tasks.values() if task.is_open and task.unit}
        orders = []
        for subject, version, last, act in self._planned(ledger, now):
            if act.at > now or subject in self._given:
                continue
            order = LinkageOrder(subject, version, act)
            if machine >= max(self._rests.get(order.key, 0.0), _blocked_until(last, self._ours)):
                self._given.add(subject)
                self._taken.add(act.args.get("unit", ""))
                orders.append(order)
        return orders

    def answered(
        self, order: LinkageOrder, answer: Answer | None, ledger: LedgerState, machine: float
    ) -> None:
        """Process an answer (None: there is none); an act that was not done is tried later."""
        self._given.discard(order.subject)
        verb, done = order.act.verb, answer is not None and answer.done is not None
        name = verb if done else f"{verb} refused"
        self.counts[name] = self.counts.get(name, 0) + 1
        why = answer.refused if answer is not None else None
        delay = _FOLD_S
        if done and verb == "answer_item":
            self._answered.add(order.act.args["key"])
        if not done and (why is None or why.code != "conflict"):
            tries = self._tries[order.key] = self._tries.get(order.key, -1) + 1
            delay = min(_FIRST_RETRY_S * 2**tries, _LONGEST_RETRY_S)
            log.info(
                "act_refused", verb=verb, subject=order.subject, account=order.act.account,
                code=why.code if why else "unanswered", reason=why.reason if why else "",
            )  # fmt: skip
        self._rests[order.key] = machine + delay

    def drives(self, ledger: LedgerState, machine: float) -> list[Drive]:
        """Return the drives of units to open tasks, and of those that ended lately."""
        now = ledger.clock.at(machine)
        found = []
        for task in ledger.tasks.values():
            if task.unit and task.set_out is not None:
                leaves = _leaves(task)
                if leaves > now - _OVER_S:
                    found.append(
                        Drive(task.id, task.unit, task.place.lon, task.place.lat, task.set_out.at, leaves)
                    )
        return found

    def _planned(self, ledger: LedgerState, now: float) -> Iterator[tuple[str, int, LastAct | None, Act]]:
        for incident in ledger.incidents.values():
            if not incident.is_open:
                continue
            tasks = tuple(ledger.tasks[id_] for id_ in incident.tasks)
            act = next_incident_act(self._look(incident, tasks, now))
            if act is not None:
                yield f"incident:{incident.id}", incident.version, incident.last, act
            for task in tasks:
                act = next_task_act(self._task(ledger, task, now))
                if act is not None:
                    yield f"task:{task.id}", task.version, task.last, act
        for closure in ledger.closures.values():
            act = next_closure_act(ledger, closure, self._people, now)
            if act is not None:
                yield f"device:{closure.device}", closure.version, closure.last, act
        yield from detection_acts(ledger, self._people, now, self._rules.numbers.near_m)
        planned = planned_now(ledger, self._rules, now)
        for subject, act in duty_acts(ledger, planned, self._people, now, frozenset(self._answered)):
            found = find_subject(ledger, subject)
            yield subject, found.version if found else 0, None, act
        officer, started = self._people.deputy("duty_officer", now), self._started or now
        expected = any(self._floods(now, now + _FLOOD_S))
        opening = next_opening(ledger, self._rules.linkage, officer, now, started, flood=expected)
        if opening is not None:
            yield opening[0], 0, None, opening[1]

    def _look(self, incident: Incident, tasks: tuple[Task, ...], now: float) -> IncidentLook:
        ours = incident.opened.by in self._ours or incident.opened.role == "system"
        return IncidentLook(incident, tasks, self._people, now, ours)

    def _task(self, ledger: LedgerState, task: Task, now: float) -> TaskLook:
        rules = self._rules
        return TaskLook(
            task, rules.linkage.row(task.template) if task.template else None, self._people, now,
            self._find_unit, self._people.deputy("duty_officer", now),
            fallback_of(task.agency, rules, task.template),
            other_of_pair(ledger, task) if is_second_of_pair(ledger, task) else None,
        )  # fmt: skip

    def _find_unit(self, kinds: tuple[str, ...], agency: str, lon: float, lat: float, at: float) -> str:
        if self._units is None:
            return ""
        known = self._rules.agencies.get(agency)
        codes = (agency, *(known.contractors if known else ()))
        owners = [self._people.short(code) for code in codes]
        return self._units.nearest(kinds, owners, lon, lat, at, taken=self._taken)


def _leaves(task: Task) -> float:
    """Return when a task's unit goes home: when the work is done or called off, else infinite."""
    ended = [signed.at for signed in (task.done, task.over) if signed is not None]
    return min(ended) if ended and task.state in ("done", *_ENDED) else math.inf


_ENDED: Final = ("verified", "declined", "cancelled")


def _blocked_until(last: LastAct | None, ours: frozenset[str]) -> float:
    """Return the machine time until which there are no acts, because a real user has just acted."""
    if last is None or last.actor in ours or last.actor.partition(":")[0] in _NOBODY:
        return 0.0
    return last.recorded_at + PERSON_S
