"""Visiting briefings (参观汇报): started for a named visit, ended by hand, clock or emergency."""

from collections.abc import Iterator
from typing import Any, Final

from city.clocks.timestamps import parse
from city.commands.arguments import bad_arg
from city.commands.command import NewFact, Now, Refusal
from city.commands.decision import moment, not_now
from city.commands.response.briefing_arguments import EndBriefing, PassBriefingLimit, StartBriefing
from city.commands.subject_order import SubjectAnswer, SubjectDecider, SubjectOrder
from city.commands.subject_step import SubjectStep
from city.commands.subjects import find_subject
from city.response.briefing_cut_off import cut_off, highest_rank
from city.state.briefing_records import CUT_OFF_RANK, HALL, MOST_S, Briefing
from city.state.ledger_state import LedgerState

__all__ = ["BRIEFINGS", "due_briefing_steps", "ending_of_running_briefing"]


def decide_start_briefing(order: SubjectOrder, args: StartBriefing) -> SubjectAnswer:
    """Open the visitors' page for a visit until a time; not while visitors would be cut off at once."""
    if order.subject.id != HALL:
        return Refusal("unknown_subject", "unknown_briefing", {"known": HALL})
    running = _running(order)
    if running is not None:
        return not_now("briefing_running", until_at=running.ends_at)
    if highest_rank(order.state) >= CUT_OFF_RANK:
        return not_now("briefing_level")
    try:
        until = parse(args.until)
    except (ValueError, OverflowError):
        return bad_arg("until", "ISO 8601 with an offset")
    if not order.now.city < until <= order.now.city + MOST_S:
        return bad_arg("until", f"a time within the next {MOST_S / 3600:g} hours")
    data = {"visit": args.visit.strip(), "lang": args.lang, "ends_at": moment(until)}
    return (order.fact("BriefingStarted", data),)


def decide_end_briefing(order: SubjectOrder, args: EndBriefing) -> SubjectAnswer:
    """End the running briefing at once."""
    if _running(order) is None:
        return not_now("no_briefing")
    return (order.fact("BriefingEnded", {"why": args.why}),)


def decide_pass_briefing_limit(order: SubjectOrder, args: PassBriefingLimit) -> SubjectAnswer:
    """End a briefing whose planned time is over, or that an emergency has overtaken."""
    briefing = _running(order)
    if briefing is None or args.serial != briefing.version:
        return not_now("step_overtaken")
    over = cut_off(order.state, briefing, order.now.city)
    if over is None or over[0] != args.step:
        return not_now("step_not_due", step=args.step)
    data: dict[str, Any] = {"why": over[0], "late_s": round(max(0.0, order.now.city - over[1]), 1)}
    if over[0] == "level":
        data["rank"] = highest_rank(order.state)
    return (order.fact("BriefingEnded", data),)


def due_briefing_steps(state: LedgerState, now: Now) -> Iterator[SubjectStep]:
    """Yield the step that ends a running briefing, when there is a reason."""
    for briefing in state.briefings.values():
        if briefing.is_running:
            over = cut_off(state, briefing, now.city)
            if over is not None:
                yield SubjectStep(
                    f"briefing:{briefing.id}", briefing.version, "pass_briefing_limit", over[0], over[1],
                    briefing.version,
                )  # fmt: skip


def ending_of_running_briefing(order: SubjectOrder, rank: int) -> tuple[list[NewFact], list[tuple[str, int]]]:
    """Return the fact that ends the running briefing when a level of ``rank`` becomes active.

    It belongs into the append of the activation, with the version that it expects; both lists are empty
    below Ⅲ and without a briefing.
    """
    if rank < CUT_OFF_RANK:
        return [], []
    facts, expects = [], []
    for briefing in order.state.briefings.values():
        subject = find_subject(order.state, f"briefing:{briefing.id}")
        if briefing.is_running and subject is not None:
            facts.append(order.fact_on(subject, "BriefingEnded", {"why": "level", "rank": rank}))
            expects.append((subject.counted, subject.version))
    return facts, expects


def _running(order: SubjectOrder) -> Briefing | None:
    record = order.subject.record
    return record if isinstance(record, Briefing) and record.is_running else None


BRIEFINGS: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "start_briefing": (("briefing",), decide_start_briefing),
    "end_briefing": (("briefing",), decide_end_briefing),
    "pass_briefing_limit": (("briefing",), decide_pass_briefing_limit),
}
"""Verb → the kinds of subject that it takes, and its decider."""
