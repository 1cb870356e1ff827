"""Folding relaxations of an emergency (§4.6) and leaders' visits on site (K22)."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.cases.fold_common import account_of
from city.clocks.timestamps import iso
from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import moment, number, text, whole
from city.state.case_file import LastAct
from city.state.hotline_records import Relaxation, Span, Visit
from city.state.ledger_state import LedgerState

__all__ = ["RELAXATIONS"]

VISITS_KEPT_S: Final = 92 * 86_400.0


def _started(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    kind, data = fact.subject.removeprefix("relaxation:"), fact.data
    now, until = state.clock.at(fact.recorded_at), moment(data, "until")
    before = state.relaxations.get(kind)
    span = Span(
        now, until, account_of(fact.actor), text(data, "name"), text(data, "text"),
        rank=whole(data, "rank", 0),
    )  # fmt: skip
    spans = (*before.spans, span) if before else (span,)
    state.relaxations[kind] = Relaxation(kind, whole(data, "version"), spans, _last(fact))
    note(state, fact, f"log.relaxed.{kind}", by=span.name, until=iso(until))
    return ("relaxations", "log")


def _ended(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    kind, now = fact.subject.removeprefix("relaxation:"), state.clock.at(fact.recorded_at)
    before = state.relaxations[kind]
    by = account_of(fact.actor)
    last = msgspec.structs.replace(before.spans[-1], ended_at=now, ended_by=by)
    spans = (*before.spans[:-1], last)
    state.relaxations[kind] = Relaxation(kind, whole(fact.data, "version"), spans, _last(fact))
    note(state, fact, f"log.relaxation_ended.{kind}", by=text(fact.data, "name"))
    return ("relaxations", "log")


def _last(fact: Fact) -> LastAct:
    return LastAct(fact.position, fact.type, fact.actor, text(fact.data, "name"), fact.recorded_at)


def _visited(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, now = fact.data, state.clock.at(fact.recorded_at)
    lon, lat = number(data, "lon"), number(data, "lat")
    if lon is None or lat is None:
        raise ValueError("lon, lat: expected a position")
    street = fact.subject.removeprefix("street:")
    visit = Visit(now, street, lon, lat, account_of(fact.actor), text(data, "text"))
    state.visits = [*(one for one in state.visits if one.at >= now - VISITS_KEPT_S), visit]
    note(state, fact, "log.visited", by=text(data, "name"), street=street)
    return ("visits", "log")


RELAXATIONS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "RelaxationStarted": _started,
    "RelaxationEnded": _ended,
    "LeaderVisited": _visited,
}
"""Fact type → function that applies it to the state."""
