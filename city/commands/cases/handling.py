"""Handling: commands of the holder (C8, C9, C13), dispatch and reassignment (C7, C10, C21)."""

import msgspec

from city.cases.relaxed import relaxed
from city.commands.arguments import Dispatch, Feedback, MakeSafeDone, Reassign, Return, bad_arg
from city.commands.cases.limits import due_by, holder_due, is_urgent, return_by, sign_by
from city.commands.cases.photo_proof import kept
from city.commands.cases.routing import dispatched_fact, follow_ups, ranked, route_of, ruling_fact
from city.commands.command import NewFact, Refusal
from city.commands.decision import Answer, Order, allowed, known_holder, moment, not_now
from city.dispatch.orphan import is_orphan
from city.state.case_file import BOUNCES, Bounce

__all__ = [
    "REASSIGN_RESTORES", "decide_dispatch", "decide_feedback", "decide_make_safe", "decide_reassign",
    "decide_return", "decide_sign", "restorable",
]  # fmt: skip

REASSIGN_RESTORES = (
    "state", "since", "holder", "held_by", "co", "dispatched_at", "dispatches", "holder_due_at", "sign_by",
    "return_by", "signed_at", "no_return", "ruled_no", "rule", "why", "why_names", "targets", "unowned_since",
    "handled_at", "outcome", "check_by", "extension", "suspension", "reached",
)  # fmt: skip
"""Fields of the file that undoing a reassignment restores."""


def restorable(order: Order, names: tuple[str, ...]) -> dict[str, object]:
    """Return the named fields for undo; the first act on a mirrored case also restores ``own``."""
    before: dict[str, object] = {name: getattr(order.file, name) for name in names}
    if order.mirrored:
        before["own"] = False
    return before


def decide_dispatch(order: Order, args: Dispatch) -> Answer:
    """Dispatch it to a holder, by rule or by choice (C7, C10)."""
    wrong = _in_ruling(order) or allowed(order, "filed", "returned")
    if wrong:
        return wrong
    if args.skip_rules:
        return _without_rules(order, args)
    route = route_of(order)
    if args.to is None:
        if not route.to or route.confidence < 1:
            return not_now("choose_target")
        return tuple(follow_ups(order, route))
    if known_holder(args.to, order.rules) is None:
        return bad_arg("to", "code of an agency or a street")
    if args.to in order.file.bounced and not args.evidence:
        return (ruling_fact(order, "loop", to=args.to),)
    return (dispatched_fact(order, args.to, route, evidence=args.evidence or ""),)


def _without_rules(order: Order, args: Dispatch) -> Answer:
    """Dispatch it as the dispatcher says; the fact tells that the rules were skipped, the reason may not."""
    if relaxed(order.state, "skip_rules", order.now.city) is None:
        return not_now("not_relaxed")
    if args.to is None or known_holder(args.to, order.rules) is None:
        return bad_arg("to", "code of an agency or a street")
    fact = dispatched_fact(order, args.to, evidence=args.evidence or "")
    return (msgspec.structs.replace(fact, data={**fact.data, "rules_skipped": True}),)


def decide_reassign(order: Order, args: Reassign) -> Answer:
    """Reassign it to another holder (C21); this counts no bounce."""
    wrong = _in_ruling(order) or allowed(order, "dispatched", "handling", "returned", "handled")
    if wrong:
        return wrong
    file, to = order.file, args.to
    if known_holder(to, order.rules) is None:
        return bad_arg("to", "code of an agency or a street")
    if file.state == "handled" and "shift_lead" not in order.by.on_shift:
        return Refusal("not_allowed", "after_feedback")
    if file.state == "handled" and not args.text:
        return Refusal("bad_args", "missing_arg", {"field": "text", "expected": "str"})
    if to == file.holder:
        return not_now("same_holder", to_holder=to)
    if to in file.bounced and not args.evidence:
        return not_now("refused_before", to_holder=to)
    return (_reassigned(order, to, args),)


def _reassigned(order: Order, to: str, args: Reassign) -> NewFact:
    file = order.file
    route = route_of(order)
    own = holder_due(order, to, first=False)
    sign, back = sign_by(order, to), return_by(order, to)
    data = {
        "from": file.holder, "to": to, "evidence": args.evidence or "", "text": args.text or "",
        "sign_by": moment(sign.at), "return_by": moment(back.at), "holder_due_at": moment(own.at),
        "undetermined": own.undetermined or sign.undetermined or back.undetermined,
        "targets": ranked(order, route, without=(to,)), "round": file.dispatches + 1,
        "undo_s": order.numbers.undo_s, "before": restorable(order, REASSIGN_RESTORES),
    }  # fmt: skip
    return order.fact("CaseReassigned", data, reason=args.text or "")


def _in_ruling(order: Order) -> Refusal | None:
    return not_now("in_ruling") if order.case.state == "ruling" else None


