"""Checking: the check of handled cases, calls to the caller, and reopening (C16, C17, C19)."""

import math
from typing import Any

from city.cases.callers import ending_of
from city.cases.relaxed import relaxed
from city.clocks.timestamps import iso, parse
from city.commands.arguments import CallBack, CheckDone, Words, bad_arg
from city.commands.cases.filing import distance_to
from city.commands.cases.photo_proof import Proof, kept, proof_of
from city.commands.command import NewFact, Refusal
from city.commands.decision import Answer, Order, allowed, city_day, moment, not_now
from city.state.row_keys import row_key_of

__all__ = ["decide_call_back", "decide_check", "decide_contact", "decide_reopen"]

DAY = 86_400.0
REMOTE = ("video", "caller_confirmed")


def decide_check(order: Order, args: CheckDone) -> Answer:
    """Check a handled case: close it, or send it back to the holder with its old deadline."""
    wrong = allowed(order, "handled") or _mode(order, args)
    if wrong:
        return wrong
    if not args.passed and not (args.reason or args.fault):
        return Refusal("bad_args", "missing_arg", {"field": "reason", "expected": "str"})
    photo_at = _photo_at(args)
    if isinstance(photo_at, Refusal):
        return photo_at
    proof = proof_of(order, args.photo_facts, at=photo_at, lon=args.lon, lat=args.lat)
    if isinstance(proof, Refusal):
        return proof
    distance = distance_to(order.case, proof.lon, proof.lat)
    if args.mode == "field":
        wrong = _field(order, args, proof, distance)
        if wrong:
            return wrong
    after = proof.at is not None and proof.at > (order.file.handled_at or 0.0)
    data: dict[str, Any] = {
        "passed": args.passed, "mode": args.mode, "lon": proof.lon, "lat": proof.lat,
        "place_by": proof.place_by, "photo_at": moment(proof.at), "photo_at_by": proof.at_by,
        "photos": list(args.photos), "reason": args.reason or "", "fault": args.fault or "",
        "distance_m": distance, "photo_after_feedback": after, "day": city_day(order),
        "relaxed": _is_relaxed(order, args),
        **kept(order, args.photo_facts),
    }  # fmt: skip
    checked = order.fact("CaseChecked", data, reason=args.reason or "")
    if not args.passed:
        return (checked,)
    in_time = order.file.deadline_at is None or order.now.city <= order.file.deadline_at
    return checked, order.fact("CaseClosed", {"close_kind": "normal", "in_time": in_time})


def _mode(order: Order, args: CheckDone) -> Refusal | None:
    """Refuse a remote check unless the centre's rules or a relaxation allow it; for a hazard always."""
    if args.mode == "field":
        return None
    if args.mode == "sensor" and not order.case.hazard:
        return _by_sensor(order)
    if order.case.hazard or not (args.mode in order.numbers.remote_checks or _is_relaxed(order, args)):
        return not_now("field_only")
    return None


def _is_relaxed(order: Order, args: CheckDone) -> bool:
    """Whether only a relaxation allows the mode of the check: a sample of these is checked in the field."""
    if args.mode not in REMOTE or args.mode in order.numbers.remote_checks:
        return False
    return relaxed(order.state, "remote_checks", order.now.city) is not None


def _by_sensor(order: Order) -> Refusal | None:
    """Refuse a check by readings unless the engine orders it, and the case's own alarm is over (§3.6)."""
    if order.role != "system":
        return not_now("sensor_by_rule")
    sensing = order.state.sensing
    alarm = next((one for one in sensing.alarms.values() if one.case == order.case.key), None)
    if alarm is None or alarm.state != "cleared" or alarm.device in order.now.silent():
        return not_now("still_deviates")
    is_shelved = alarm.shelving is not None and alarm.shelving.until > order.now.city
    return not_now("gauge_muted") if is_shelved or sensing.is_maintained(alarm.device) else None


def _photo_at(args: CheckDone) -> float | Refusal | None:
    if args.photo_at is None:
        return None
    try:
        return parse(args.photo_at)
    except (ValueError, OverflowError):
        return bad_arg("photo_at", "ISO 8601 with an offset")


def _field(order: Order, args: CheckDone, proof: Proof, distance: float | None) -> Refusal | None:
    """Refuse a field check at another place, or with a photo from before the feedback."""
    for field, missing in (
        ("lon", proof.lon is None), ("lat", proof.lat is None), ("photo_at", proof.at is None),
        ("photos", not args.photos),
    ):  # fmt: skip
        if missing:
            return Refusal("bad_args", "missing_arg", {"field": field, "expected": "for mode field"})
    return proof.refusal_of_place(order, distance) or proof.refusal_of_time(order)


def decide_contact(order: Order, _args: object) -> Answer:
    """Record the first contact with the caller, also after the case is over."""
    if order.case.state == "voided":
        return not_now("state_voided")
    if order.file.contact_at is not None:
        return not_now("contacted_before")
    return (order.fact("CallerContacted", {}),)


def decide_call_back(order: Order, args: CallBack) -> Answer:
    """Record the caller's opinion of the result; a merged report is over when its target case is over."""
    if ending_of(order.state, order.case).is_open:
        return not_now("not_over_yet")
    data = {"satisfaction": args.satisfaction, "resolved": args.resolved}
    return (order.fact("CallerCalledBack", data),)


def decide_reopen(order: Order, args: Words) -> Answer:
    """Report it again within seven days of its end: a new case references the old one, which stays closed."""
    wrong = allowed(order, "closed")
    if wrong:
        return wrong
    file = order.file
    if file.reopened_by:
        return not_now("reopened_before")
    until = (file.closed_at or order.now.city) + order.numbers.reopen_days * DAY
    if order.now.city > until:
        return not_now("reopen_too_late", until_at=until)
    key = f"citywall/again-{row_key_of(order.case.key)}"
    return _reported_again(order, key, args.text), order.fact("CaseReopened", {"by": key})


def _reported_again(order: Order, key: str, text: str) -> NewFact:
    """Return the report of the new case, in the format of a publisher's record."""
    case = order.case
    client, _, number = key.partition("/")
    record: dict[str, Any] = {
        "id": number, "client": client, "channel": case.channel, "title": case.title,
        "category": {"kind": case.kind, "code": case.code, "label": case.label},
        "urgency": case.urgency, "hazard": case.hazard, "road": case.place.road,
        "address": case.address, "at": iso(order.now.city), "received": iso(order.now.machine),
        "description": text, "reporter_ref": case.reporter_ref, "caller_ref": case.caller_ref,
        "transplanted": case.transplanted,
        "reopen_of": case.key,
    }  # fmt: skip
    if not math.isnan(case.place.lon):
        record |= {"lon": case.place.lon, "lat": case.place.lat, "crs": "WGS84"}
    data = {
        "record": record, "street": case.place.street, "reopen_of": case.key,
        "wants_reply": case.wants_reply, "command": order.command.command_id, "name": order.by.name,
    }  # fmt: skip
    return NewFact("CaseReported", f"case:{key}", data)
