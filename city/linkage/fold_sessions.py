"""Folding facts of joint sessions (联席会商)."""

from typing import Final

import msgspec

from city.facts.fact import Fact
from city.facts.field_readers import text, texts
from city.linkage.fold_common import Fold, on_incident, say_incident, signed_of
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Decided, Incident, JointSession

__all__ = ["SESSIONS"]


def _opened(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    no = f"{incident.no}-L{len(incident.sessions) + 1}"
    session = JointSession(no, signed_of(state, fact), texts(fact.data, "agencies"))
    incident.sessions = (*incident.sessions, session)
    return say_incident(state, fact, incident, "log.session_opened")


def _line_added(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    data = fact.data
    line = Decided(text(data, "text"), text(data, "agency"), text(data, "task"), signed_of(state, fact))
    *before, session = incident.sessions
    incident.sessions = (*before, msgspec.structs.replace(session, lines=(*session.lines, line)))
    return ()


def _closed(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    *before, session = incident.sessions
    closed = msgspec.structs.replace(
        session, closed=signed_of(state, fact), closed_reason=text(fact.data, "reason")
    )
    incident.sessions = (*before, closed)
    return say_incident(state, fact, incident, "log.session_closed", lines=str(len(session.lines)))


SESSIONS: Final[dict[str, Fold]] = {
    "SessionOpened": on_incident(_opened, moves=False),
    "SessionLineAdded": on_incident(_line_added, moves=False),
    "SessionClosed": on_incident(_closed, moves=False),
}
"""Fact type → its fold."""
