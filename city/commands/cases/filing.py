"""Filing: commands on a report before its dispatch (C2 – C6, C20)."""

import math
from typing import Any

from city.commands.arguments import (
    File,
    Merge,
    Reject,
    RequestVerification,
    SelfHandle,
    Verify,
    Void,
    bad_arg,
)
from city.commands.cases.limits import deadline, due_by
from city.commands.cases.photo_proof import kept, proof_of
from city.commands.cases.rights import refused
from city.commands.cases.routing import follow_ups, ranked, reasons_of, route_of
from city.commands.command import Decision, NewFact, Refusal
from city.commands.decision import Answer, Order, allowed, city_day, moment, not_now
from city.commands.hotline.order_limits import hotline_limit, order_kind
from city.commands.subjects import find_key
from city.dispatch.routing.route import Route
from city.dispatch.tables.standards import Standard
from city.places.distance import metres
from city.state.case_file import higher_urgency
from city.state.ledger_state import Case

__all__ = [
    "decide_confirm_void", "decide_file", "decide_merge", "decide_reject", "decide_request_verification",
    "decide_self_handle", "decide_verify", "decide_void", "distance_to",
]  # fmt: skip

OWN_EYES = ("inspector", "sensor")
"""Channels whose reports need no verification on the spot."""


def distance_to(case: Case, lon: float | None, lat: float | None) -> float | None:
    """Return the metres from the case's place to a point (WGS84), None when either is unknown."""
    if lon is None or lat is None or math.isnan(case.place.lon):
        return None
    return round(metres(case.place.lon, case.place.lat, lon, lat), 1)


def decide_request_verification(order: Order, args: RequestVerification) -> Answer:
    """Request a verification on the spot (C2)."""
    wrong = allowed(order, "reported")
    if wrong:
        return wrong
    if order.case.channel in OWN_EYES:
        return not_now("seen_already")
    due_at = moment(order.now.city + order.numbers.verify_s)
    to = args.to or order.case.place.street
    return (order.fact("VerificationRequested", {"to": to, "due_at": due_at}),)


def decide_verify(order: Order, args: Verify) -> Answer:
    """Record the result of the verification (C3)."""
    wrong = allowed(order, "verifying")
    if wrong:
        return wrong
    proof = proof_of(order, args.photo_facts, at=None, lon=args.lon, lat=args.lat)
    if isinstance(proof, Refusal):
        return proof
    assert proof.lon is not None  # the verb needs the sender's place
    assert proof.lat is not None
    distance = distance_to(order.case, proof.lon, proof.lat)
    wrong = proof.refusal_of_place(order, distance)
    if wrong:
        return wrong
    data = {
        "result": args.result, "lon": proof.lon, "lat": proof.lat, "place_by": proof.place_by,
        "photo_at": moment(proof.at), "distance_m": distance,
        "street": order.rules.street_of(proof.lon, proof.lat), "photos": list(args.photos),
        "text": args.text or "", "day": city_day(order), **kept(order, args.photo_facts),
    }  # fmt: skip
    return (order.fact("CaseVerified", data),)


def decide_file(order: Order, args: File) -> Answer:
    """File it and, in the same act, dispatch it by the rules (C4, C7)."""
    wrong = allowed(order, "reported", "verifying") or _still_verified(order)
    if wrong:
        return wrong
    standard = _classified(order, args)
    if isinstance(standard, Refusal):
        return standard
    draft = _draft(order, args, standard)
    route = route_of(draft, danger=args.danger)
    filed, draft = _filed(draft, args, standard, route)
    facts = [filed, *_make_safe(draft, route, standard)]
    return tuple(facts + follow_ups(draft, route, danger=args.danger))


def _still_verified(order: Order) -> Refusal | None:
    """Refuse to file while a verification is open and in time; a late verification does not block filing."""
    until = order.file.verify_by
    if order.case.state != "verifying" or until is None or order.now.city >= until:
        return None
    return not_now("verify_first", until_at=until)


