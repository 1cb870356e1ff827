"""Zero reports: one report of each holder in every round, and the rounds themselves (A.8)."""

from collections.abc import Iterator
from typing import Final

from city.clocks.freshness import STEP_LATE_S
from city.commands.command import Decision, NewFact, Now, Refusal
from city.commands.decision import not_now
from city.commands.response.situation.arguments import PassReportLimit, SendZeroReport
from city.commands.response.situation.figures import CENTRE, figures_fact
from city.commands.response.situation.round_facts import round_opened
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subject_step import SubjectStep, step_of
from city.dispatch.decision_rules import DecisionRules
from city.response.rounds import missing, next_round_id, round_of, rounds_now
from city.state.ledger_state import LedgerState
from city.state.response_records import ReportRound, Response

__all__ = ["decide_pass_report_limit", "decide_send_zero_report", "due_report_steps"]

VERB: Final = "pass_report_limit"
CALLED, RED = 15, 30
"""Minutes after which a missing report is called for, and after which the duty leader is told."""


def decide_send_zero_report(order: SubjectOrder, args: SendZeroReport) -> SubjectAnswer:
    """Report for the sender's own street or agency; a second report of a round corrects the first one.

    The centre enters what a street or agency told by telephone: the fact says so, and who entered it.
    """
    asked, by_phone = order.subject.record, order.role in CENTRE
    if not isinstance(asked, ReportRound):
        return Refusal("unknown_subject", "unknown_round")
    if by_phone and not args.holder:
        return Refusal("bad_args", "missing_arg", {"field": "holder", "expected": "who telephoned"})
    holder = (args.holder or "") if by_phone else order.by.holder
    if args.holder not in (None, holder):
        return Refusal("not_allowed", "other_holder", {"at_holder": str(args.holder)})
    if not holder or holder not in asked.holders:
        return Refusal("not_allowed", "not_in_round", {"at_holder": holder})
    if asked.ended_at is not None:
        return not_now("round_over", ended_at=asked.ended_at)
    if args.nil and args.figures:
        return Refusal("bad_args", "bad_arg", {"field": "nil", "expected": "false, as there are figures"})
    if not args.nil and not args.figures:
        return Refusal("bad_args", "missing_arg", {"field": "figures", "expected": "a number, or nil"})
    earlier = asked.reports.get(holder)
    data = {
        "holder": holder, "nil": args.nil, "text": (args.text or "").strip(), "corrects": earlier is not None,
        "by_phone": by_phone,
        # A correction does not make a late report timely, nor a timely one late.
        "late_s": max(0.0, order.now.city - asked.due_at) if earlier is None else earlier.late_s,
    }  # fmt: skip
    sent = order.fact("ZeroReportSent", data)
    expects = ((order.subject.name, order.subject.version),)
    if args.nil:
        return Decision((sent,), expects)
    told = figures_fact(
        order, holder, args.figures, args.reason, by_phone=by_phone, exercise=asked.is_exercise
    )
    if isinstance(told, Refusal):
        return told
    return Decision((told, sent), (*expects, (told.subject, int(told.data["version"]) - 1)))


def due_report_steps(state: LedgerState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
    """Yield for each response the earliest step of its round that is due and not done."""
    for response in state.responses.values():
        running = round_of(state, response.id)
        if running is None and response.active is None:
            continue
        steps = [step for step in _steps(state, rules, response, running) if step.at <= now.city]
        if steps:
            yield min(steps, key=lambda step: step.at)


def _steps(
    state: LedgerState, rules: DecisionRules, response: Response, running: ReportRound | None
) -> Iterator[SubjectStep]:
    active, planned = response.active, rounds_now(rules, response)
    if running is None:
        if active is not None and planned is not None:
            name = f"report_round:{next_round_id(state, response.id)}"
            yield SubjectStep(name, 0, VERB, "open", active.activated_at, int(active.activated_at))
        return
    numbers = rules.response.numbers

    def step(code: str, at: float) -> SubjectStep:
        return SubjectStep(f"report_round:{running.id}", running.version, VERB, code, at, int(at))

    if active is None or planned is None:
        yield step("end", _over_since(response, running))
    elif active.id != running.activation:
        yield step("next", active.activated_at)
    else:
        for code, minutes, after_s in (
            ("call", CALLED, numbers.report_call_s), ("red", RED, numbers.report_red_s)
        ):  # fmt: skip
            if missing(running, minutes):
                yield step(code, running.due_at + after_s)
        yield step("next", running.opened_at + running.interval_s)


def _over_since(response: Response, running: ReportRound) -> float:
    """Return since when nothing is asked any more: the end of the response, or a level without reports."""
    last = response.activations[-1]
    since = last.activated_at if last.ended_at is None else last.ended_at
    return max(since, running.opened_at)


def decide_pass_report_limit(order: SubjectOrder, args: PassReportLimit) -> SubjectAnswer:
    """Open the next round, end it, or say which reports are late; a step that was overtaken is refused."""
    steps = due_report_steps(order.state, order.rules, order.now)
    step = step_of(steps, order.subject.name, args.step, args.serial)
    if step is None:
        return not_now("step_overtaken")
    running = order.subject.record
    if not isinstance(running, ReportRound):
        ids = {next_round_id(order.state, one.id): one for one in order.state.responses.values()}
        opened = _opened(order, ids[order.subject.id], step.at)
        return not_now("step_overtaken") if opened is None else Decision((opened,), ((opened.subject, 0),))
    late_s = order.now.city - step.at
    if step.code in ("call", "red"):
        minutes = CALLED if step.code == "call" else RED
        data = {
            "minutes": minutes, "holders": list(missing(running, minutes)), "late_s": late_s,
            "to": "duty_leader" if minutes == RED else "", "call": not running.is_exercise,
        }  # fmt: skip
        return (order.fact("ZeroReportLate", data),)
    unsent = [one for one in running.holders if one not in running.reports]
    ended = order.fact("ReportRoundEnded", {"why": step.code, "missing": unsent, "late_s": late_s})
    expects = ((order.subject.name, order.subject.version),)
    response = order.state.responses[running.response]
    following = _opened(order, response, step.at) if step.code == "next" else None
    if following is None:
        return Decision((ended,), expects)
    return Decision((ended, following), (*expects, (following.subject, 0)))


def _opened(order: SubjectOrder, response: Response, begins: float) -> NewFact | None:
    """Return the fact that opens a response's next round, None when nothing is asked any more.

    ``begins`` is when it should have opened; a round that opens much later counts from now.
    """
    active, planned = response.active, rounds_now(order.rules, response)
    if active is None or planned is None:
        return None
    at = begins if order.now.city - begins <= STEP_LATE_S else order.now.city
    return round_opened(order, response.id, active, planned, at)
