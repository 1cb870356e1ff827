"""Casualty numbers: on no screen but the commander's until they are released (§5.4)."""

from city.access import Person
from city.state.linkage_records import Casualties, Incident

__all__ = ["casualties_for"]


def casualties_for(person: Person, incident: Incident) -> Casualties | None:
    """Return the casualty numbers that a person may see: released ones, or all for the commander."""
    told = incident.casualties
    if told is None or told.released is not None:
        return told
    if incident.commander:
        return told if person.account == incident.commander else None
    return told if "duty_leader" in person.on_shift else None
