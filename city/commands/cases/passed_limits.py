"""Passed limits: what the system does when a limit of a case passes without an act (``pass_limit``)."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from city.access import Person
from city.cases.callers import awaits_call_back, orders_of
from city.clocks.freshness import STEP_LATE_S
from city.commands.cases.automatic_filing import filing_facts
from city.commands.cases.automatic_steps import OfficeTime, Step, office_time, share_used, steps
from city.commands.cases.limits import level_by
from city.commands.cases.routing import dispatched_fact, ruling_fact
from city.commands.cases.supervision import LEVELS, escalated_fact, reminded_fact
from city.commands.cases.suspensions import extension_decided_fact, resumed_fact, suspension_decided_fact
from city.commands.command import Command, Decision, NewFact, Now, Refusal
from city.commands.decision import Order, moment, not_now, ordered
from city.dispatch.decision_rules import DecisionRules
from city.state.hotline_records import DEFER
from city.state.ledger_state import Case, LedgerState

__all__ = ["decide_pass_limit"]

OVERDUE: Final = {"remind": 1, "red1": 2, "red2": 3, "red3": 4}

RECIPIENTS: Final[dict[str, tuple[str, ...]]] = {
    "accept": ("shift_lead",),
    "verify": ("inspector", "street"),
    "photo": ("inspector", "shift_lead"),
    "contact_soon": ("intake_officer", "holder"),
    "contact": ("intake_officer", "shift_lead"),
    "hotline_soon": ("holder",),
    "hotline": ("holder", "agency_leader", "shift_lead"),
    "call_back": ("intake_officer", "shift_lead"),
    "dispatch": ("shift_lead",),
    "follow_up": ("duty_leader",),
    "sign_half": ("holder",),
    "sign": ("holder", "agency_leader"),
    "check": ("inspector", "street"),
    "make_safe": ("make_safe", "shift_lead"),
    "resume": ("holder", "dispatcher"),
    "unowned": ("duty_leader",),
    "ruling": ("rotating_leader",),
    "ruling2": ("rotating_leader", "street"),
    "remind": ("holder",),
    "red1": ("agency_leader", "shift_lead"),
    "red2": ("shift_lead", "duty_leader"),
    "red3": ("rotating_leader", "district"),
    "acknowledge": ("supervisor",),
    "answer_level": ("level",),
    "decide_extension": ("holder", "shift_lead"),
    "decide_suspension": ("holder", "shift_lead"),
}
"""Step → recipients of its notice (domain §3.4, last column, and §4.5). ``holder``, ``street``,
``make_safe``, ``supervisor`` and ``level`` are placeholders for those of the case."""

ABOVE: Final = {"village": "street", "street": "district", "district": "city"}


class _Passed(msgspec.Struct, frozen=True):
    order: Order
    step: Step
    late_s: float
    recipients: list[str]
    time: OfficeTime


def decide_pass_limit(  # the six arguments of every decision
    state: LedgerState, case: Case, command: Command, by: Person, rules: DecisionRules, now: Now
) -> Decision | Refusal:
    """Return the facts of a due step; refused when the step is not due or no longer due."""
    order = ordered(state, case, command, by, rules, now)
    relaxed = state.relaxations.get(DEFER)
    time = office_time(order.case, rules, relaxed.spans[-1] if relaxed else None)
    asked = (command.args.get("step"), command.args.get("serial"))
    step = next((s for s in steps(case, rules.numbers, time) if (s.code, s.serial) == asked), None)
    if step is None or step.at > now.city:
        return not_now("step_not_due", step=str(asked[0]))
    behind = now.city - step.at
    passed = _Passed(
        order, step, round(behind, 1) if behind > STEP_LATE_S else 0.0, _recipients(order, step), time
    )
    noted = order.fact("StageLimitPassed", {**_moment_of(passed), "serial": step.serial})
    effect = _EFFECTS.get(step.code)
    facts = (noted, *(effect(passed) if effect else ()))
    return Decision(facts, ((f"case:{case.key}", case.file.version),))


def _moment_of(passed: _Passed) -> dict[str, Any]:
    step = passed.step
    return {
        "step": step.code, "due_at": moment(step.at), "late_s": passed.late_s, "told": passed.recipients,
    }  # fmt: skip


def _recipients(order: Order, step: Step) -> list[str]:
    """Return the roles and holders' codes that get the notice, without those that the case does not have."""
    file = order.file
    level = min(file.supervised + 1, len(LEVELS))
    placeholders = {
        "holder": file.holder,
        "street": order.case.place.street,
        "make_safe": file.make_safe.holder if file.make_safe else "",
        "supervisor": LEVELS[level - 1],
        "level": above if (above := ABOVE.get(file.level_asked, "")) != "city" else "duty_leader",
    }
    callers = orders_of(order.state, order.case)
    if step.code == "call_back" and not any(map(awaits_call_back, callers)):
        return []  # every caller was called back in time
    recipients = [placeholders.get(name, name) for name in RECIPIENTS.get(step.code, ())]
    return [name for name in dict.fromkeys(recipients) if name]


