"""Underpass closures (M2): a suggestion, one press or the rule, three parties; two of three reopen it."""

from typing import Any, Final

from city.commands.argument_types import Args
from city.commands.command import Decision, NewFact, Refusal
from city.commands.decision import moment, not_now
from city.commands.linkage.arguments import (
    AgreeReopening,
    CloseUnderpass,
    OpenIncident,
    TaskRow,
)
from city.commands.linkage.arguments import Depth as DepthArgs
from city.commands.linkage.closing import CLOSING_WORDS, closed_fact
from city.commands.linkage.guards import known_holder
from city.commands.linkage.issuing import issue_into, template_rows
from city.commands.linkage.opening import open_incident_of, opened
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.linkage.gauges import IN_FORCE, Depth, is_underpass_gauge, noted_state
from city.state.linkage_records import Closure

__all__ = [
    "decide_agree_reopening", "decide_close_underpass", "decide_confirm_closure", "decide_note_depth",
]  # fmt: skip

INCIDENT_KIND: Final = "underpass_flood"
CHECK_WORDS: Final = "check_underpass"
"""Words of the task that replaces a silent gauge: a check on the spot or by camera."""
MOST_PARTIES: Final = 3
ENOUGH: Final = 2
"""How many of the parties must agree to reopen."""


def decide_note_depth(order: SubjectOrder, args: DepthArgs) -> SubjectAnswer:
    """Note what the gauge shows when it changes something; a silent one gets a task to check on the spot."""
    closure = _closure(order)
    numbers = order.rules.linkage.numbers
    rise_cm = args.rise_cm_min * numbers.rise_window_s / 60 if args.why != "rise" else numbers.rise_cm
    seen = Depth(args.depth_cm, rise_cm, args.rise_cm_min, silent=args.why == "silent")
    noted = noted_state(closure, seen, numbers)
    if noted is None or noted[0] != args.why:
        return not_now("step_overtaken")
    limit_at = closure.limit_at if closure else None
    if args.why == "limit" and limit_at is None:
        limit_at = order.now.city
    if noted[1] == "open":
        limit_at = None
    data: dict[str, Any] = {
        "why": args.why, "state": noted[1], "depth_cm": args.depth_cm, "rise_cm_min": args.rise_cm_min,
        "at": args.at, "limit_at": moment(limit_at), "call": args.why == "limit",
    }  # fmt: skip
    facts, expects = [order.fact("DepthNoted", data)], [(order.subject.counted, order.subject.version)]
    if args.why == "silent" and closure is not None:
        checks = _check_on_the_spot(order, closure)
        facts += checks[0]
        expects += checks[1]
    return Decision(tuple(facts), tuple(expects))


def _check_on_the_spot(order: SubjectOrder, closure: Closure) -> tuple[list[NewFact], list[tuple[str, int]]]:
    """Return the task to check a closed underpass whose gauge is silent; none while one is open."""
    incident = order.state.incidents.get(closure.incident)
    to = next((code for code in reversed(closure.parties) if known_holder(order, code)), "")
    if incident is None or not incident.is_open or not to:
        return [], []
    tasks = [order.state.tasks[id_] for id_ in incident.tasks]
    if any(task.words == CHECK_WORDS and task.is_open for task in tasks):
        return [], []
    issued = issue_into(
        order, incident, (TaskRow(to, "P2", text="-"),), mode="rule", by_rule=True, text="",
        words=CHECK_WORDS, why="silent", evidence="photo",
    )  # fmt: skip
    return ([], []) if isinstance(issued, Refusal) else issued


def decide_close_underpass(order: SubjectOrder, args: CloseUnderpass) -> SubjectAnswer:
    """Start the closure: one press issues the tasks of all parties; by the rule it is the engine's act."""
    device = order.state.devices.get(order.subject.id)
    if device is None or not is_underpass_gauge(device):
        return not_now("not_a_gauge")
    closure = _closure(order)
    if closure is not None and closure.state in IN_FORCE:
        ordered = closure.ordered
        return not_now(
            "closure_ordered", by=ordered.name if ordered else "",
            ordered_at=ordered.at if ordered else closure.at,
        )  # fmt: skip
    by_rule = order.role == "system"
    made = _incident_facts(order, by_rule=by_rule)
    if isinstance(made, Refusal):
        return made
    incident, facts, expects = made
    data: dict[str, Any] = {
        "incident": incident, "by_rule": by_rule, "text": args.text or "",
        "parties": _parties(order, incident, facts),
        "depth_cm": closure.depth_cm if closure else None,
    }  # fmt: skip
    ordered_fact = order.fact("UnderpassClosureOrdered", data)
    return Decision((*facts, ordered_fact), ((order.subject.counted, order.subject.version), *expects))


