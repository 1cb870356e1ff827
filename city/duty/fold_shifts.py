"""Folding facts of shifts and their hand-overs."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from city.duty.authority import posts_of_role
from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import flag, moment, names, number, text, texts, whole
from city.state.duty_records import Handover, HandoverItem, Post, Shift, Signature
from city.state.ledger_state import LedgerState
from city.state.subject_marks import mark_fact

__all__ = ["SHIFTS", "shift_of", "signature_of"]

KEPT_S: Final = 7 * 86_400.0
"""Posts and items of a shift that was closed longer ago are only in the ledger, not in the state."""


def shift_of(state: LedgerState, fact: Fact) -> Shift:
    """Return a copy of a fact's shift. Raises KeyError for an unknown one."""
    shift = state.shifts[fact.subject.removeprefix("shift:")]
    return msgspec.structs.replace(shift, posts=dict(shift.posts))


def signature_of(state: LedgerState, fact: Fact) -> Signature:
    """Return who made a fact and when (city time)."""
    return Signature(fact.actor, text(fact.data, "name"), state.clock.at(fact.recorded_at))


def _planned(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, at = fact.data, state.clock.at(fact.recorded_at)
    posts = [
        Post(text(one, "key"), text(one, "person"), text(one, "deputy"), since=moment(data, "awaited_from"))
        for one in data.get("posts") or ()
    ]
    shift = Shift(
        fact.subject.removeprefix("shift:"), text(data, "jurisdiction"), text(data, "kind"),
        moment(data, "starts_at"), moment(data, "ends_at"), since=at,
        posts={post.key: post for post in posts},
    )  # fmt: skip
    mark_fact(shift, fact)
    state.shifts[shift.id] = shift
    return ("duty",)


def _opened(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    shift, at = shift_of(state, fact), state.clock.at(fact.recorded_at)
    mark_fact(shift, fact)
    state.shifts[shift.id] = shift
    if not any(post.account for post in posts_of_role(shift, "shift_lead")):
        return ("duty",)  # their sign-in did not count
    shift.state, shift.since = "open", at
    if flag(fact.data, "responsible") and not state.shift:  # of two first sign-ins only one counts
        state.shift = shift.id
    note(state, fact, "log.shift_opened", shift=shift.kind, person=text(fact.data, "name"))
    return ("duty", "log")


def _drafted(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, shift = fact.data, shift_of(state, fact)
    before = shift.handover
    kept = {item.key: item for item in before.items} if before else {}
    reopened = set(texts(data, "reopened"))
    items = []
    for told in data.get("items") or ():
        item = _item(told)
        old = kept.get(item.key)
        if old is not None and item.key not in reopened:
            item = msgspec.structs.replace(item, answer=old.answer, answered=old.answered)
        items.append(item)
    at = state.clock.at(fact.recorded_at)
    shift.handover = Handover(
        text(data, "to"), before.drafted_at if before else at, tuple(items), whole(data, "position"),
        text(data, "hash"),
    )  # fmt: skip
    if shift.state != "handing_over":
        shift.state, shift.since = "handing_over", at
        must = sum(item.must for item in items)
        note(state, fact, "log.handover_drafted", shift=shift.kind, count=str(must))
    mark_fact(shift, fact, moves=before is None)
    state.shifts[shift.id] = shift
    return ("duty", "log")


def _item(told: Any) -> HandoverItem:
    return HandoverItem(
        text(told, "key"), text(told, "kind"), text(told, "ref"), text(told, "words"), names(told, "names"),
        must=flag(told, "must"), needs=text(told, "needs", "seen"),
    )  # fmt: skip


def _answered(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    shift, data = shift_of(state, fact), fact.data
    if shift.handover is None:
        raise ValueError("a shift without a hand-over has no items")
    signed, key = signature_of(state, fact), text(data, "key")
    items = tuple(
        msgspec.structs.replace(item, answer=text(data, "answer"), answered=signed)
        if item.key == key else item
        for item in shift.handover.items
    )  # fmt: skip
    shift.handover = msgspec.structs.replace(shift.handover, items=items)
    mark_fact(shift, fact, moves=False)
    state.shifts[shift.id] = shift
    return ("duty",)


def _signed(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    shift, data = shift_of(state, fact), fact.data
    if shift.handover is None:
        raise ValueError("a shift without a hand-over is not signed")
    side = "incoming" if text(data, "side") == "incoming" else "outgoing"
    said = {"note": text(data, "note")} if text(data, "note") else {}
    shift.handover = msgspec.structs.replace(
        shift.handover, **{side: signature_of(state, fact)}, **said
    )  # fmt: skip
    mark_fact(shift, fact, moves=False)
    state.shifts[shift.id] = shift
    return ("duty",)


def _handed_over(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    return _relieve(state, fact, "log.handed_over")


def _released(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    return _relieve(state, fact, "log.shift_released")


def _relieve(state: LedgerState, fact: Fact, words: str) -> tuple[str, ...]:
    """Close a shift; the next one is responsible from here. Posts in ``stays`` keep their holders."""
    shift, data, at = shift_of(state, fact), fact.data, state.clock.at(fact.recorded_at)
    following = state.shifts[text(data, "to")]
    if state.shift != shift.id or shift.state != "handing_over":
        raise ValueError("only the responsible shift is handed over")
    posts = dict(following.posts)
    for key in texts(data, "stays"):
        stays = shift.posts[key]
        if not stays.account or posts[key].account:  # somebody signed in at the same time
            continue
        posts[key] = msgspec.structs.replace(
            posts[key], holder=stays.holder, account=stays.account, state=stays.state, since=stays.since,
            away_until=stays.away_until, method=stays.method,
        )  # fmt: skip
        shift.posts[key] = msgspec.structs.replace(stays, state="signed_out", since=at)
    shift.state, shift.since, shift.closed_at = "closed", at, at
    shift.late_s = number(data, "late_s") or 0.0
    mark_fact(shift, fact)
    state.shifts[shift.id] = shift
    state.shifts[following.id] = msgspec.structs.replace(following, posts=posts)
    state.shift = following.id
    _forget(state, at)
    note(state, fact, words, shift=following.kind, person=text(data, "lead"), name=text(data, "name"))
    return ("duty", "log")


def _forget(state: LedgerState, now: float) -> None:
    for key, old in state.shifts.items():
        if old.closed_at is not None and old.closed_at < now - KEPT_S and old.posts:
            state.shifts[key] = msgspec.structs.replace(old, posts={}, handover=None)


def _limit_passed(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    shift, data = shift_of(state, fact), fact.data
    shift.passed = (*shift.passed, text(data, "limit"))
    mark_fact(shift, fact, moves=False)
    state.shifts[shift.id] = shift
    note(state, fact, "log.release_asked", shift=shift.kind)
    return ("duty", "log")


SHIFTS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "ShiftPlanned": _planned,
    "ShiftOpened": _opened,
    "HandoverDrafted": _drafted,
    "HandoverItemAnswered": _answered,
    "HandoverSigned": _signed,
    "ShiftHandedOver": _handed_over,
    "ShiftReleased": _released,
    "ShiftLimitPassed": _limit_passed,
}
"""Fact type → its fold."""
