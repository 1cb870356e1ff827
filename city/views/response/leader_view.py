"""Builds the view of the leader's channel, once per look for all leaders; what did not change is kept."""

from typing import Final

import msgspec
import numpy as np

from city.commands.leaders.carrier import response_incident
from city.dispatch.decision_rules import DecisionRules
from city.response.event_span import is_exercise
from city.state.ledger_state import CityState, LedgerState
from city.state.linkage_records import Task
from city.state.response_records import LevelProposal
from city.views.case_view import account_mark
from city.views.linkage_seen import TaskSeen
from city.views.page_view import Kept
from city.views.response.decisions import decision_on_level, is_unruled, other_decisions, ruling_of
from city.views.response.leader_seen import (
    BriefEvent,
    DecisionSeen,
    HandoverItemSeen,
    HandoverSeen,
    LeaderSeen,
    OrderSeen,
)
from city.views.response.response_view import proposals_seen
from city.views.wall_seen import PageSeen, WallSeen
from city.views.wall_view import WallView

__all__ = ["LeaderView"]

ORDERED_BY: Final = ("rotating_leader", "commander", "duty_leader")
ORDERS_SHOWN: Final = 40
EVENTS_SHOWN: Final = 20
NEVER: Final = float("inf")


class LeaderView:
    """Builds the view. ``wall`` builds the wall's view, of which the leader's map shows a part."""

    def __init__(self, wall: WallView) -> None:
        self._wall = wall
        self._rules: DecisionRules | None = wall.rules
        self._kept = Kept()
        self._ledger: LedgerState | None = None
        self._changed = 0
        self._rulings: dict[str, DecisionSeen] = {}

    def see(self, state: CityState, now: float) -> LeaderSeen:
        """Return what the leader's page may see at machine time ``now`` (epoch seconds)."""
        wall, ledger = self._wall.see(state, now), state.ledger
        carrier = response_incident(ledger)
        fields = {name: getattr(wall, name) for name in PageSeen.__struct_fields__}
        return LeaderSeen(
            **fields,
            map=self._map(wall),
            situation=wall.situation,
            decisions=self._decisions(state, ledger.clock.at(now)),
            orders=self._kept.get(
                "orders", (state.revision("tasks"), wall.tasks), lambda: _orders(ledger, wall.tasks)
            ),
            events=self._kept.get("events", state.revision("tasks", "response"), lambda: _events(ledger)),
            carrier=carrier.id if carrier is not None else "",
            handover=self._kept.get(
                "handover", state.revision("leader_handover"), lambda: _handover(ledger)
            ),
        )  # fmt: skip

    def _map(self, wall: WallSeen) -> WallSeen:
        """Return the part of the wall's view that the map draws: of the cases the critical ones alone."""
        critical = self._kept.get(
            "critical", wall.revisions.get("cases", 0),
            lambda: tuple(case for case in wall.cases if case.urgency == "critical"),
        )  # fmt: skip
        none = np.zeros(0)
        return msgspec.structs.replace(
            wall, cases=critical, log=(), cameras=(), shows=(), duplicates={}, duplicate_marks=frozenset(),
            book=None,
            detections_lon=none, detections_lat=none, detections_at=none,
        )  # fmt: skip

    def _decisions(self, state: CityState, city_now: float) -> tuple[DecisionSeen, ...]:
        revision = (
            state.revision("cases", "support", "incidents", "registry", "response"),
            state.ledger is self._ledger,
        )  # fmt: skip
        found: tuple[DecisionSeen, ...] = self._kept.get(
            "decisions", revision, lambda: self._build(state.ledger, city_now)
        )
        return found

    def _build(self, ledger: LedgerState, city_now: float) -> tuple[DecisionSeen, ...]:
        """Return everything that waits, the earliest limit first. Of the cases only changed ones are read."""
        if self._ledger is not ledger:
            self._ledger, self._changed, self._rulings = ledger, 0, {}
        for case in ledger.changed_since(self._changed):
            self._changed = max(self._changed, case.changed)
            if is_unruled(case):
                self._rulings[case.key] = ruling_of(case, self._rules)
            else:
                self._rulings.pop(case.key, None)
        waiting = [
            *self._rulings.values(),
            *self._on_levels(ledger, city_now),
            *other_decisions(ledger, self._rules),
        ]
        return tuple(sorted(waiting, key=lambda one: (NEVER if one.by_at is None else one.by_at, one.key)))

    def _on_levels(self, ledger: LedgerState, city_now: float) -> list[DecisionSeen]:
        if self._rules is None:
            return []
        waiting = []
        for one in proposals_seen(ledger, self._rules, city_now):
            proposal = ledger.responses[one.response].proposal
            waiting.append(decision_on_level(one, tuple(map(account_mark, _counted(proposal)))))
        return waiting


def _counted(proposal: LevelProposal | None) -> list[str]:
    """Return the accounts that have counted: they signed, or recorded a spoken order."""
    if proposal is None:
        return []
    recorded = [proposal.verbal.recorded.by] if proposal.verbal is not None else []
    return [by for by in (*(one.signed.by for one in proposal.approvals), *recorded) if by]


def _orders(ledger: LedgerState, seen: tuple[TaskSeen, ...]) -> tuple[OrderSeen, ...]:
    """Return the tasks that leaders ordered, the newest first; those that are over count, too."""
    levels = {task.id: task.level for task in seen}
    ordered = [task for task in ledger.tasks.values() if task.ordered.role in ORDERED_BY and task.ordered.by]
    ordered = [task for task in ordered if task.mode != "plan"]
    newest = sorted(ordered, key=lambda task: (-task.issued_at, task.id))[:ORDERS_SHOWN]
    return tuple(_order(task, levels.get(task.id, "")) for task in newest)


def _order(task: Task, level: str) -> OrderSeen:
    signed = (task.acknowledged, task.set_out, task.arrived, task.done, task.verified, task.over)
    reached = [task.issued_at, *(one.at for one in signed if one is not None)]
    return OrderSeen(
        task.id, account_mark(task.ordered.by), task.agency, task.words, task.place.street, task.state, level,
        task.issued_at, max(reached), task.due_by, not task.is_open,
        task.version,
    )  # fmt: skip


def _events(ledger: LedgerState) -> tuple[BriefEvent, ...]:
    """Return P1 tasks that nobody acknowledged and who took over, and the levels' changes, newest first."""
    found = []
    for task in ledger.tasks.values():
        if task.priority == "P1" and "ack" in task.overdue and task.ack_by is not None:
            other = ledger.tasks.get(task.fallback)
            found.append(
                BriefEvent("p1_timeout", task.ack_by, task.agency, other.agency if other is not None else "")
            )
    for response in ledger.responses.values():
        drill = is_exercise(response.id)
        found += [
            BriefEvent("level", one.activated_at, rank=one.rank, is_exercise=drill)
            for one in response.activations
        ]
    return tuple(sorted(found, key=lambda one: -one.at)[:EVENTS_SHOWN])


def _handover(ledger: LedgerState) -> HandoverSeen | None:
    if not ledger.leader_handovers:
        return None
    last = list(ledger.leader_handovers.values())[-1]
    items = tuple(
        HandoverItemSeen(one.key, one.kind, one.names, one.answered.name if one.answered else "")
        for one in last.items
    )
    return HandoverSeen(
        last.id, last.drafted.name, account_mark(last.drafted.by), last.drafted.at, items,
        last.outgoing.at if last.outgoing else None, last.incoming.at if last.incoming else None,
        last.incoming.name if last.incoming else "", last.version,
    )  # fmt: skip
