"""Folding facts of posts: who signed in, left for a short time, was called, and who has the authority."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from city.duty.duty_log import note
from city.duty.fold_shifts import shift_of
from city.facts.fact import Fact
from city.facts.field_readers import maybe_moment, text, texts
from city.state.duty_records import Post, Shift
from city.state.ledger_state import LedgerState
from city.state.subject_marks import mark_fact

__all__ = ["POSTS"]


def _put(state: LedgerState, fact: Fact, shift: Shift, post: Post, /, **changes: Any) -> None:
    """Keep a changed post of a copied shift."""
    shift.posts[post.key] = msgspec.structs.replace(post, **changes)
    mark_fact(shift, fact, moves=False)
    state.shifts[shift.id] = shift


def _signed_in(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Put a person at a post. Of two sign-ins of one account at the same time only the first counts."""
    data, shift, at = fact.data, shift_of(state, fact), state.clock.at(fact.recorded_at)
    key = text(data, "post")
    if _is_elsewhere(state, fact, key):
        mark_fact(shift, fact, moves=False)
        state.shifts[shift.id] = shift
        return ("duty",)
    post = shift.posts.get(key) or Post(key, text(data, "person"), text(data, "deputy"))
    _put(
        state, fact, shift, post, holder=text(data, "name"), account=fact.actor, state="signed_in", since=at,
        away_until=None, method=text(data, "method"),
    )  # fmt: skip
    return ("duty",)


def _is_elsewhere(state: LedgerState, fact: Fact, key: str) -> bool:
    """Whether the actor is at another post than the one of this act, and than those that it leaves."""
    here, leaves = fact.subject.removeprefix("shift:"), texts(fact.data, "leaves")
    return any(
        post.account == fact.actor and (shift.id, post.key) != (here, key)
        for shift in state.shifts.values()
        if shift.id not in leaves
        for post in shift.posts.values()
    )


def _away(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, shift, at = fact.data, shift_of(state, fact), state.clock.at(fact.recorded_at)
    post = shift.posts[text(data, "post")]
    _put(state, fact, shift, post, state="away", since=at, away_until=maybe_moment(data, "until"))
    note(state, fact, "log.post_away", post=post.key, person=post.holder, deputy=post.deputy)
    return ("duty", "log")


def _back(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    shift, at = shift_of(state, fact), state.clock.at(fact.recorded_at)
    post = shift.posts[text(fact.data, "post")]
    # The next leave is announced again.
    shift.passed = tuple(one for one in shift.passed if one not in _leave_marks(post.key))
    _put(state, fact, shift, post, state="signed_in", since=at, away_until=None)
    return ("duty",)


def _leave_marks(key: str) -> tuple[str, str]:
    return f"{key}:leave", f"{key}:leave10"


def _signed_out(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    shift, at = shift_of(state, fact), state.clock.at(fact.recorded_at)
    post = shift.posts[text(fact.data, "post")]
    _put(
        state, fact, shift, post, holder="", account="", state="signed_out", since=at, away_until=None
    )  # fmt: skip
    return ("duty",)


def _called(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, shift = fact.data, shift_of(state, fact)
    post, why = shift.posts[text(data, "post")], text(data, "why")
    if why == "leave":  # the holder is known: the post stays theirs, and the deputy has the authority
        shift.passed = (*shift.passed, f"{post.key}:leave")
        _put(state, fact, shift, post)
    else:
        shift.passed = (*shift.passed, f"{post.key}:called")
        since = maybe_moment(data, "empty_since")
        _put(state, fact, shift, post, state="called", since=post.since if since is None else since)
    note(state, fact, "log.post_called", post=post.key, person=post.person, deputy=post.deputy)
    return ("duty", "log")


def _unstaffed(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, shift = fact.data, shift_of(state, fact)
    post, why = shift.posts[text(data, "post")], text(data, "why")
    empty_since = maybe_moment(data, "empty_since")
    if why == "leave":
        shift.passed = (*shift.passed, f"{post.key}:leave10")
        _put(state, fact, shift, post)
    else:
        shift.passed = (*shift.passed, f"{post.key}:unstaffed")
        _put(
            state,
            fact,
            shift,
            post,
            state="unstaffed",
            since=post.since if empty_since is None else empty_since,
        )
    note(state, fact, "log.post_unstaffed", post=post.key, minutes=text(data, "minutes"))
    return ("duty", "log")


def _passed_on(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, shift, at = fact.data, shift_of(state, fact), state.clock.at(fact.recorded_at)
    post = shift.posts[text(data, "post")]
    shift.passed = (*shift.passed, f"{post.key}:passed")
    _put(state, fact, shift, post, state="replaced", since=at)
    note(state, fact, "log.authority_passed", post=post.key, person=post.person, deputy=post.deputy)
    return ("duty", "log")


POSTS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "PostSignedIn": _signed_in,
    "PostAway": _away,
    "PostBack": _back,
    "PostSignedOut": _signed_out,
    "PostCalled": _called,
    "PostUnstaffed": _unstaffed,
    "AuthorityPassed": _passed_on,
}
"""Fact type → its fold."""
