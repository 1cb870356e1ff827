"""The limits of shifts, hand-overs and call-out tests: what the engine orders when one passes (§3.8)."""

from collections.abc import Iterator
from typing import Any, Final

from city.commands.command import Decision, NewFact, Now
from city.commands.decision import moment, not_now
from city.commands.duty.arguments import PassDutyLimit
from city.commands.duty.handover_items import drafted, item_data, items_changed
from city.commands.duty.planning import planned_facts, planned_shift, shift_times
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subject_step import SubjectStep, step_of
from city.dispatch.decision_rules import DecisionRules
from city.state.duty_records import Post, Shift
from city.state.ledger_state import LedgerState

__all__ = ["decide_pass_duty_limit", "due_duty_steps"]

VERB: Final = "pass_duty_limit"
WAITING: Final = ("planned", "called")


def due_duty_steps(state: LedgerState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
    """Yield for each shift and call-out test its earliest step that is due and not done."""
    responsible = state.shifts.get(state.shift)
    if responsible is not None:
        following = state.shifts.get(responsible.handover.to) if responsible.handover else None
        for shift in (responsible, following):
            steps = (
                [step for step in _steps(state, shift, rules, now) if step.at <= now.city] if shift else []
            )
            if steps:
                yield min(steps, key=lambda step: step.at)
    for test in state.call_outs.values():
        if test.ended_at is None and test.limit_at <= now.city:
            yield SubjectStep(f"call_out:{test.id}", test.version, VERB, "end", test.limit_at)


def decide_pass_duty_limit(order: SubjectOrder, args: PassDutyLimit) -> SubjectAnswer:
    """Do what the rules say when a limit has passed; a step that was overtaken is refused."""
    steps = due_duty_steps(order.state, order.rules, order.now)
    step = step_of(steps, order.subject.name, args.step, args.serial)
    if step is None:
        return not_now("step_overtaken")
    late_s = order.now.city - step.at
    if step.code == "end":
        return (order.fact("CallOutEnded", {"late_s": late_s}),)
    shift: Shift = order.subject.record
    if step.code == "draft":
        return _draft(order, shift)
    if step.code == "release":
        return (order.fact("ShiftLimitPassed", {"limit": "release", "late_s": late_s}),)
    numbers = order.rules.linkage.duty
    if step.code == "call":
        return tuple(
            _called(order, post, "start", _begins(shift, post), late_s)
            for post in _awaited(shift, "called")
            if _begins(shift, post) <= order.now.city
        )
    if step.code == "unstaffed":
        return tuple(
            _unstaffed(order, post, "start", _begins(shift, post), late_s)
            for post in _awaited(shift, "unstaffed")
            if _begins(shift, post) + numbers.unstaffed_s <= order.now.city
        )
    post = shift.posts[step.code.partition("=")[2]]
    if step.code.startswith("leave="):
        return (_called(order, post, "leave", step.at, late_s),)
    return (_unstaffed(order, post, "leave", post.away_until or order.now.city, late_s),)


def _steps(state: LedgerState, shift: Shift, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
    numbers, subject = rules.linkage.duty, f"shift:{shift.id}"

    def step(code: str, at: float, serial: int = 0) -> SubjectStep:
        return SubjectStep(subject, shift.version, VERB, code, at, serial)

    if shift.id == state.shift:
        drafted_for = _draft_due(state, shift, rules, now)
        if drafted_for is not None:
            yield step("draft", *drafted_for)
        if shift.state == "handing_over" and "release" not in shift.passed:
            yield step("release", shift.ends_at + numbers.handover_s)
    for code, after_s in (("called", 0.0), ("unstaffed", numbers.unstaffed_s)):
        begins = [_begins(shift, post) for post in _awaited(shift, code)]
        if begins:
            yield step("call" if code == "called" else code, min(begins) + after_s, int(min(begins)))
    for post in shift.posts.values():
        if post.state == "away" and post.away_until is not None:
            serial = int(post.away_until)
            if f"{post.key}:leave" not in shift.passed:
                yield step(f"leave={post.key}", post.away_until, serial)
            elif f"{post.key}:leave10" not in shift.passed:
                yield step(f"leave10={post.key}", post.away_until + numbers.unstaffed_s, serial)


def _draft_due(state: LedgerState, shift: Shift, rules: DecisionRules, now: Now) -> tuple[float, int] | None:
    """Return when the hand-over must be drafted and the serial of the draft; None: not, or not again."""
    first = shift.ends_at - rules.linkage.duty.draft_s
    if shift.handover is None:
        return first, 0
    if _is_missed(state, shift, now) or any(items_changed(state, shift, now.city)):
        return now.city, shift.handover.position
    return None


def _is_missed(state: LedgerState, shift: Shift, now: Now) -> bool:
    """Whether the shift that should take over is over, and nobody opened it."""
    following = state.shifts.get(shift.handover.to) if shift.handover else None
    return following is not None and following.state == "planned" and following.ends_at <= now.city


def _draft(order: SubjectOrder, shift: Shift) -> Decision:
    state, now = order.state, order.now.city
    handover = shift.handover
    if handover is None or _is_missed(state, shift, order.now):
        span = shift_times(order.rules).after(shift, now)
        to, items = span.id, drafted(state, shift, now, order.now.silent)
        is_next = span.starts_at == shift.ends_at
        awaited_from = span.starts_at if is_next else max(span.starts_at, now)
        plan = planned_facts(order, planned_shift(state, order.rules, span, awaited_from))
    else:
        to, items, plan = handover.to, (), ()
    changed, reopened = items_changed(state, shift, now)
    kept = handover.items if handover else ()
    every = {item.key: item for item in (*kept, *items, *changed)}
    data: dict[str, Any] = {
        "to": to, "items": [item_data(item) for item in every.values()], "reopened": list(reopened),
        "position": state.position, "hash": state.hash,
    }  # fmt: skip
    expects = ((order.subject.name, shift.version), *((fact.subject, 0) for fact in plan))
    return Decision((*plan, order.fact("HandoverDrafted", data)), expects)


def _awaited(shift: Shift, mark: str) -> list[Post]:
    """Return the planned persons who did not sign in, and for whom a limit was not announced."""
    if shift.state == "closed":
        return []
    return [
        post
        for post in shift.posts.values()
        if post.person and post.state in WAITING and f"{post.key}:{mark}" not in shift.passed
    ]


def _begins(shift: Shift, post: Post) -> float:
    """Return from when a person is awaited."""
    return max(shift.starts_at, post.since)


def _called(order: SubjectOrder, post: Post, why: str, empty_since: float, late_s: float) -> NewFact:
    data = {
        "post": post.key, "person": post.person, "deputy": post.deputy, "why": why,
        "empty_since": moment(empty_since), "late_s": late_s,
    }  # fmt: skip
    return order.fact("PostCalled", data)


def _unstaffed(order: SubjectOrder, post: Post, why: str, empty_since: float, late_s: float) -> NewFact:
    data = {
        "post": post.key, "why": why, "empty_since": moment(empty_since), "late_s": late_s,
        "minutes": str(int((order.now.city - empty_since) // 60)),
    }  # fmt: skip
    return order.fact("PostUnstaffed", data)
