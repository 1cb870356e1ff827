"""Rulings on ownership (C11, C12), and hand-ups to the city (C18)."""

from datetime import UTC, datetime
from typing import Any

from city.commands.arguments import RequestRuling, Rule, TransferUp, bad_arg
from city.commands.cases.routing import dispatched_fact, ruling_fact, transferred_up_fact
from city.commands.cases.supervision import level_answered_fact
from city.commands.command import Refusal
from city.commands.decision import Answer, Order, allowed, known_holder, not_now
from city.dispatch.routing.rulings import SCOPES, ruling_key
from city.state.case_file import OPEN
from city.state.row_keys import row_key_of

__all__ = [
    "decide_request_ruling", "decide_rule", "decide_send_for_ruling", "decide_transfer_up", "ruled_facts",
]  # fmt: skip

HELD = ("dispatched", "handling")
SENDABLE = ("ruling", "filed", "returned", *HELD)

WITHOUT = {
    "this_component": "the case names no component", "this_road_segment": "the case names no road",
    "category_in_area": "no street",
}  # fmt: skip
"""Scope → refusal text for a case that lacks the object of the scope."""


def decide_request_ruling(order: Order, args: RequestRuling) -> Answer:
    """Request a ruling; the holder continues with the case meanwhile."""
    if _open_ruling(order) and order.file.state not in ("filed", "returned"):
        return not_now("ruling_open")
    wrong = allowed(order, "filed", "returned", *HELD)
    if wrong:
        return wrong
    return (ruling_fact(order, args.reason or "asked", held=order.file.state in HELD),)


def decide_send_for_ruling(order: Order, _args: object) -> Answer:
    """Send an open ruling to the duty leader."""
    wrong = allowed(order, *OPEN)
    if wrong:
        return wrong
    ruling = order.file.ruling
    if ruling is None or ruling.ruled_at is not None:
        return not_now("no_ruling")
    if ruling.sent_at is not None:
        return not_now("ruling_sent")
    return (order.fact("RulingSent", {"to": "duty_leader"}),)


def decide_rule(order: Order, args: Rule) -> Answer:
    """Rule which holder has it, write this to the register and dispatch it (C12)."""
    if not _open_ruling(order) or order.file.state not in OPEN:
        return not_now("no_ruling")
    if known_holder(args.holder, order.rules) is None:
        return bad_arg("holder", "code of an agency or a street")
    scope = args.scope or ("this_component" if order.file.component else "this_case")
    key = _register_key(order, scope)
    if isinstance(key, Refusal):
        return key
    return ruled_facts(order, args.holder, args.kind, scope, key, args.text or "")


def ruled_facts(order: Order, holder: str, kind: str, scope: str, key: str, text: str) -> Answer:
    """Return the ruling and, unless the holder has the case already, a dispatch that cannot be returned."""
    file, ruling, place = order.file, order.file.ruling, order.case.place
    number = _number(order)
    data: dict[str, Any] = {
        "no": number, "holder": holder, "kind": kind, "scope": scope, "component": file.component,
        "road": place.road, "street": place.street, "class": order.class_key, "registered": key,
        "in_time": ruling is None or order.now.city <= ruling.due_at, "text": text,
        "due_at": None,
    }  # fmt: skip
    stays = file.state not in SENDABLE or (file.state in HELD and file.holder == holder)
    sent = () if stays else (dispatched_fact(order, holder, no_return=True, ruling=number),)
    if sent:
        data["due_at"] = sent[0].data["holder_due_at"]
    return order.fact("OwnershipRuled", data), *sent


def _open_ruling(order: Order) -> bool:
    ruling = order.file.ruling
    return ruling is not None and ruling.ruled_at is None


def _register_key(order: Order, scope: str) -> str | Refusal:
    """Return the register key for a ruling of this scope, '' when it binds only this case."""
    if scope not in SCOPES:
        return ""
    place, component = order.case.place, order.file.component
    key = ruling_key(scope, order.class_key, street=place.street, road=place.road, component=component)
    return key or bad_arg("scope", WITHOUT[scope])


def _number(order: Order) -> str:
    """Return the ruling's number: year and serial of the case number, with ``-2`` for its second ruling …"""
    file = order.file
    count = f"-{len(file.rulings) + 1}" if file.rulings else ""
    if file.no:
        return f"{file.no[6:10]}-{file.no[10:]}{count}"
    year = datetime.fromtimestamp(order.now.city + order.rules.zone_offset_s, UTC).year
    return f"{year}-{row_key_of(order.case.key)[:8]}{count}"


def decide_transfer_up(order: Order, args: TransferUp) -> Answer:
    """Hand it up to the city, which accepts an open request; the street keeps temporary safety duty (C18)."""
    wrong = allowed(order, *(state for state in OPEN if state != "transferred_up"))
    if wrong:
        return wrong
    interim = order.case.place.street or order.file.holder
    up = transferred_up_fact(order, args.to or "city", args.text, interim)
    if not order.file.level_asked:
        return (up,)
    return level_answered_fact(order.with_file(level_asked="city"), accepted=True), up
