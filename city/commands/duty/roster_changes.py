"""Changes of the roster: an override of one post, or a whole table; who changed what is a fact."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from city.clocks.timestamps import parse
from city.commands.arguments import bad_arg
from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.duty.arguments import LoadRoster, OverrideRoster
from city.commands.duty.planning import seat_codes
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.dispatch.decision_rules import DecisionRules
from city.duty.post_keys import CENTRE_ROLES, holder_of_post, is_post_key, role_of_post
from city.duty.roster_checks import RosterFault, roster_faults
from city.state.ledger_state import LedgerState

__all__ = ["decide_load_roster", "decide_override_roster", "faults_of"]

MOST_NAMED = 20
"""The most faults that a refusal names."""


def decide_override_roster(order: SubjectOrder, args: OverrideRoster) -> SubjectAnswer:
    """Put another person at a post for a time; shifts that are planned already get the change, too."""
    if not is_post_key(args.post) or not _is_known(order, args.post):
        return bad_arg("post", "key of a post")
    times = []
    for field, told in (("starts_at", args.starts_at), ("ends_at", args.ends_at)):
        try:
            times.append(parse(told))
        except (ValueError, OverflowError):
            return bad_arg(field, "ISO 8601 with an offset")
    starts_at, ends_at = times
    if not starts_at < ends_at or ends_at <= order.now.city:
        return bad_arg("ends_at", "a time after starts_at and after now")
    told_id = f"{order.by.account}/{order.command.command_id}"
    data = {
        "id": hashlib.sha256(told_id.encode()).hexdigest()[:12], "post": args.post,
        "starts_at": moment(starts_at), "ends_at": moment(ends_at), "person": args.person,
        "deputy": args.deputy,
    }  # fmt: skip
    note = order.note("RosterOverridden", data)
    return Decision((msgspec.structs.replace(note, reason=args.reason),), ())


def decide_load_roster(order: SubjectOrder, args: LoadRoster) -> SubjectAnswer:
    """Put a whole roster in force; with a fault the old one stays, and each fault is named."""
    faults = faults_of(args.rows, order.state, order.rules, order.now.machine)
    if faults:
        return _faulty(faults)
    rows = [dict(row) for row in args.rows]
    if rows == order.state.roster:
        return not_now("same_roster")
    sha256 = hashlib.sha256(msgspec.json.encode(rows)).hexdigest()
    note = order.note("RosterLoaded", {"sha256": sha256, "rows": rows})
    return Decision((msgspec.structs.replace(note, reason=args.reason),), ())


def faults_of(
    rows: Sequence[Mapping[str, str]], state: LedgerState, rules: DecisionRules, machine: float
) -> tuple[RosterFault, ...]:
    """Return the faults of a roster from a machine time (epoch seconds) on."""
    return roster_faults(
        rows, state.overrides.values(), state.clock.at(machine), codes=seat_codes(rules),
        days=rules.linkage.duty.gap_days, zone_offset_s=rules.zone_offset_s,
    )  # fmt: skip


def _faulty(faults: tuple[RosterFault, ...]) -> Refusal:
    """Return the refusal of the first fault, with the places of the others."""
    first = faults[0]
    names = {
        "row": first.row, "column": first.column, "told": first.told, "at_post": first.post,
        "from_time": first.starts_at, "to_time": first.ends_at, "count": len(faults),
        "places": [f"{fault.row}:{fault.column}" for fault in faults[:MOST_NAMED]],
    }  # fmt: skip
    return Refusal("bad_args", f"roster_{first.what}", names)


def _is_known(order: SubjectOrder, key: str) -> bool:
    role, code = role_of_post(key), holder_of_post(key)
    if role in CENTRE_ROLES or role == "workstation":
        return True
    return code in (order.rules.agencies if role == "seat" else order.rules.streets)