def _share(passed: _Passed) -> tuple[NewFact, ...]:
    """Record the used share of the time to fix it (§4.5); the first two steps also remind the holder."""
    order, step = passed.order, passed.step
    percent = round(100 * share_used(order.case, step.at, passed.time))
    data = {
        "share": percent, "overdue": OVERDUE[step.code], "late_s": passed.late_s, "told": passed.recipients,
    }  # fmt: skip
    overdue = order.fact("CaseOverdue", data)
    return (overdue, *_reminded(passed)) if step.code in ("remind", "red1") else (overdue,)


def _reminded(passed: _Passed) -> tuple[NewFact, ...]:
    to = passed.order.file.holder
    return (reminded_fact(passed.order, to, by_rule=True, late_s=passed.late_s),) if to else ()


def _backstop(passed: _Passed) -> tuple[NewFact, ...]:
    """Dispatch a filed case to its street, or open a ruling if the street returned it."""
    order = passed.order
    street = order.case.place.street
    if order.file.state != "filed" or not street:
        return ()
    if street in order.file.bounced:
        return (ruling_fact(order, "loop", to=street),)
    return (dispatched_fact(order, street, by_rule=True, backstop=True),)


def _backstop_of_ruling(passed: _Passed) -> tuple[NewFact, ...]:
    """Dispatch it to its street without return, when there is no ruling after twice its limit."""
    order = passed.order
    street = order.case.place.street
    if not street:
        return ()  # its street is unknown
    return (dispatched_fact(order, street, by_rule=True, backstop=True, no_return=True),)


def _ruling_opened(passed: _Passed) -> tuple[NewFact, ...]:
    return (ruling_fact(passed.order, "unowned"),)


def _next_supervisor(passed: _Passed) -> tuple[NewFact, ...]:
    order = passed.order
    level = order.file.supervised + 1
    if level > len(LEVELS):
        return ()
    return (escalated_fact(order, level, why="unacknowledged"),)


def _next_level(passed: _Passed) -> tuple[NewFact, ...]:
    """Ask the level above the one that did not answer; only a person asks the city (C18)."""
    order = passed.order
    to = ABOVE.get(order.file.level_asked, "")
    if to in ("", "city"):
        return ()
    data: dict[str, Any] = {
        "from": order.file.level_asked, "to": to, "text": "", "photos": [], "reason": "unanswered",
        "answer_by": moment(level_by(order)),
    }  # fmt: skip
    return (order.fact("LevelTransferred", data),)


def _extension_refused(passed: _Passed) -> tuple[NewFact, ...]:
    return (extension_decided_fact(passed.order, approved=False),)


def _suspension_refused(passed: _Passed) -> tuple[NewFact, ...]:
    return (suspension_decided_fact(passed.order, approved=False),)


def _filed(passed: _Passed) -> tuple[NewFact, ...]:
    return filing_facts(passed.order)


def _resumed(passed: _Passed) -> tuple[NewFact, ...]:
    return (resumed_fact(passed.order),)


_EFFECTS: Final[dict[str, Callable[[_Passed], tuple[NewFact, ...]]]] = {
    "file": _filed,
    "remind": _share, "red1": _share, "red2": _share, "red3": _share,
    "sign_half": _reminded, "sign": _reminded, "dispatch": _backstop, "unowned": _ruling_opened,
    "ruling2": _backstop_of_ruling, "acknowledge": _next_supervisor, "answer_level": _next_level,
    "decide_extension": _extension_refused, "decide_suspension": _suspension_refused, "resume": _resumed,
}  # fmt: skip
"""Step → the facts after its ``StageLimitPassed``; the other steps only send notices."""