def decide_sign(order: Order, _args: object) -> Answer:
    """Sign it (C8); the limits count from the dispatch."""
    wrong = allowed(order, "dispatched")
    if wrong:
        return wrong
    sign_until = order.file.sign_by
    late = sign_until is not None and order.now.city > sign_until
    return (order.fact("CaseSigned", {"holder": order.file.holder, "late": late}),)


def decide_return(order: Order, args: Return) -> Answer:
    """Return it with a reason, in time, unless it may not be returned (C9, C11)."""
    file = order.file
    wrong = allowed(order, "dispatched", "handling") or _may_not_return(order)
    if wrong:
        return wrong
    if args.reason == "not_my_area" and (args.lon is None or args.lat is None):
        return Refusal("bad_args", "missing_arg", {"field": "lon, lat", "expected": "where it lies, WGS84"})
    street = file.holder if file.holder in order.rules.streets else order.case.place.street
    boundary, pin = None, None
    if args.lon is not None and args.lat is not None:
        pin = {"lon": args.lon, "lat": args.lat, "accuracy_m": args.accuracy_m}
        boundary = round(order.rules.boundary_m(args.lon, args.lat, street), 1)
    counts = args.reason in BOUNCES
    bounced = (*file.bounced, file.holder) if counts else file.bounced
    data = {
        "holder": file.holder, "reason": args.reason, "text": args.text, "counts": counts,
        "bounces": len(bounced), "boundary_m": boundary, "pin": pin,
        "targets": _next_targets(order, args, bounced),
    }  # fmt: skip
    returned = order.fact("CaseReturned", data)
    orphaned = _orphaned(order, args) if counts else None
    if not orphaned:
        return (returned,)
    opened = ruling_fact(order, orphaned)
    return returned, opened


def _may_not_return(order: Order) -> Refusal | None:
    file = order.file
    if file.no_return:
        return not_now("no_return", no=file.ruled_no) if file.ruled_no else not_now("no_return_backstop")
    safe = file.make_safe
    if safe is not None and safe.holder == file.holder and safe.done_at is None:
        return not_now("make_safe_first", until_at=safe.due_at)
    if file.return_by is not None and order.now.city > file.return_by:
        return not_now("return_too_late", until_at=file.return_by)
    return None


def _next_targets(order: Order, args: Return, bounced: tuple[str, ...]) -> list[str]:
    """Return the holders to offer next, beginning with the street of the given point."""
    route = route_of(order, refused=False)
    there = ""
    if args.reason == "not_my_area" and args.lon is not None and args.lat is not None:
        there = order.rules.street_of(args.lon, args.lat)
    out = {order.file.holder, *bounced}
    first = [there] if there and there not in out else []
    rest = [name for name in ranked(order, route, without=out) if name not in first]
    return (first + rest)[:3]


def _orphaned(order: Order, args: Return) -> str | None:
    """Return why this return makes a ruling necessary, None while another holder may take it."""
    back = Bounce(order.file.holder, args.reason, args.text, order.now.city, counts=True)
    file = msgspec.structs.replace(order.file, state="returned", bounces=(*order.file.bounces, back))
    return is_orphan(file, order.numbers, territory=order.case.place.street)


def decide_make_safe(order: Order, args: MakeSafeDone) -> Answer:
    """Record that a hazard is safe, independent of its owner."""
    safe = order.file.make_safe
    if safe is None:
        return not_now("no_make_safe")
    if safe.done_at is not None:
        return not_now("made_safe_before")
    if not order.file.is_open:
        return not_now(f"state_{order.case.state}")
    now = order.now.city
    data = {
        "holder": safe.holder, "photos": list(args.photos), "text": args.text or "",
        "minutes": max(0, int((now - safe.ordered_at) // 60)), "late": now > safe.due_at,
        **kept(order, args.photo_facts),
    }  # fmt: skip
    return (order.fact("MadeSafe", data),)


def decide_feedback(order: Order, args: Feedback) -> Answer:
    """Record what was done, with photos from before and after (C13)."""
    wrong = allowed(order, "handling")
    if wrong:
        return wrong
    file, numbers = order.file, order.numbers
    safe = file.make_safe
    if safe is not None and safe.holder == file.holder and safe.done_at is None:
        return not_now("make_safe_first", until_at=safe.due_at)
    check_by = (
        order.now.city + numbers.check_urgent_s
        if is_urgent(order)
        else due_by(order, order.now.city, numbers.check_office_hours, "office_hour").at
    )
    data = {
        "holder": file.holder, "outcome": args.outcome, "text": args.text,
        "photos_before": list(args.photos_before), "photos_after": list(args.photos_after),
        "check_by": moment(check_by), **kept(order, args.photo_facts),
    }  # fmt: skip
    return (order.fact("CaseHandled", data),)