def _parties(order: SubjectOrder, incident: str, issued: tuple[NewFact, ...]) -> list[str]:
    """Return the parties: those of the setting, in a district without them the first that got a task."""
    known = [code for code in order.rules.linkage.numbers.closure_parties if known_holder(order, code)]
    if known:
        return known
    held = [task.agency for task in order.state.tasks.values() if task.incident == incident]
    new = [str(fact.data["agency"]) for fact in issued if fact.type == "TaskIssued"]
    return list(dict.fromkeys([*held, *new]))[:MOST_PARTIES]


def _incident_facts(
    order: SubjectOrder, *, by_rule: bool
) -> tuple[str, tuple[NewFact, ...], tuple[tuple[str, int], ...]] | Refusal:
    """Return the incident of the closure with its new tasks; an open one of the gauge is used again."""
    mode = "rule" if by_rule else "plan"
    why = {"why": "rule"} if by_rule else {}
    there = open_incident_of(order.state, order.subject)
    if there is None:
        begun = opened(order, OpenIncident(INCIDENT_KIND), mode=mode, **why)
        if isinstance(begun, Refusal):
            return begun
        return begun.facts[0].subject.removeprefix("incident:"), begun.facts, begun.expects
    tasks = [order.state.tasks[id_] for id_ in there.tasks]
    if any(task.words == CLOSING_WORDS and task.state not in ("cancelled", "declined") for task in tasks):
        return there.id, (), ()
    rows = template_rows(order.rules.linkage.rows(INCIDENT_KIND, there.grade), there.place.street)
    issued = issue_into(order, there, rows, mode=mode, by_rule=True, **why)
    if isinstance(issued, Refusal):
        return issued
    return there.id, tuple(issued[0]), tuple(issued[1])


def decide_confirm_closure(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Confirm that the road is closed: by one of the parties."""
    closure = _closure(order)
    if closure is None or closure.state != "closing":
        return not_now("closure_state", closure_state=closure.state if closure else "open")
    if order.by.holder not in closure.parties:
        return Refusal("not_allowed", "not_a_party")
    return (closed_fact(order, order.subject, closure, order.by.holder),)


def decide_agree_reopening(order: SubjectOrder, args: AgreeReopening) -> SubjectAnswer:
    """Ask to reopen (the centre), or agree to it (a party): with the second party it is reopened."""
    closure = _closure(order)
    if closure is None or closure.state not in ("closed", "reopening"):
        return not_now("closure_state", closure_state=closure.state if closure else "open")
    wrong = _not_safe(order, closure)
    if wrong is not None:
        return wrong
    party = order.by.holder
    if party and party not in closure.parties:
        return Refusal("not_allowed", "not_a_party")
    if party in closure.reopen_asked:
        return not_now("party_agreed", at_holder=party)
    agreed = [*closure.reopen_asked, *([party] if party else [])]
    fact = order.fact("ReopeningAgreed", {"agency": party, "agreed": agreed, "text": args.text or ""})
    if len(agreed) < min(ENOUGH, len(closure.parties)):
        return (fact,)
    return fact, order.fact("UnderpassReopened", {"agreed": agreed, "incident": closure.incident})


def _not_safe(order: SubjectOrder, closure: Closure) -> Refusal | None:
    """Refuse while the water stands, or while nobody has looked in place of a silent gauge."""
    limit = order.rules.linkage.numbers.depth_limit_cm
    if closure.noted == "silent":
        incident = order.state.incidents.get(closure.incident)
        tasks = [order.state.tasks[id_] for id_ in incident.tasks] if incident else []
        looked = any(task.words == CHECK_WORDS and task.state in ("done", "verified") for task in tasks)
        return None if looked else not_now("gauge_silent")
    if closure.depth_cm >= limit:
        return not_now("still_deep", depth_cm=round(closure.depth_cm), limit_cm=round(limit))
    return None


def _closure(order: SubjectOrder) -> Closure | None:
    record = order.subject.record
    return record if isinstance(record, Closure) else None
