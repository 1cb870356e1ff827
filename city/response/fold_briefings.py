"""Folding visiting briefings (``briefing:hall``): started, ended and why."""

from collections.abc import Callable
from typing import Final

from city.clocks.timestamps import iso
from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import moment, text, whole
from city.state.briefing_records import ENDINGS, Briefing
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Signed
from city.state.response_records import LEVELS
from city.state.subject_marks import mark_fact

__all__ = ["BRIEFINGS"]


def _started(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, id_ = fact.data, fact.subject.removeprefix("briefing:")
    briefing = Briefing(
        id_, text(data, "visit"), text(data, "lang"), state.clock.at(fact.recorded_at),
        moment(data, "ends_at"), _signed(state, fact),
    )  # fmt: skip
    mark_fact(briefing, fact)
    state.briefings[id_] = briefing
    # Everybody in the hall can read the log on the wall: no name of the visit.
    note(state, fact, "log.briefing_started", until=iso(briefing.ends_at))
    return ("briefings", "duty", "log")


def _ended(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data = fact.data
    briefing, why, rank = state.briefings[fact.subject.removeprefix("briefing:")], data["why"], 0
    if why not in ENDINGS:
        raise ValueError(f"why: expected one of {', '.join(ENDINGS)}")
    names = {}
    if why == "level":
        rank = whole(data, "rank")
        names["level"] = LEVELS[rank]
    briefing.ended_at, briefing.why, briefing.rank = state.clock.at(fact.recorded_at), why, rank
    briefing.ended = _signed(state, fact)
    mark_fact(briefing, fact)
    note(state, fact, f"log.briefing_ended.{why}", **names)
    return ("briefings", "duty", "log")


def _signed(state: LedgerState, fact: Fact) -> Signed:
    return Signed(fact.actor, text(fact.data, "name"), fact.role, state.clock.at(fact.recorded_at))


BRIEFINGS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "BriefingStarted": _started,
    "BriefingEnded": _ended,
}
"""Fact type → function that applies it to the state."""
