"""Folding facts of incidents."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import maybe_moment, text, texts
from city.linkage.fold_common import next_serial, signed_of, site_of
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Incident
from city.state.subject_marks import mark_fact

__all__ = ["INCIDENTS"]


def _opened(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, id_ = fact.data, fact.subject.removeprefix("incident:")
    day = text(data, "day")
    signed = signed_of(state, fact)
    incident = Incident(
        id=id_, no=f"{day}-{next_serial(state, f'incident:{day}'):03d}", incident_class=text(data, "class"),
        kind=text(data, "kind"), title=text(data, "title"), grade=text(data, "grade"), place=site_of(data),
        opened=signed, source=text(data, "source"), state=text(data, "state"), since=signed.at,
        confirm_by=maybe_moment(data, "confirm_by"), cases=texts(data, "cases"),
        report_by=maybe_moment(data, "report_by"), report_next=text(data, "report_next"),
    )  # fmt: skip
    if incident.state != "signal":
        incident.confirmed = signed
    mark_fact(incident, fact)
    state.incidents[id_] = incident
    for key in incident.cases:
        case = state.cases.get(key)
        if case is not None:
            case.file = msgspec.structs.replace(case.file, incident=id_)
            state.put_case(case, fact.position)
    note(
        state, fact, "log.incident", incident=id_, incident_kind=incident.kind, road=incident.place.road,
        street=incident.place.street,
    )  # fmt: skip
    return ("incidents", "log", *(("cases",) if incident.cases else ()))


INCIDENTS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {"IncidentOpened": _opened}
"""Fact type → its fold."""