def _classified(order: Order, args: File) -> Standard | Refusal:
    """Return the filing condition of the case."""
    kind, code = args.kind or order.case.kind, args.code or order.case.code
    category = order.rules.categories.get(f"{kind}:{code}")
    if category is None:
        return bad_arg("code", "a class of the table") if args.code else not_now("class_needed")
    standards = order.rules.standards_of(kind, code)
    if args.standard:
        named = next((one for one in standards if one.key == args.standard), None)
        return named or bad_arg("standard", "|".join(one.key for one in standards))
    if standards:
        return standards[0]
    return Standard(
        "", category.key, "", "", category.limit_value, category.limit_unit, hazard=category.hazard
    )


def _draft(order: Order, args: File, standard: Standard) -> Order:
    """Return the order with the case as filed, including its limits."""
    case = order.case
    hazard = args.hazard if args.hazard is not None else standard.hazard or case.hazard
    hazard = hazard or bool(args.danger)  # even if the arguments say that it is no hazard
    urgency = args.urgency or ("urgent" if hazard and case.urgency == "normal" else case.urgency)
    order = order.with_case(
        kind=args.kind or case.kind, code=args.code or case.code, hazard=hazard, urgency=urgency
    )
    start = case.at if case.file.imported else order.now.city
    fix = due_by(order, start, standard.limit_value, standard.limit_unit)
    end = deadline(order, fix.at, standard.limit_unit)
    return order.with_file(
        state="filed", standard=standard.key, limit_value=standard.limit_value,
        limit_unit=standard.limit_unit, fix_by_at=fix.at, deadline_at=end.at,
        undetermined=fix.undetermined or end.undetermined,
        dispatch_by=order.now.city + order.numbers.dispatch_s, component=args.component or "",
        source_site=args.source_site or "",
        owner_said=args.owner_state if args.owner_state in ("unknown", "disputed") else "",
    )  # fmt: skip


def _filed(draft: Order, args: File, standard: Standard, route: Route | None) -> tuple[NewFact, Order]:
    """Return the fact of the filing and the order after it."""
    case, file, now = draft.case, draft.file, draft.now.city
    owner_state = args.owner_state or (route.owner_state if route else "")
    draft = draft.with_file(owner_state=owner_state)
    data: dict[str, Any] = {
        "kind": case.kind, "code": case.code, "standard": standard.key,
        "limit_value": standard.limit_value, "limit_unit": standard.limit_unit,
        "hazard": case.hazard, "hazard_reason": args.hazard_reason or "", "urgency": case.urgency,
        "fix_by_at": moment(file.fix_by_at), "deadline_at": moment(file.deadline_at),
        "dispatch_by": moment(file.dispatch_by), "owner_state": owner_state,
        "owner_said": file.owner_said,
        "hotline_by": moment(hotline_limit(case, order_kind(case), draft.rules)),
        "component": file.component, "source_site": file.source_site, "undetermined": file.undetermined,
        "targets": ranked(draft, route) if route else [],
        "reasons": reasons_of(route) if route else [],
        "tables": dict(draft.rules.tables), "district": draft.rules.district, "day": city_day(draft),
        "in_time": now - (file.since or case.recorded_at) <= draft.numbers.accept_s,
    }  # fmt: skip
    return draft.fact("CaseFiled", data), draft


def _make_safe(order: Order, route: Route, standard: Standard) -> list[NewFact]:
    """Return the make-safe task of a hazard, which does not depend on its owner."""
    holder = route.make_safe_by or (order.case.place.street if order.case.hazard else "")
    if not holder:
        return []
    return [order.fact("MakeSafeOrdered", {"holder": holder, "due_at": _safe_by(order, standard)})]


def _safe_by(order: Order, standard: Standard | None) -> str | None:
    minutes = standard.make_safe_min if standard else None
    return moment(order.now.city + (minutes * 60.0 if minutes else order.numbers.make_safe_s))


def decide_reject(order: Order, args: Reject) -> Answer:
    """Reject it, for one of the legal reasons (C5); an unknown owner is not one of them."""
    wrong = allowed(order, "reported", "verifying")
    if wrong:
        return wrong
    if args.reason == "not_city_matter" and not args.right_place:
        return Refusal("bad_args", "missing_arg", {"field": "right_place", "expected": "str"})
    return (order.fact("CaseRejected", {"reason": args.reason, "right_place": args.right_place or ""}),)


