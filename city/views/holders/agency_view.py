"""The view of one agency: the common part, its linkage tasks with their incidents, and its own cases."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from city.linkage.presence import fallback_of
from city.response.response_ids import ResponseId
from city.state.ledger_state import CityState, LedgerState
from city.state.linkage_records import TASK_OVER, Task
from city.views.holders.agency_seen import AgencySeen, OwnClosureSeen, OwnTaskSeen, SessionLineSeen
from city.views.holders.own_cases import OwnCases
from city.views.holders.own_notices import OwnNotices
from city.views.holders.own_reports import OwnReports
from city.views.linkage_seen import LinkageSeen, TaskSeen, UnitOnTask
from city.views.linkage_view import LinkageView
from city.views.page_view import PageView
from city.views.response.response_seen import ResponseNow
from city.views.response.response_view import proposals_seen, response_of

__all__ = ["AgencyView"]

UNANSWERED: Final = ("issued", "delivered")
CLOSURE_VERBS: Final = {
    "closing": "confirm_closure", "closed": "agree_reopening", "reopening": "agree_reopening",
}  # fmt: skip
RESPONSE: Final = "response"
METRES: Final = 100
"""Distances of units are rounded to this: a page is not told each metre."""


class AgencyView:
    """Builds the view of every agency's channel. What they have in common is built once per look."""

    def __init__(self, page: PageView, cases: OwnCases | None = None) -> None:
        self._page = page
        self._linkage = LinkageView(page.rules)  # without typed text: most of it is of other agencies
        self._cases = cases or (OwnCases(page.rules) if page.rules is not None else None)
        self._notices = OwnNotices()
        self._by_agency: tuple[LinkageSeen | None, dict[str, list[TaskSeen]]] = (None, {})
        self._reports = OwnReports(page.rules) if page.rules is not None else None
        self._units: dict[str, UnitOnTask] = {}
        self._units_of: tuple[LedgerState, float] | None = None

    def see(self, state: CityState, now: float, code: str) -> AgencySeen:
        """Return what an agency or street may see at machine time ``now``; ``code`` is its scope."""
        seen = self._page.see(state, now)
        fields: dict[str, Any] = {name: getattr(seen, name) for name in seen.__struct_fields__}
        if self._page.rules is not None and code in self._page.rules.streets:
            fields["response"] = response_of(seen.response, code, self._page.rules.streets)
        linkage, city_now = self._linkage.see(state, now), state.ledger.clock.at(now)
        theirs = self._tasks_of(linkage).get(code, [])
        named = {task.incident for task in theirs}
        # A response has a task for every agency and street: the matrix of all of them is the centre's.
        shown = {id_ for id_ in named if state.ledger.incidents[id_].kind != RESPONSE}
        units = self._committed(state, now)
        own = sorted((self._own(state.ledger, task, units.get(task.id)) for task in theirs), key=_acts_last)
        first = {one.task.incident: place for place, one in reversed(list(enumerate(own)))}
        return AgencySeen(
            **fields,
            code=code,
            own=tuple(own),
            tasks=tuple(_plain(task) for task in linkage.tasks if task.incident in shown),
            incidents=tuple(
                sorted((one for one in linkage.incidents if one.id in shown), key=lambda one: first[one.id])
            ),
            lines=_lines(state.ledger, sorted(named), code),
            closures=_closures(state.ledger, linkage, code),
            cases=self._cases.see(state.ledger, code, city_now) if self._cases else (),
            records=self._cases.records(state.ledger, code, city_now) if self._cases else (),
            reports=self._reports.see(state, code) if self._reports else None,
            notices=self._notices.see(state, code),
            **self._levels(state.ledger, code, city_now),
        )

    def _levels(self, ledger: LedgerState, code: str, city_now: float) -> dict[str, Any]:
        """Return what the flood office sees of levels; nothing for others."""
        rules = self._page.rules
        if rules is None or code != rules.response.numbers.flood_office:
            return {}
        own = ledger.responses.get(of := ResponseId(rules.district, "flood_typhoon").id)
        return {
            "level": ResponseNow(of, own.rank, own.version) if own is not None else ResponseNow(of),
            "proposals": tuple(
                one
                for one in proposals_seen(ledger, rules, city_now)
                if any("flood_office" in need.approvers for need in one.needs)
            ),
        }

    def _tasks_of(self, linkage: LinkageSeen) -> dict[str, list[TaskSeen]]:
        """Return the tasks of each agency; sorted once for all of them."""
        if self._by_agency[0] is not linkage:
            found: dict[str, list[TaskSeen]] = {}
            for task in linkage.tasks:
                found.setdefault(task.agency, []).append(task)
            self._by_agency = (linkage, found)
        return self._by_agency[1]

    def committed(self, state: CityState, now: float, code: str) -> tuple[UnitOnTask, ...]:
        """Return the units that have set out for the open tasks of an agency."""
        tasks = state.ledger.tasks
        return tuple(one for id_, one in self._committed(state, now).items() if tasks[id_].agency == code)

    def _committed(self, state: CityState, now: float) -> dict[str, UnitOnTask]:
        if self._units_of is None or self._units_of[0] is not state.ledger or self._units_of[1] != now:
            self._units = {unit.task: unit for unit in self._linkage.committed(state, now)}
            self._units_of = (state.ledger, now)
        return self._units

    def _own(self, ledger: LedgerState, seen: TaskSeen, unit: UnitOnTask | None) -> OwnTaskSeen:
        task = ledger.tasks[seen.id]
        known = unit is not None and unit.metres == unit.metres
        over = task.over if task.over is not None else task.verified
        return OwnTaskSeen(
            seen, task.text, "" if task.ordered.role == "system" else task.ordered.name, task.ordered.role,
            task.place.road, task.place.street, task.place.lon, task.place.lat, task.evidence, task.verifier,
            fallback_next=self._fallback(task),
            metres=METRES * round(unit.metres / METRES) if unit is not None and known else None,
            unit_as_of=unit.as_of if unit is not None else None,
            why_names=task.why_names, over_by=over.name if over else "", over_at=over.at if over else None,
            over_reason=task.over_reason, photos=task.result.photos,
        )  # fmt: skip

    def _fallback(self, task: Task) -> str:
        """Return who gets a task that is not acknowledged, '' when nobody does or it was given away."""
        rules, is_waiting = self._page.rules, task.state in UNANSWERED and not task.fallback
        return fallback_of(task.agency, rules, task.template) if rules is not None and is_waiting else ""


