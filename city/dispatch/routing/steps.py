"""The steps of dispatch (domain §4.1): each looks up tables, and the first that decides ends them.

部件先属主后属地, 事件先属地后属主; 条块结合、以块为主.
"""

from collections.abc import Callable
from typing import Final

from city.dispatch.routing.case_inputs import CaseInputs, StepResult
from city.dispatch.routing.route import Reason
from city.dispatch.tables.dispatch_rules import TERRITORY, Rule

__all__ = ["DANGERS", "STEPS"]

DANGERS: Final = {
    "fire": ("119",), "crime": ("110",), "medical": ("120",), "trapped": ("110", "119", "120"),
}  # fmt: skip
"""Danger to life → number to call; any other danger goes to 110."""


def step0(inputs: CaseInputs) -> StepResult | None:
    """Hand over danger to life at once; the case about the object itself is routed as usual (D7)."""
    dangers = inputs.situation.danger
    if not dangers:
        return None
    called = tuple(sorted({number for danger in dangers for number in DANGERS.get(danger, ("110",))}))
    named = [danger if danger in DANGERS else "other" for danger in dangers]
    names = {"numbers": "、".join(called)}
    reasons = tuple(Reason("0", f"danger_{danger}", names) for danger in dict.fromkeys(named))
    return StepResult(reasons, emergency=called)


def step1(inputs: CaseInputs) -> StepResult | None:
    """谁审批谁负责: the agency that approved the site that causes the problem."""
    rule, wanted = inputs.source_rule, inputs.situation.source_site
    if rule is None or not wanted:
        return None
    site = inputs.tables.sites.get(wanted)
    if site is None:
        return StepResult((Reason("1", "source_unknown", {"site": wanted}),))
    reasons = [Reason("1", "source_owner", {"site": site.id, "approver_holder": site.approver})]
    if rule.clean_by:
        names = {"co_holder": rule.clean_by, "minutes": str(rule.clean_min)}
        reasons.insert(0, Reason("1", "clean", names))
    co = tuple(dict.fromkeys((rule.clean_by, *rule.co)))
    return StepResult(tuple(reasons), (site.approver,), rule.principle, co, rule=rule.id)


def step2(inputs: CaseInputs) -> StepResult | None:
    """Component: the owner first; event: the territory first."""
    asked = _COMPONENT if inputs.situation.kind == "component" else _EVENT
    return next((result for ask in asked if (result := ask(inputs)) is not None), None)


def step3(inputs: CaseInputs) -> StepResult | None:
    """Hand a city-level object up to the city; the street keeps it safe and clean meanwhile."""
    thing = inputs.city_object
    if thing is None:
        return None
    names = {"object": thing.name, "channel": thing.channel, "street_holder": inputs.street}
    return StepResult(
        (Reason("3", "city_object", names),), (inputs.street,), "city", rule=thing.id,
        transferred_up=True, up_to=thing.channel,
    )  # fmt: skip


def step4(inputs: CaseInputs) -> StepResult:
    """No step decided: the territory takes it, and a rule error is reported."""
    reason = Reason("4", "nothing", {"street_holder": inputs.street})
    state = "unknown" if inputs.situation.kind == "component" else ""
    return StepResult((reason,), (inputs.street,), "backstop", owner_state=state, errata=True)


STEPS: Final[tuple[Callable[[CaseInputs], StepResult | None], ...]] = (step0, step1, step2, step3, step4)


def _ruled(inputs: CaseInputs) -> StepResult | None:
    """2a: a ruling in the ledger's register names the holder."""
    ruling = inputs.ruling
    if ruling is None:
        return None
    reason = Reason("2a", "ruled", {"ruling": ruling.no, "owner_holder": ruling.holder})
    return StepResult((reason,), (ruling.holder,), "ruling", owner_state="ruled", ruling=ruling.no)


def _registered(inputs: CaseInputs) -> StepResult | None:
    """2a: the register has a confirmed owner, or a maintainer who acts for it."""
    entry = inputs.component
    if entry is None or not entry.is_owned:
        return None
    names = {"owner_holder": entry.owner, "component": entry.code}
    state = "ruled" if entry.owner_state.startswith("ruled") else "confirmed"
    rule = f"register:{entry.code}"
    if entry.delegated:
        reason = Reason("2a", "delegated", {**names, "maintainer_holder": entry.maintainer})
        ranked = (entry.maintainer, entry.owner)
        return StepResult((reason,), ranked, "owner_first", (entry.owner,), owner_state=state, rule=rule)
    reason = Reason("2a", "register", names)
    return StepResult((reason,), (entry.owner,), "owner_first", owner_state=state, rule=rule)


