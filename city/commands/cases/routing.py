"""Routing: the facts that route a case: dispatches, rulings, incident signals, hand-ups to the city."""

from collections.abc import Iterable
from typing import Any

from city.commands.cases.limits import holder_due, return_by, ruling_by, sign_by
from city.commands.command import NewFact
from city.commands.decision import Order, moment
from city.dispatch.routing.route import Route, Situation

__all__ = [
    "candidates", "dispatched_fact", "follow_ups", "ranked", "reasons_of", "route_of", "ruling_fact",
    "transferred_up_fact",
]  # fmt: skip

TARGETS = 3
FOLLOW_UP_S = 30 * 86_400.0
"""A case at the city is followed up once a month."""


def route_of(order: Order, *, refused: bool = True, **situation: Any) -> Route:
    """Return the route of the case by the rules; ``refused=False`` ignores earlier returns."""
    case, file = order.case, order.file
    known: dict[str, Any] = {
        "kind": case.kind, "code": case.code, "hazard": case.hazard, "lon": case.place.lon,
        "lat": case.place.lat, "street": case.place.street, "road": case.place.road,
        "component": file.component, "source_site": file.source_site, "beyond_power": file.beyond_power,
        "refused": file.bounced if refused else (),
        "owner_state": file.owner_said,
    }  # fmt: skip
    return order.rules.routed(Situation(**{**known, **situation}), order.state.register)


def reasons_of(route: Route) -> list[dict[str, Any]]:
    """Return a route's reasons in the format of facts."""
    return [{"step": r.step, "why": r.why, "names": dict(r.names)} for r in route.reasons]


def ranked(order: Order, route: Route, *, without: Iterable[str] = ()) -> list[str]:
    """Return up to three holders to offer next, best first: by rule, the street, earlier targets."""
    out = {*without, *order.file.bounced, ""}
    named = [*route.targets, route.to, *route.co, order.case.place.street, *order.file.targets]
    return [name for name in dict.fromkeys(named) if name not in out][:TARGETS]


def candidates(order: Order, route: Route | None = None) -> list[str]:
    """Return up to three holders that a ruling may name, ranked by rule, including those that returned it."""
    route = route or route_of(order, refused=False)
    file = order.file
    named = [*route.candidates, *route.targets, route.to, *file.bounced, file.holder, order.case.place.street]
    return [name for name in dict.fromkeys(named) if name][:TARGETS]


def dispatched_fact(
    order: Order, to: str, route: Route | None = None, *, by_rule: bool = False, backstop: bool = False,
    no_return: bool = False, ruling: str = "", evidence: str = "",
) -> NewFact:  # fmt: skip
    """Return the dispatch of the case to a holder: its limits, reasons and next targets."""
    file, now = order.file, order.now.city
    route = route or route_of(order)
    never_had = file.state == "filed" and file.dispatches == 0
    own = holder_due(order, to, first=never_had and not (ruling or no_return))
    sign, back = sign_by(order, to), return_by(order, to)
    routed = route.to == to
    ruling = ruling or (route.ruling if routed else "")
    data = {
        "to": to,
        "co": [name for name in route.co if name != to] if routed else [],
        "principle": route.principle if routed else "",
        "rule": route.rule if routed else "",
        "step": route.reasons[-1].step if routed and route.reasons else "",
        "reasons": reasons_of(route) if routed else [],
        "targets": ranked(order, route, without=(to,)),
        "confidence": route.confidence if routed else 1.0,
        "by_rule": by_rule,
        "backstop": backstop,
        "holder_due_at": moment(own.at),
        "sign_by": moment(sign.at),
        "return_by": moment(back.at),
        "no_return": no_return or bool(ruling),
        "ruling": ruling,
        "round": file.dispatches + 1,
        "in_time": file.dispatch_by is None or now <= file.dispatch_by,
        "undetermined": own.undetermined or sign.undetermined or back.undetermined,
        "extra": {"evidence": evidence} if evidence else {},
    }
    return order.fact("CaseDispatched", data)


def ruling_fact(
    order: Order, reason: str, *, held: bool = False, to: str = "", route: Route | None = None
) -> NewFact:
    """Return the opening of a ruling; a ruling that is already open keeps its earlier due time.

    ``held``: a holder continues with the case meanwhile; ``to``: the holder that it would have gone to.
    """
    due_at, on_site_by = ruling_by(order)
    open_now = order.file.ruling
    if open_now is not None and open_now.ruled_at is None:
        due_at, on_site_by = min(due_at, open_now.due_at), min(on_site_by, open_now.on_site_by)
    data = {
        "reason": reason, "due_at": moment(due_at), "on_site_by": moment(on_site_by),
        "candidates": candidates(order, route), "held": held, "would_go_to": to,
    }  # fmt: skip
    return order.fact("RulingOpened", data)


def transferred_up_fact(order: Order, to: str, text: str, interim: str) -> NewFact:
    """Return the hand-up to the city; ``interim`` keeps temporary safety duty."""
    data = {
        "to": to, "text": text, "interim": interim,
        "follow_up_at": moment(order.now.city + FOLLOW_UP_S),
    }  # fmt: skip
    return order.fact("CaseTransferredUp", data)


def follow_ups(order: Order, route: Route, *, danger: Iterable[str] = ()) -> list[NewFact]:
    """Return the facts of a route without the make-safe task: incident, dispatch, ruling, rule erratum."""
    facts = []
    if route.emergency:
        facts.append(order.fact("IncidentSignalled", {"to": list(route.emergency), "danger": list(danger)}))
    sent = bool(route.to) and route.confidence >= 1
    if route.transferred_up:
        facts.append(transferred_up_fact(order, route.up_to or "city", "", route.to))
    elif sent and route.to in order.file.bounced:
        facts.append(ruling_fact(order, "loop", to=route.to))
        return facts
    elif sent:
        facts.append(dispatched_fact(order, route.to, route, by_rule=True))
    asked = order.file.ruling is not None and order.file.ruling.ruled_at is None
    if route.ask_ruling and not asked:
        held = sent or route.transferred_up
        facts.append(ruling_fact(order, "no_owner", held=held, route=route))
    if route.errata and not order.file.errata:
        facts.append(order.fact("RuleErrataOpened", {"text": "", "rule": route.rule}))
    return facts
