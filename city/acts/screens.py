"""Small acts: units, words, walls, and who looks at a person."""

from typing import Any

from city.access import Person, may_see_person
from city.acts.args import Reveal, SendUnit, ShowOn, Words, bad_arg
from city.acts.command import Command, Decision, NewFact, Now, Refusal
from city.acts.order import Answer, Order, allowed, not_now
from city.acts.subjects import find_key
from city.casefile import OPEN
from city.free_units import hindrance
from city.marks import mark_of
from city.moments import iso
from city.state import LedgerState

__all__ = [
    "SHOW_S", "decide_clear", "decide_comment", "decide_report_rule_error", "decide_reveal",
    "decide_send_unit", "decide_show",
]  # fmt: skip

SHOW_S = 180.0
"""How long a wall shows what was sent to it, machine seconds."""

HIDDEN = frozenset({"sensitive", "forbidden_on_wall"})


def decide_send_unit(order: Order, args: SendUnit) -> Answer:
    """Send somebody there."""
    wrong = allowed(order, *OPEN)
    if wrong:
        return wrong
    if args.unit in order.file.units:
        return not_now("unit_sent", unit=args.call_sign or args.unit)
    # A unit without telemetry is known to who sends it; of one with it the rule decides that offers it too.
    unit = order.now.unit_of(args.unit)
    why_not = hindrance(unit, order.terms.unit_tasks.kinds_for(order.class_key)) if unit else ""
    if why_not:
        return not_now(why_not, unit=args.call_sign or args.unit, task_class=order.class_key)
    return (order.fact("UnitSent", {"unit": args.unit, "call_sign": args.call_sign or ""}),)


def decide_comment(order: Order, args: Words) -> Answer:
    """Add a remark."""
    return (order.fact("CommentAdded", {"text": args.text}),)


def decide_report_rule_error(order: Order, args: Words) -> Answer:
    """Say that the rule that decided is wrong."""
    return (order.fact("RuleErrataOpened", {"text": args.text, "rule": order.file.rule}),)


def decide_reveal(order: Order, args: Reveal) -> Answer:
    """Note that somebody is shown the reporter, and what for."""
    case = order.case
    if not case.reporter_ref:
        return not_now("no_reporter")
    if args.purpose == "other" and not args.text:
        return Refusal("bad_args", "missing_arg", {"field": "text", "expected": "str"})
    if not may_see_person(order.by, order.file.holder, case.place.street):
        return Refusal("not_allowed", "may_not_see")
    data = {
        "ref": case.reporter_ref, "purpose": args.purpose, "text": args.text or "",
        "fields": ["name", "phone"],
    }  # fmt: skip
    return Decision((order.note("PersonRevealed", data),), ())


def decide_show(
    state: LedgerState, command: Command, by: Person, now: Now, args: ShowOn
) -> Decision | Refusal:
    """Put a case, a camera or a view on a wall for three minutes."""
    shown = args.id or ""
    if args.kind == "view":
        if args.view is None:
            return Refusal("bad_args", "missing_arg", {"field": "view", "expected": "[x0, x1, y0, y1]"})
        if not (args.view[0] < args.view[1] and args.view[2] < args.view[3]):
            return bad_arg("view", "[x0, x1, y0, y1] with x0 < x1, y0 < y1")
    elif not args.id:
        return Refusal("bad_args", "missing_arg", {"field": "id", "expected": "str"})
    if args.kind == "case":
        case = find_key(state, shown)
        if case is None:
            return bad_arg("id", "key or mark of a case")
        shown = mark_of(case.key)
    if args.kind == "camera":
        camera = state.cameras.get(shown)
        if camera is None:
            return bad_arg("id", "id of a camera")
        if camera.privacy in HIDDEN:
            return Refusal("not_allowed", "camera_private")
    data: dict[str, Any] = {
        "kind": args.kind, "id": shown, "view": list(args.view) if args.view else None,
        "until": iso(now.machine + SHOW_S),
    }  # fmt: skip
    return _wall_fact("WallShown", command, by, data)


def decide_clear(
    state: LedgerState, command: Command, by: Person, now: Now, args: object
) -> Decision | Refusal:
    """Give a wall back to itself."""
    wall = command.subject.removeprefix("wall:")
    show = state.shows.get(wall)
    if show is None or show.until <= now.machine:
        return not_now("nothing_shown")
    return _wall_fact("WallCleared", command, by, {})


def _wall_fact(kind: str, command: Command, by: Person, data: dict[str, Any]) -> Decision:
    signed = {"command": command.command_id, "name": by.name}
    return Decision((NewFact(kind, command.subject, {**data, **signed}),), ())
