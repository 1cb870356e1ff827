"""Rights on a case: role, place, holder, and never both axes on one case (domain §4.9)."""

from city.access import SHIFT_ROLES, VERBS, Person, acting_role, axis_of
from city.commands.command import Refusal
from city.commands.decision import Order
from city.dispatch.villages import of_own_village
from city.state.ledger_state import Case

__all__ = ["at_wall", "checks_own_work", "refused"]

HOLDER_VERBS = frozenset({
    "sign", "return", "feedback", "apply_extension", "apply_suspension", "withdraw",
})  # fmt: skip
"""Verbs for the case's holder only; ``make_safe`` and ``appeal`` have their own holders."""

TERRITORIAL = frozenset({"street_operator", "village_operator"})
WORDS_ONLY = frozenset({"comment", "report_rule_error", "reveal", "not_my_list", "add_photos"})
"""Verbs that decide nothing: they do not put their sender on an axis."""


def at_wall(by: Person, verb: str) -> str | Refusal:
    """Return the role in which a person gives a verb on a wall, or the refusal."""
    role = acting_role(by, verb)
    if role:
        return role
    off_shift = any(one in SHIFT_ROLES and one in by.roles for one in VERBS.get(verb, ()))
    return Refusal("not_allowed", "off_shift" if off_shift else "no_right")


def refused(order: Order) -> Refusal | None:
    """Return the refusal when a person may not give this verb on this case in ``order.role``, else None."""
    if order.role == "system":
        return None
    return _holder(order) or _place(order) or _axis(order)


def checks_own_work(by: Person, case: Case) -> bool:
    """Whether a person, or the holder that they act for, has handled the case."""
    handled = case.file.handled_by
    return by.account in handled or (bool(by.holder) and by.holder in handled)


def _holder(order: Order) -> Refusal | None:
    verb, holder, file = order.command.verb, order.by.holder, order.file
    if verb in HOLDER_VERBS and (not holder or holder != file.holder):
        if verb == "return" and file.make_safe is not None and holder == file.make_safe.holder:
            return Refusal("not_allowed", "make_safe_no_return")
        return Refusal("not_allowed", "not_holder", {"at_holder": file.holder})
    if verb == "make_safe" and file.make_safe is not None and holder != file.make_safe.holder:
        return Refusal("not_allowed", "not_holder", {"at_holder": file.make_safe.holder})
    if verb == "appeal" and holder not in (file.holder, *file.handled_by):
        return Refusal("not_allowed", "not_holder", {"at_holder": file.holder})
    if order.role == "agency_operator" and not _concerned(order):
        return Refusal("not_allowed", "not_holder", {"at_holder": file.holder})
    return None


def _concerned(order: Order) -> bool:
    """Whether the sender's holder has the case, had a part in it, or must make it safe."""
    file = order.file
    safe = (file.make_safe.holder,) if file.make_safe else ()
    return bool(order.by.holder) and order.by.holder in (
        file.holder, *file.co, *safe, *file.handled_by, *file.bounced,
    )  # fmt: skip


def _place(order: Order) -> Refusal | None:
    by, street = order.by, order.case.place.street
    bounds = by.streets or ((by.street,) if order.role in TERRITORIAL else ())
    if order.role == "village_operator" and of_own_village(order.rules, by, order.case) is False:
        return Refusal("not_allowed", "other_village")
    if not bounds or street in bounds or _concerned(order):
        return None
    return Refusal("not_allowed", "other_street", {"at_holder": street})


def _axis(order: Order) -> Refusal | None:
    """Refuse supervision and command on the same case by one person."""
    if order.command.verb in WORDS_ONLY:
        return None
    file, account, axis = order.file, order.by.account, axis_of(order.role)
    other = {"supervision": file.commanded_by, "command": file.supervised_by}.get(axis, ())
    if account in other or (axis == "supervision" and account in file.handled_by):
        return Refusal("not_allowed", "both_axes")
    return None
