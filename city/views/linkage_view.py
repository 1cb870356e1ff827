"""Builds what screens see of emergency linkage: once per look, and anew only when something changed.

A task's level (near its limit, over it) changes with the clock: the view knows when the next one changes.
"""

from typing import Any, Final

import numpy as np

from city.clocks.freshness import UNIT_STALE_S, measured_as_of
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.response_rules import CENTRE
from city.dispatch.tables.task_templates import LinkageNumbers
from city.linkage.pairs import is_second_of_pair, other_of_pair
from city.places.distance import metres_to_points
from city.places.road_names import roads_in
from city.state.ledger_state import CityState, LedgerState
from city.state.linkage_records import Closure, Incident, Task
from city.state.row_keys import row_key_of
from city.views.case_view import public_label, public_road
from city.views.linkage_seen import (
    LEVELS,
    Clock,
    ClosureSeen,
    Counts,
    IncidentSeen,
    LinkageSeen,
    TaskSeen,
    UnitOnTask,
)

__all__ = ["LinkageView", "clock_of", "level_of"]

UNANSWERED: Final = ("issued", "delivered")
CALLED: Final = ("remind_task", "reassign_task", "cancel_task")
ASKED: Final = (*UNANSWERED, "acknowledged", "set_out", "arrived")
SECOND: Final = ("assist_task", "cancel_task")
"""What is asked, and in which states, when the other agency of a pair arrived first."""
VERBS: Final = {
    "issued": CALLED, "delivered": CALLED, "acknowledged": CALLED, "set_out": CALLED, "arrived": CALLED,
    "done": ("verify_task", "cancel_task"), "declined": ("reassign_task",),
}  # fmt: skip
"""Task state → the verbs that a desk offers, the first ones first."""


CENTRES: Final = {
    "issued": ("acknowledge_task",), "delivered": ("acknowledge_task",), "acknowledged": ("finish_task",),
}  # fmt: skip
"""State of one of the centre's own tasks → the verbs that come before those of every task."""

CLOSURE_VERBS: Final = {"suggested": "close_underpass", "closed": "agree_reopening"}
"""State of an underpass → the verb that a desk offers; from the first agreement on the parties have it."""