def _by_road(inputs: CaseInputs) -> StepResult | None:
    """2b: the owner along this road; with several possible owners a dispatcher chooses."""
    rows = () if inputs.situation.owner_state else inputs.road_owners()
    if not rows:
        return None
    holders = tuple(dict.fromkeys(row.owner for row in rows))
    names = {"road": rows[0].road, "owner_holder": holders[0]}
    reason = Reason("2b", "road_owners" if len(holders) > 1 else "road_owner", names)
    state = "disputed" if len(holders) > 1 else "confirmed"
    return StepResult(
        (reason,), holders, "owner_first", confidence=1.0 / len(holders), owner_state=state, rule=rows[0].id
    )


def _by_class(inputs: CaseInputs) -> StepResult | None:
    """2b: the owner of components of this class in this district."""
    rule = inputs.rule
    if (
        rule is None
        or rule.likely
        or inputs.situation.owner_state
        or _is_disputed(inputs)
        or inputs.city_object
    ):
        return None
    owner = inputs.street if rule.lead == TERRITORY else rule.lead
    reason = Reason("2b", "class_owner", {"owner_holder": owner, "rule": rule.id})
    state = "" if rule.lead == TERRITORY else "confirmed"
    return StepResult((reason,), (owner,), rule.principle, rule.co, owner_state=state, rule=rule.id)


def _unowned(inputs: CaseInputs) -> StepResult | None:
    """2c: the owner is unknown or disputed: the territory takes it, and a ruling is requested (D2)."""
    rule = inputs.rule
    if rule is None or inputs.city_object:
        return None
    entry = inputs.component
    owner_state = inputs.situation.owner_state or (entry.owner_state if entry else "unknown")
    state = "disputed" if owner_state == "disputed" else "unknown"
    likely = tuple(h for h in dict.fromkeys(inputs.named_holders()) if h and h != inputs.street)
    reason = Reason("2c", f"owner_{state}", {"street_holder": inputs.street, "rule": rule.id})
    return StepResult(
        (reason,),
        (inputs.street,),
        "territory_first",
        likely[:3],
        owner_state=state,
        ask_ruling=True,
        rule=rule.id,
    )


def _managed(inputs: CaseInputs) -> StepResult | None:
    """2a: a holder in the district maintains a city-level object, so it does not go to the city."""
    return _by_road(inputs) if inputs.city_object else None


def _fixed(inputs: CaseInputs) -> StepResult | None:
    """2a: a class of events that only one agency can handle."""
    rule = inputs.rule
    if rule is None or rule.lead == TERRITORY:
        return None
    reason = Reason("2a", "fixed_agency", {"owner_holder": rule.lead, "rule": rule.id})
    return StepResult((reason,), (rule.lead,), rule.principle, rule.co, rule=rule.id)


def _territory(inputs: CaseInputs) -> StepResult | None:
    """2a and 2b: the street, unless it does not have the power over the class or not enough of it."""
    rule, power = inputs.rule, inputs.power
    if rule is None or inputs.city_object:
        return None
    if power is not None and power.state == "not_devolved":
        names = {"street_holder": inputs.street, "owner_holder": power.agency}
        reason = Reason("2a", "not_devolved", names)
        return StepResult((reason,), (power.agency,), "territory_first", rule.co, rule=rule.id)
    beyond = power.agency if power is not None and power.agency else rule.next
    if inputs.situation.beyond_power and beyond:
        names = {"street_holder": inputs.street, "owner_holder": beyond}
        reasons = (_first(inputs, rule), Reason("2b", "beyond_power", names))
        return StepResult(reasons, (beyond, inputs.street), "territory_first", (inputs.street,), rule=rule.id)
    if power is not None and power.state == "transitional":
        reason = Reason("2a", "transitional", {"street_holder": inputs.street, "co_holder": power.agency})
        co = tuple(dict.fromkeys((power.agency, *rule.co)))
        return StepResult((reason,), (inputs.street,), "territory_first", co, rule=rule.id)
    return StepResult((_first(inputs, rule),), (inputs.street,), "territory_first", rule.co, rule=rule.id)


def _first(inputs: CaseInputs, rule: Rule) -> Reason:
    return Reason("2a", "territory", {"street_holder": inputs.street, "rule": rule.id})


_COMPONENT: Final = (_ruled, _registered, _by_road, _by_class, _unowned)
_EVENT: Final = (_ruled, _managed, _fixed, _territory)


def _is_disputed(inputs: CaseInputs) -> bool:
    entry = inputs.component
    return entry is not None and not entry.is_owned
