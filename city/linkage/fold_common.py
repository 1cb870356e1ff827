"""Folding facts of linkage: what all of them share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import Data, number, text
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Incident, Signed, Site, Task
from city.state.subject_marks import mark_fact

__all__ = [
    "Fold",
    "day_of",
    "exercise_mark",
    "next_serial",
    "on_incident",
    "say_incident",
    "signed_of",
    "site_of",
]

Fold = Callable[[LedgerState, Fact], tuple[str, ...]]
"""Folds a fact and returns the changed slices."""


def on_incident(
    change: Callable[[LedgerState, Fact, Incident], tuple[str, ...]], *, moves: bool = True
) -> Fold:
    """Return the fold of a fact that changes a copy of its incident, and returns further changed slices."""

    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        incident = msgspec.structs.replace(state.incidents[fact.subject.removeprefix("incident:")])
        touched = change(state, fact, incident)
        mark_fact(incident, fact, moves=moves)
        state.incidents[incident.id] = incident
        return ("incidents", *touched)

    return fold


def say_incident(
    state: LedgerState, fact: Fact, incident: Incident, line: str, **more: str
) -> tuple[str, ...]:
    """Add a line on an incident to the duty log. No typed text and no casualty number goes into it."""
    note(
        state, fact, line, incident=incident.id, incident_kind=incident.kind, incident_no=incident.no,
        road=incident.place.road, street=incident.place.street, **exercise_mark(incident), **more,
    )  # fmt: skip
    return ("log",)


def exercise_mark(record: Incident | Task) -> dict[str, str]:
    """Return the name by which a line of the duty log shows that it belongs to an exercise (演练)."""
    return {"exercise": "1"} if record.is_exercise else {}


def signed_of(state: LedgerState, fact: Fact) -> Signed:
    """Return who made a fact, and the city time."""
    return Signed(fact.actor, text(fact.data, "name"), fact.role, state.clock.at(fact.recorded_at))


def site_of(data: Data) -> Site:
    """Return the place in a fact's data; a missing position is NaN."""
    lon, lat = number(data, "lon"), number(data, "lat")
    nan = float("nan")
    return Site(
        nan if lon is None else lon, nan if lat is None else lat, text(data, "street"), text(data, "road"),
        number(data, "radius_m") or 0.0,
    )  # fmt: skip


def day_of(at: float, zone_offset_s: int) -> str:
    """Return the local day of a city time as YYYYMMDD."""
    zone = timezone(timedelta(seconds=zone_offset_s))
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%Y%m%d")


def next_serial(state: LedgerState, name: str) -> int:
    """Return the next number of a series and keep it."""
    state.serials[name] = state.serials.get(name, 0) + 1
    return state.serials[name]
