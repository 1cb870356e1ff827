"""Acts of agencies and streets: make safe, sign or return, handle, ask for more time."""

from collections.abc import Iterator
from typing import Any, Final

from city.clocks.timestamps import iso
from feeds.sources.demo.cases.fate import MIN
from feeds.sources.demo.chance import about
from feeds.sources.demo.people.act import Act, Look
from feeds.sources.demo.people.remarks import (
    EXTENSION,
    FIXED,
    HANDLED,
    MADE_SAFE,
    NOT_MY_DUTY,
    OUTCOMES,
    REFUSED,
    REPAIRED,
    SUSPENDED,
)

__all__ = ["dispatched", "handling", "make_safe"]

_BEFORE_LIMIT_S: Final = 4 * MIN
_PLEA_S: Final = 30 * MIN
_SAFE_LATE: Final = 0.06
_ANSWERS: Final = frozenset({"SuspensionDecided", "ExtensionDecided"})
_REASONS: Final = ("not_my_duty", "not_my_duty", "not_my_area", "owner_unknown")


def make_safe(look: Look) -> Iterator[Act]:
    """Make the place safe, independent of ownership."""
    task = look.case.file.make_safe
    if task is None or task.done_at is not None:
        return
    rng = look.dice("safe")
    whole = task.due_at - task.ordered_at
    if rng.random() < _SAFE_LATE:
        at = task.due_at + rng.uniform(0.04, 0.3) * whole
    else:
        # For a critical case a patrol is already near.
        middle = (8 if look.case.urgency == "critical" else 16) * MIN
        at = task.ordered_at + about(rng, middle, 0.55, 2 * MIN, max(0.85 * whole, 3 * MIN))
    args = {"photos": [look.photo("safe")], "text": look.dice("safe text").choice(MADE_SAFE)}
    yield Act(at, look.people.holder(task.holder), "make_safe", args)


def dispatched(look: Look) -> Iterator[Act]:
    """Sign the case, or return it."""
    file = look.case.file
    account = look.people.holder(file.holder)
    sent = look.case.recorded_at if file.dispatched_at is None else file.dispatched_at
    turn = len(file.bounces)
    if turn < len(look.fate.returns) and look.as_planned and not file.no_return:
        if file.make_safe is not None and file.make_safe.done_at is None:
            return  # the street makes it safe first
        at = look.when(look.fate.returns[turn], sent, 2, 4, "return", turn)
        if file.return_by is None or max(at, look.now) < file.return_by:
            yield Act(at, account, "return", _refusal(look, turn))
            return
    planned = look.fate.sign_at if look.as_planned else sent
    at = look.when(planned, sent, 1, 3 if look.quick else 8, "sign", file.dispatches)
    if file.escalated_at is not None:  # their leader was notified
        at = min(at, max(sent, file.escalated_at) + look.dice("called").uniform(2, 5) * MIN)
    yield Act(at, account, "sign")


def handling(look: Look) -> Iterator[Act]:
    """Handle the case: ask for an extension or a suspension, or give feedback when done."""
    file = look.case.file
    account = look.people.holder(file.holder)
    signed = file.since if file.signed_at is None else file.signed_at
    if file.suspension is not None or file.extension is not None:
        return  # wait for the answer
    safe = file.make_safe
    if safe is not None and safe.holder == file.holder and safe.done_at is None:
        return  # it is made safe first
    plea = _request(look, signed)
    if plea is not None:
        yield plea
        return
    yield Act(_done_at(look, signed), account, "feedback", _feedback(look))


def _request(look: Look, signed: float) -> Act | None:
    """Return the holder's request before the work is done: a suspension or an extension, once."""
    file, fate = look.case.file, look.fate
    if file.fix_by_at is None or (file.last is not None and file.last.type in _ANSWERS):
        return None
    account = look.people.holder(file.holder)
    if fate.suspend_until is not None and not file.suspensions:
        at = look.when(fate.sign_at + 40 * MIN, signed, 10, 40, "rest")
        if at < file.fix_by_at and look.now < at + _PLEA_S:
            reason, text = SUSPENDED["green" if _is_green(look) else look.category.kind]
            until = iso(max(fate.suspend_until, look.now + 2 * _PLEA_S))
            return Act(at, account, "apply_suspension", {"reason": reason, "until": until, "text": text})
    at = max(file.fix_by_at - 40 * MIN, signed)
    if fate.extend and not file.extensions and look.now < min(at + _PLEA_S, file.fix_by_at):
        return Act(
            at,
            account,
            "apply_extension",
            {"reason": look.dice("time").choice(EXTENSION[look.category.kind])},
        )
    return None


def _done_at(look: Look, signed: float) -> float:
    file, fate = look.case.file, look.fate
    if file.reworks:
        return file.since + look.dice("again", file.reworks).uniform(8, 25 if look.quick else 60) * MIN
    planned = fate.done_at if look.as_planned else signed + look.dice("work").uniform(15, 45) * MIN
    at = look.when(planned, signed, 3, 8, "done")
    limits = [limit for limit in (file.fix_by_at, file.holder_due_at) if limit is not None]
    if fate.late or not limits or at < look.case.recorded_at:
        return at
    return max(signed + MIN, min(at, min(limits) - _BEFORE_LIMIT_S))


def _feedback(look: Look) -> dict[str, Any]:
    category = look.category
    outcomes = next(
        (o for kind, major, o in OUTCOMES if (kind, major) == (category.kind, category.major)), ("fixed",)
    )
    outcome = look.dice("outcome", look.case.file.reworks).choice(outcomes)
    fixed = FIXED.get((category.kind, category.major), REPAIRED)
    return {
        "outcome": outcome,
        "text": look.dice("text", look.case.file.reworks).choice(HANDLED.get(outcome, fixed)),
        "photos_before": [look.photo("before")],
        "photos_after": [look.photo("after")],
    }


def _refusal(look: Look, turn: int) -> dict[str, Any]:
    reason = look.dice("why", turn).choice(_REASONS)
    pin = {**look.spot("pin"), "accuracy_m": 5.0} if reason == "not_my_area" else {}
    texts = REFUSED.get(reason, NOT_MY_DUTY[look.category.kind])
    return {"reason": reason, "text": look.dice("why text", turn).choice(texts), **pin}


def _is_green(look: Look) -> bool:
    return (look.category.kind, look.category.major) == ("component", "04")
