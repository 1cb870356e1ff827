"""Opening an incident with its first tasks: one command, one append."""

import hashlib
from typing import Any

from city.commands.arguments import bad_arg
from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.linkage.arguments import OpenIncident
from city.commands.linkage.issuing import issue, site_data, template_rows
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import Subject
from city.linkage.fold_common import day_of
from city.state.ledger_state import Case, Device, LedgerState
from city.state.linkage_records import Incident, Site
from city.state.row_keys import row_key_of

__all__ = ["decide_open_incident", "open_incident_of", "opened"]


def decide_open_incident(order: SubjectOrder, args: OpenIncident) -> SubjectAnswer:
    """Open an incident from a case, a device's alarm, a point of the map, or by hand.

    A case has at most one open incident: of two officers the second is refused and told who was first.
    """
    there = open_incident_of(order.state, order.subject)
    if there is not None:
        return not_now("incident_open", by=there.opened.name, opened_at=there.opened.at, incident=there.id)
    return opened(order, args)


def opened(order: SubjectOrder, args: OpenIncident, *, mode: str = "plan", **more: Any) -> Decision | Refusal:
    """Return the facts of a new incident and its tasks; ``more`` is added to each task's data."""
    kind = order.rules.linkage.kinds.get(args.kind)
    if kind is None:
        return bad_arg("kind", "key of an incident type")
    source = order.subject
    place = _place(order, args, kind.radius_m)
    if isinstance(place, Refusal):
        return place
    subject = Subject("incident", _new_id(order))
    day = day_of(order.now.city, order.rules.zone_offset_s)
    numbers = order.rules.linkage.numbers
    title = args.title or (source.record.label if isinstance(source.record, Case) else "")
    data: dict[str, Any] = {
        "day": day, "class": kind.incident_class, "kind": kind.key, "grade": args.grade, "title": title,
        "source": source.name if source.kind != "place" else source.id,
        "state": "confirmed" if args.confirmed else "signal",
        "cases": [source.id] if source.kind == "case" else [],
        "confirm_by": None if args.confirmed else moment(order.now.city + numbers.confirm_s),
        "report_by": moment(order.now.city + numbers.report_oral_s), "report_next": "first.oral",
        **site_data(place),
    }  # fmt: skip
    rows = args.tasks
    if rows is None:
        rows = template_rows(order.rules.linkage.rows(kind.key, args.grade), place.street)
    issued = issue(
        order, rows, incident=subject.id, place=place, first=1, mode=mode,
        by_rule=args.tasks is None, **more,
    )  # fmt: skip
    if isinstance(issued, Refusal):
        return issued
    facts, expects = issued
    return Decision(
        (order.fact_on(subject, "IncidentOpened", data), *facts), ((subject.name, 0), *expects)
    )  # fmt: skip


def open_incident_of(state: LedgerState, source: Subject) -> Incident | None:
    """Return the open incident of a case or device, None for none; a point of the map may have several."""
    if source.kind == "place":
        return None
    named = source.name if source.kind == "device" else source.id
    for incident in state.incidents.values():
        if incident.is_open and (named in incident.cases or incident.source == named):
            return incident
    return None


def _new_id(order: SubjectOrder) -> str:
    """Return the id of the incident: the same for two officers who open it from one case or device."""
    source = order.subject
    if source.kind == "place":
        told = f"{order.by.account}/{order.command.command_id}"
        return f"h{hashlib.sha256(told.encode()).hexdigest()[:12]}"
    mark = row_key_of(source.id) if source.kind == "case" else f"d-{source.id}"
    named = sum(one.id.partition("_")[0] == mark for one in order.state.incidents.values())
    return mark if not named else f"{mark}_{named + 1}"


def _place(order: SubjectOrder, args: OpenIncident, radius_m: float) -> Site | Refusal:
    record, radius = order.subject.record, args.radius_m or radius_m
    if isinstance(record, Case):
        place = record.place
        return Site(place.lon, place.lat, place.street, place.road, radius)
    device = order.state.devices.get(order.subject.id) if order.subject.kind == "device" else None
    if isinstance(device, Device):
        return Site(device.place.lon, device.place.lat, device.place.street, device.name, radius)
    if args.lon is None or args.lat is None:
        return bad_arg("lon", "lon and lat of the incident")
    return Site(args.lon, args.lat, order.rules.street_of(args.lon, args.lat), "", radius)
