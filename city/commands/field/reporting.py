"""Reporting: a person of the city reports a case (C1), also later than they saw it."""

import re
from typing import Any, Final

import msgspec

from city.cases.relaxed import relaxed
from city.clocks.timestamps import iso, parse
from city.commands.arguments import bad_arg
from city.commands.command import Decision, NewFact, Refusal
from city.commands.decision import moment, not_now
from city.commands.field.report_arguments import Report
from city.commands.late_acts import AHEAD_S, LATEST_S
from city.commands.subject_order import SubjectAnswer, SubjectOrder

__all__ = ["CHANNEL_OF", "decide_report", "report_key"]

CHANNEL_OF: Final = {
    "inspector": "inspector", "intake_officer": "web_app", "duty_officer": "department",
    "village_operator": "department", "street_operator": "department", "agency_operator": "department",
}  # fmt: skip
"""Role of the reporter → source channel of the case (domain §3.3)."""
LATE_S: Final = 120.0
PHOTO_LATER_S: Final = 86_400.0
"""A report by its position alone gets its photo within this time, while that is relaxed (§4.6)."""
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def report_key(id_: str) -> str:
    """Return the key of the case that a report ``report:<id>`` makes."""
    return f"citywall/{id_}"


def decide_report(order: SubjectOrder, args: Report) -> SubjectAnswer:
    """Report a case at a place of the district; the id of the subject makes it happen once."""
    if not _ID.fullmatch(order.subject.id):
        return bad_arg("subject", "report:<8 to 64 of A-Z, a-z, 0-9, _, ->")
    if order.subject.record is not None:
        return not_now("reported_before")
    category = order.rules.categories.get(f"{args.kind}:{args.code}")
    if category is None:
        return bad_arg("code", "a class of the table")
    street = _street(order, args)
    if isinstance(street, Refusal):
        return street
    at = _seen_at(order, args)
    if isinstance(at, Refusal):
        return at
    photo_later = order.role == "inspector" and not args.photos
    # A phone may send it when the relaxation is over: what counts is when it was seen.
    if photo_later and relaxed(order.state, "photo_later", at) is None:
        return Refusal("bad_args", "missing_arg", {"field": "photos", "expected": "a photo of an inspector"})
    record: dict[str, Any] = {
        "id": order.subject.id, "client": "citywall", "channel": CHANNEL_OF[order.role],
        "title": category.name_zh,
        "category": {"kind": args.kind, "code": args.code, "label": category.name_zh},
        "urgency": "normal", "hazard": category.hazard, "road": args.road or "", "address": "",
        "at": iso(at), "received": iso(order.now.machine), "description": args.text or "",
        "lon": args.lon, "lat": args.lat, "crs": "WGS84", "photos": list(args.photos),
        "photo_facts": [msgspec.to_builtins(one) for one in args.photo_facts],
        "photos_by": order.by.holder,
    }  # fmt: skip
    data = {
        "record": record, "street": street, "wants_reply": False, "command": order.command.command_id,
        "name": order.by.name, "by": order.by.holder or order.by.workstation,
        "accuracy_m": args.accuracy_m, "late_s": _late(order, at),
        "photo_by": moment(order.now.city + PHOTO_LATER_S) if photo_later else None,
    }  # fmt: skip
    fact = NewFact("CaseReported", f"case:{report_key(order.subject.id)}", data)
    return Decision((fact,), ((order.subject.name, 0),))


def _street(order: SubjectOrder, args: Report) -> str | Refusal:
    """Return the street of the point; a person of streets reports there only."""
    street = order.rules.street_of(args.lon, args.lat)
    if not street:
        return bad_arg("lon", "a point in the district")
    beats = order.by.beats
    if beats and street not in beats:
        return Refusal("not_allowed", "other_street", {"at_holder": street})
    return street


def _seen_at(order: SubjectOrder, args: Report) -> float | Refusal:
    """Return when the reporter saw it: the report's own time, or now."""
    if args.at is None:
        return order.now.city
    try:
        at = parse(args.at)
    except (ValueError, OverflowError):
        return bad_arg("at", "ISO 8601 with an offset")
    if not order.now.city - LATEST_S <= at <= order.now.city + AHEAD_S:
        return bad_arg("at", "a time of the last 24 hours")
    return min(at, order.now.city)


def _late(order: SubjectOrder, at: float) -> float:
    """Return by how many seconds it came late (sent after the phone had no network), 0 for at once."""
    late = order.now.city - at
    return round(late, 1) if late >= LATE_S else 0.0
