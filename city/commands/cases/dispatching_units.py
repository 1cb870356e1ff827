"""Small commands: sending units, comments, rule errors, walls, and revealing a reporter."""

from typing import Any

from city.access import Person
from city.cases.relaxed import relaxed
from city.clocks.timestamps import iso
from city.commands.arguments import Reveal, SendUnit, ShowOn, Words, bad_arg
from city.commands.command import Command, Decision, NewFact, Now, Refusal
from city.commands.decision import Answer, Order, allowed, not_now
from city.commands.subjects import find_key
from city.dispatch.sendable_units import UnitNow, hindrance
from city.personal_data import may_see_person
from city.state.case_file import OPEN
from city.state.ledger_state import LedgerState
from city.state.row_keys import row_key_of
from city.video.privacy import HIDDEN_ON_WALL

__all__ = [
    "SHOW_S", "decide_clear", "decide_comment", "decide_report_rule_error", "decide_reveal",
    "decide_send_unit", "decide_show",
]  # fmt: skip

SHOW_S = 180.0
"""How long a wall shows what was cast on it, machine seconds."""


def decide_send_unit(order: Order, args: SendUnit) -> Answer:
    """Send a unit to the case."""
    wrong = allowed(order, *OPEN)
    if wrong:
        return wrong
    if args.unit in order.file.units:
        return not_now("unit_sent", unit=args.call_sign or args.unit)
    # A unit without telemetry is not checked; for others the rule is the same as for offering units.
    unit = order.now.unit_of(args.unit)
    why_not = hindrance(unit, order.rules.unit_tasks.kinds_for(order.class_key)) if unit else ""
    if unit is not None and order.role == "street_operator" and not _may_command(order, unit):
        return not_now("unit_of_district", unit=args.call_sign or args.unit)
    if why_not:
        return not_now(why_not, unit=args.call_sign or args.unit, task_class=order.class_key)
    return (order.fact("UnitSent", {"unit": args.unit, "call_sign": args.call_sign or ""}),)


def _may_command(order: Order, unit: UnitNow) -> bool:
    """Whether a street commands a unit: its own, or while that is relaxed the district's inside its area."""
    street = order.by.street
    if unit.agency in ("", street, order.rules.streets.get(street, street)):
        return True
    if unit.lon is None or unit.lat is None or order.rules.street_of(unit.lon, unit.lat) != street:
        return False
    return relaxed(order.state, "street_command", order.now.city) is not None


def decide_comment(order: Order, args: Words) -> Answer:
    """Add a remark."""
    return (order.fact("CommentAdded", {"text": args.text}),)


def decide_report_rule_error(order: Order, args: Words) -> Answer:
    """Report that the rule of the dispatch is wrong."""
    return (order.fact("RuleErrataOpened", {"text": args.text, "rule": order.file.rule}),)


def decide_reveal(order: Order, args: Reveal) -> Answer:
    """Record that a person is shown the reporter, and for which purpose."""
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
    """Cast a case, a camera or a view on a wall for three minutes."""
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
        shown = row_key_of(case.key)
    if args.kind == "camera":
        camera = state.cameras.get(shown)
        if camera is None:
            return bad_arg("id", "id of a camera")
        if camera.privacy in HIDDEN_ON_WALL:
            return Refusal("not_allowed", "camera_private")
    data: dict[str, Any] = {
        "kind": args.kind, "id": shown, "view": list(args.view) if args.view else None,
        "until": iso(now.machine + SHOW_S),
    }  # fmt: skip
    return _wall_fact("WallShown", command, by, data)


def decide_clear(
    state: LedgerState, command: Command, by: Person, now: Now, args: object
) -> Decision | Refusal:
    """End a cast on a wall."""
    wall = command.subject.removeprefix("wall:")
    show = state.shows.get(wall)
    if show is None or show.until <= now.machine:
        return not_now("nothing_shown")
    return _wall_fact("WallCleared", command, by, {})


def _wall_fact(kind: str, command: Command, by: Person, data: dict[str, Any]) -> Decision:
    signed = {"command": command.command_id, "name": by.name}
    return Decision((NewFact(kind, command.subject, {**data, **signed}),), ())
