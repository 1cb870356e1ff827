"""A desk's questions about emergency linkage: the preview of a template's tasks, and a whole incident."""

from typing import Any, Final

import msgspec

from city.access import Person, acting_role
from city.commands.command import Now
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.task_templates import TaskTemplate
from city.personal_data import may_read_words, may_see_evidence
from city.places.road_names import roads_in
from city.state.ledger_state import Case, LedgerState
from city.state.linkage_records import GRADES, Incident, Signed, Site
from city.state.row_keys import row_key_of
from city.views.nearest_units import FreeUnits
from city.views.wall_seen import UnitsSeen
from console.orders.allowed_verbs import incident_actions

__all__ = ["incident_sheet", "linkage_preview"]

COMMANDERS: Final = frozenset({"duty_leader", "rotating_leader"})


def linkage_preview(
    state: LedgerState, units: UnitsSeen, asked: dict[str, Any], case: Case | None, person: Person,
    rules: DecisionRules, now: float,
) -> dict[str, Any]:  # fmt: skip
    """Return the tasks that a template would make at a place, each with the nearest unit that fits.

    ``asked``: ``kind`` ('' = by the class of ``case``), ``grade``, and without a case ``device`` or
    ``lon, lat``. ``now`` is machine time. A person who may open no incident gets the refusal.
    """
    if not acting_role(person, "open_incident"):
        return {"refused": "not_allowed"}
    linkage = rules.linkage
    kind = str(asked.get("kind") or (linkage.kind_for(f"{case.kind}:{case.code}") if case else ""))
    grade = next((one for one in GRADES if one == asked.get("grade")), "")
    known = linkage.kinds.get(kind)
    place = _place(state, asked, case, rules)
    grade = grade or (known.grade if known else "general")
    free = FreeUnits(units, rules.numbers)
    rows = [_row(row, place, free, units, now) for row in linkage.rows(kind, grade)] if known else []
    return {
        "kind": kind if known else "", "kinds": list(linkage.kinds), "grade": grade,
        "radius_m": known.radius_m if known else None,
        "lon": _known(place.lon), "lat": _known(place.lat), "street": place.street, "road": place.road,
        # A row of the territory is left out where no street is known.
        "rows": [row for row in rows if row["agency"]], "agencies": [*rules.agencies, *rules.streets],
        "there": next(
            (one.id for one in state.incidents.values() if one.is_open and case and case.key in one.cases), ""
        ),
    }  # fmt: skip


def incident_sheet(
    state: LedgerState, incident: Incident, person: Person, rules: DecisionRules, now: Now
) -> dict[str, Any]:
    """Return an incident with its reports, sessions and what this person may do.

    Casualty numbers that are not released are for the commander only; typed text is for those who may read
    it, photos of tasks for those who may see them.
    """
    words = may_read_words(person)
    told: dict[str, Any] = {
        "id": incident.id, "title": incident.title if words else "", "version": incident.version,
        "commander": incident.commander_name, "scene_commander": incident.scene_commander,
        "opened_by": incident.opened.name, "confirm_by": incident.confirm_by,
        "grade_asked": incident.grade_asked, "grade_asked_by": _signed(incident.grade_asked_by),
        "report_by": incident.report_by, "report_next": incident.report_next,
        "reports": [
            {"kind": one.kind, "channel": one.channel, "seq": one.seq, "due_at": one.due_at,
             "text": one.text if words else "", "to": one.to, "signed": _signed(one.signed)}
            for one in incident.reports
        ],
        "sessions": [
            {"no": one.no, "opened": _signed(one.opened), "closed": _signed(one.closed),
             "lines": [
                 {"text": line.text if words else "", "agency": line.agency, "task": line.task,
                  "signed": _signed(line.signed)}
                 for line in one.lines
             ]}
            for one in incident.sessions
        ],
        "cases": [row_key_of(key) for key in incident.cases],
        "casualties": _casualties(incident, person),
        "photos": _photos(state, incident, person),
        "actions": incident_actions(state, incident, person, rules, now),
    }  # fmt: skip
    return told


def _photos(state: LedgerState, incident: Incident, person: Person) -> dict[str, list[str]]:
    """Return task → the ids of its photos, of the tasks whose evidence this person may see."""
    tasks = (state.tasks[id_] for id_ in incident.tasks if id_ in state.tasks)
    return {
        task.id: list(task.result.photos) for task in tasks
        if task.result.photos and may_see_evidence(person, task.agency, task.place.street)
    }  # fmt: skip


def _casualties(incident: Incident, person: Person) -> dict[str, Any] | None:
    numbers = incident.casualties
    if numbers is None:
        return None
    leads = person.account == incident.commander if incident.commander else COMMANDERS & {*person.on_shift}
    if numbers.released is None and not leads:
        return None
    told: dict[str, Any] = msgspec.to_builtins(numbers)
    return told | {"reported": _signed(numbers.reported), "released": _signed(numbers.released)}


def _row(row: TaskTemplate, place: Site, free: FreeUnits, units: UnitsSeen, now: float) -> dict[str, Any]:
    found = free.nearest(place.lon, place.lat, frozenset(row.unit_kinds), 1) if row.unit_kinds else []
    unit = msgspec.structs.asdict(found[0]) if found else None
    if unit is not None:
        unit["age_s"] = max(0.0, now - float(units.as_of[units.ids.index(unit["unit"])]))
    return {
        "template": row.key, "agency": place.street if row.agency == "street" else row.agency,
        "words": row.words, "priority": row.priority, "ack_s": row.ack_s, "arrive_s": row.arrive_s,
        "due_s": row.due_s, "needs_unit": bool(row.unit_kinds), "nearest_unit": unit,
    }  # fmt: skip


def _place(state: LedgerState, asked: dict[str, Any], case: Case | None, rules: DecisionRules) -> Site:
    if case is not None:
        return Site(case.place.lon, case.place.lat, case.place.street, case.place.road)
    device = state.devices.get(str(asked.get("device") or ""))
    if device is not None:
        place = device.place
        return Site(place.lon, place.lat, place.street, place.road or roads_in(device.name))
    lon, lat = asked.get("lon"), asked.get("lat")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        return Site()
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return Site()
    return Site(float(lon), float(lat), rules.street_of(float(lon), float(lat)))


def _known(degrees: float) -> float | None:
    return degrees if degrees == degrees else None


def _signed(signed: Signed | None) -> dict[str, Any] | None:
    return None if signed is None else {"name": signed.name, "role": signed.role, "at": signed.at}