class LinkageView:
    """Keeps the view of one channel; ``full`` includes typed text, which no wall may show."""

    def __init__(self, rules: DecisionRules | None, *, full: bool = False) -> None:
        self._rules, self._full = rules, full
        self._numbers = rules.linkage.numbers if rules else LinkageNumbers()
        self._ledger: LedgerState | None = None
        self._made: tuple[object, ...] = ()
        self._since, self._until = 0.0, 0.0
        self._seen = LinkageSeen()
        self._tasks: dict[str, tuple[Task, Task | None, Task | None, TaskSeen]] = {}

    def see(self, state: CityState, now: float) -> LinkageSeen:
        """Return the incidents, tasks and closures at machine time ``now``."""
        ledger = state.ledger
        city = ledger.clock.at(now)
        made = (state.revision("incidents", "tasks", "closures", "registry"), ledger.clock)
        is_same = ledger is self._ledger and made == self._made
        if not is_same or not self._since <= city < self._until:
            self._ledger, self._made, self._since = ledger, made, city
            self._seen = self._build(ledger, city)
            self._until = min((at for task in self._seen.tasks for at in self._changes(task, city)),
                              default=float("inf"))  # fmt: skip
        return self._seen

    def committed(self, state: CityState, now: float) -> tuple[UnitOnTask, ...]:
        """Return the units that have set out for open tasks, at machine time ``now``."""
        units, clock = state.measured.units, state.ledger.clock
        found = []
        for task in self._seen.tasks:
            row = units.find(task.unit) if task.unit and task.set_out_at is not None else None
            place = state.ledger.tasks[task.id].place if row is not None else None
            if row is None or place is None or task.done_at is not None:
                continue
            only = slice(row, row + 1)
            (as_of,) = measured_as_of(units.column("at")[only], units.column("received")[only], clock)
            lon, lat = units.column("lon")[only], units.column("lat")[only]
            (metres,) = metres_to_points(place.lon, place.lat, lon, lat)
            known = np.isfinite(metres)
            found.append(UnitOnTask(
                task.id, task.incident, task.call_sign, float(lon[0]), float(lat[0]), place.lon, place.lat,
                float(metres) if known else float("nan"), float(as_of),
                lost=not now - as_of <= UNIT_STALE_S, is_there=task.arrived_at is not None,
            ))  # fmt: skip
        return tuple(found)

    def _changes(self, task: TaskSeen, city: float) -> list[float]:
        """Return the city times at which the task's level changes."""
        if task.clock is None:
            return []
        since, by = task.clock.since, task.clock.by
        moments = (since + (by - since) * self._numbers.amber_share, np.nextafter(by, np.inf))
        return [float(at) for at in moments if at > city]

    def _build(self, ledger: LedgerState, city: float) -> LinkageSeen:
        by_incident: dict[str, list[TaskSeen]] = {
            one.id: [] for one in ledger.incidents.values() if one.is_open
        }
        for task in ledger.tasks.values():
            if task.incident in by_incident:
                by_incident[task.incident].append(self._task(ledger, task, city))
        shown = {task.id for tasks in by_incident.values() for task in tasks}
        self._tasks = {id_: kept for id_, kept in self._tasks.items() if id_ in shown}
        for tasks in by_incident.values():
            tasks.sort(key=_order)
        incidents = [self._incident(ledger.incidents[id_], tasks) for id_, tasks in by_incident.items()]
        incidents.sort(key=lambda one: (_worst(one, by_incident[one.id]), one.opened_at, one.id))
        every = sorted((task for tasks in by_incident.values() for task in tasks), key=_order)
        closures = (self._closure(ledger, one) for one in ledger.closures.values() if one.state != "open")
        return LinkageSeen(tuple(incidents), tuple(every), tuple(closures))

    def _task(self, ledger: LedgerState, task: Task, city: float) -> TaskSeen:
        instead = ledger.tasks.get(task.fallback)
        first = other_of_pair(ledger, task) if task.assists or is_second_of_pair(ledger, task) else None
        level = level_of(clock_of(task), city, self._numbers)
        waits = task.state == "declined" and instead is None
        if waits or (instead is not None and not instead.is_open):
            level = "near" if waits else ""
        kept = self._tasks.get(task.id)
        # The fold replaces a record that changes, so the same record is unchanged.
        same = kept is not None and kept[0] is task and kept[1] is instead and kept[2] is first
        if kept is None or not same or kept[3].level != level:
            is_over = not task.is_open and not waits
            seen = self._see_task(task, instead, first, level=level, is_over=is_over)
            kept = self._tasks[task.id] = (task, instead, first, seen)
        return kept[3]

    def _see_task(
        self, task: Task, instead: Task | None, first: Task | None, *, level: str, is_over: bool
    ) -> TaskSeen:
        target = self._target(task)
        given: dict[str, Any] = {
            f"{column}_at": signed.at if signed is not None else None
            for column, signed in (
                ("acknowledged", task.acknowledged), ("set_out", task.set_out), ("arrived", task.arrived),
                ("done", task.done), ("verified", task.verified),
            )
        }  # fmt: skip
        other = first.agency if first is not None else ""
        is_asked = bool(other) and not task.assists
        return TaskSeen(
            task.id, task.no, task.incident, task.agency, task.words, task.text if self._full else "",
            task.priority, task.state, task.issued_at, **given,
            ack_by=task.ack_by, arrive_by=task.arrive_by, due_by=task.due_by, verify_by=task.verify_by,
            clock=clock_of(task), level=level, is_over=is_over, mode=task.mode,
            unit=task.unit, call_sign=task.unit_call_sign, reminders=task.reminders, late=task.late,
            fallback=instead.agency if instead is not None else "", why=task.why,
            ahead=other if is_asked else "", assists="" if is_asked else other,
            by_hand=task.arrived_by_hand, version=task.version,
            verbs=_verbs(task, is_asked=is_asked),
            targets=(target,) if target else (), is_exercise=task.is_exercise,
        )  # fmt: skip

    def _target(self, task: Task) -> str:
        """Return who is to do a task if its agency does not: by its template's row, else by the agency."""
        if self._rules is None:
            return ""
        row, agency = self._rules.linkage.row(task.template), self._rules.agencies.get(task.agency)
        return (row.fallback if row else "") or (agency.fallback if agency else "")

    def _incident(self, incident: Incident, tasks: list[TaskSeen]) -> IncidentSeen:
        counts = Counts(
            len(tasks), sum(not task.is_over for task in tasks),
            sum(task.state in UNANSWERED and task.level == "over" for task in tasks),
            sum(task.state == "verified" for task in tasks),
            sum(task.is_over and task.state != "verified" for task in tasks),
        )  # fmt: skip
        place = incident.place
        return IncidentSeen(
            incident.id, incident.no, incident.kind,
            incident.title if self._full else public_label(incident.title, self._rules),
            public_road(place.road, self._rules), place.street, incident.grade, incident.state,
            incident.opened.at, incident.since, tasks[0].level if tasks else "", place.lon, place.lat,
            place.radius_m, counts, tuple(map(row_key_of, incident.cases)), incident.version,
            incident.is_exercise,
        )  # fmt: skip

    def _closure(self, ledger: LedgerState, closure: Closure) -> ClosureSeen:
        told: dict[str, Any] = {
            "depth_cm": closure.depth_cm, "rise_cm_min": closure.rise_cm_min, "version": closure.version,
            "verb": CLOSURE_VERBS.get(closure.state, ""),
        }  # fmt: skip
        device = ledger.devices.get(closure.device)
        if device is None:
            return ClosureSeen(
                closure.device, closure.state, closure.at, "", "", float("nan"), float("nan"), **told
            )
        place = device.place
        road = public_road(place.road, self._rules) or roads_in(device.name)
        return ClosureSeen(
            closure.device, closure.state, closure.at, road, place.street, place.lon, place.lat, **told
        )