def _acts_last(own: OwnTaskSeen) -> int:
    """Return where a task stands: the agency has something to do, waits for the verification, nothing."""
    return 2 if own.task.state in TASK_OVER else 1 if own.task.state == "done" else 0


def _plain(task: TaskSeen) -> TaskSeen:
    """Return a task of the matrix without what only its own agency and the centre need."""
    return msgspec.structs.replace(task, text="", unit="", call_sign="", verbs=(), targets=(), version=0)


def _lines(ledger: LedgerState, incidents: Iterable[str], code: str) -> tuple[SessionLineSeen, ...]:
    """Return the decisions for an agency, the newest first."""
    found = []
    for id_ in incidents:
        for session in ledger.incidents[id_].sessions:
            found += [
                SessionLineSeen(f"{id_}.{session.no}.{place}", id_, line.text, line.signed.at, line.task)
                for place, line in enumerate(session.lines)
                if line.agency == code
            ]
    return tuple(sorted(found, key=lambda line: -line.at))


def _closures(ledger: LedgerState, linkage: LinkageSeen, code: str) -> tuple[OwnClosureSeen, ...]:
    """Return the closures of which an agency is a party, with what it may do about them."""
    found = []
    for seen in linkage.closures:
        closure = ledger.closures[seen.device]
        if code not in closure.parties or seen.state not in CLOSURE_VERBS:
            continue
        verb = "" if code in closure.reopen_asked else CLOSURE_VERBS[seen.state]
        found.append(OwnClosureSeen(seen, closure.version, len(closure.reopen_asked), verb))
    return tuple(found)