def decide_merge(order: Order, args: Merge) -> Answer:
    """Merge a report into another case on the same thing (C6), with its callers, urgency and hazard."""
    wrong = allowed(order, "reported", "verifying")
    if wrong:
        return wrong
    into = find_key(order.state, args.into)
    if into is None or into.key == order.case.key:
        return bad_arg("into", "key or mark of another case")
    if not into.is_open:
        return not_now("into_closed")
    if into.alike != order.case.alike:
        return not_now("other_class", into_class=f"{into.kind}:{into.code}" if into.code else into.label)
    distance = distance_to(into, order.case.place.lon, order.case.place.lat)
    if distance is None or math.isnan(distance):
        return not_now("no_place")
    if distance > order.numbers.near_m:
        return not_now("too_far", metres=round(distance), limit=round(order.numbers.near_m))
    outside = refused(order.with_case(place=into.place))
    if outside:
        return outside
    return Decision(
        (order.fact("CaseMerged", {"into": into.key}), *_joined(order, into)),
        ((f"case:{order.case.key}", order.file.version), (f"case:{into.key}", into.file.version)),
    )


def _joined(order: Order, into: Case) -> list[NewFact]:
    """Return the facts on the merge target: the report may raise its urgency and hazard, never lower them."""
    case = order.case
    endangers = case.hazard and not into.hazard
    urgency = higher_urgency(higher_urgency(into.urgency, case.urgency), "urgent" if endangers else "")
    data: dict[str, Any] = {"from": case.key, "callers": order.file.callers}
    if endangers:
        data["hazard"] = True
    if urgency != into.urgency:
        data["urgency"] = urgency
    joined = order.fact_on(into, "CallersJoined", data)
    begun = into.state not in ("reported", "verifying")  # otherwise its filing makes the task
    if not endangers or not begun or into.file.make_safe or not into.place.street:
        return [joined]
    standards = order.rules.standards_of(into.kind, into.code)
    standard = next((one for one in standards if one.key == into.file.standard), None)
    task = {"holder": into.place.street, "due_at": _safe_by(order, standard)}
    return [joined, order.fact_on(into, "MakeSafeOrdered", task)]


def decide_self_handle(order: Order, args: SelfHandle) -> Answer:
    """Handle it on the spot: filed, handled and closed in one act."""
    wrong = allowed(order, "reported")
    if wrong:
        return wrong
    filing = File()
    standard = _classified(order, filing)
    if isinstance(standard, Refusal):
        return standard
    filed, draft = _filed(_draft(order, filing, standard), filing, standard, None)
    holder = order.by.holder or order.case.place.street
    handled = draft.fact(
        "CaseHandled",
        {
            "holder": holder, "outcome": "fixed", "text": args.text, "photos_before": list(args.photos[:1]),
            "photos_after": list(args.photos[1:]), "check_by": None, "day": city_day(order),
            **kept(order, args.photo_facts),
        },
    )  # fmt: skip
    return filed, handled, draft.fact("CaseClosed", {"close_kind": "self_handled", "in_time": True})


def decide_void(order: Order, args: Void) -> Answer:
    """Propose to void a case that should not exist (C20)."""
    if order.case.state in ("voided", "merged"):
        return not_now(f"state_{order.case.state}")
    if order.file.void_by:
        return not_now("void_proposed")
    return (order.fact("VoidProposed", {"reason": args.reason, "text": args.text}),)


def decide_confirm_void(order: Order, _args: object) -> Answer:
    """Confirm the voiding; the person must be another one than the proposer (C20)."""
    if order.case.state in ("voided", "merged"):
        return not_now(f"state_{order.case.state}")
    if not order.file.void_by:
        return not_now("void_not_proposed")
    if order.file.void_by == order.by.account:
        return Refusal("not_allowed", "two_people")
    return (order.fact("CaseVoided", {"proposed_by": order.file.void_by}),)