def _verbs(task: Task, *, is_asked: bool) -> tuple[str, ...]:
    if is_asked and task.state in ASKED:
        return SECOND
    first = CENTRES.get(task.state, ()) if task.agency == CENTRE else ()
    if task.write_by is not None:  # a spoken order is written down, whatever became of the task
        first = (*first, "write_task_order")
    return (*first, *VERBS.get(task.state, ()))


def clock_of(task: Task) -> Clock | None:
    """Return the limit that a task runs against in its present state, None for none.

    Limits count from the order, that of the verification from when it was done. A task without an arrival
    limit runs against its due time.
    """
    if task.assists and task.state != "done":
        return None
    if task.state in UNANSWERED:
        column, since, by = "acknowledged", task.issued_at, task.ack_by
    elif task.state == "done" and task.done is not None:
        column, since, by = "verified", task.done.at, task.verify_by
    elif task.state in ("acknowledged", "set_out") and task.arrive_by is not None:
        column = "set_out" if task.state == "acknowledged" else "arrived"
        since, by = task.issued_at, task.arrive_by
    elif task.is_open:
        column, since, by = "done", task.issued_at, task.due_by
    else:
        return None
    return None if by is None else Clock(column, since, by)


def level_of(clock: Clock | None, city: float, numbers: LinkageNumbers) -> str:
    """Return ``over`` once a limit has passed, ``near`` from 80 % of it on, else ''."""
    if clock is None:
        return ""
    if city > clock.by:
        return "over"
    return "near" if city - clock.since >= (clock.by - clock.since) * numbers.amber_share else ""


def _order(task: TaskSeen) -> tuple[bool, int, str, float, str]:
    """Return the sort key: not over, level, priority, the nearest limit (of a rest: the order's time), id."""
    at = task.clock.by if task.clock is not None else task.issued_at
    return task.is_over, LEVELS.index(task.level), task.priority, at, task.id


def _worst(incident: IncidentSeen, tasks: list[TaskSeen]) -> tuple[int, str]:
    first = tasks[0].priority if tasks and incident.counts.open else "P9"
    return LEVELS.index(incident.level), first
