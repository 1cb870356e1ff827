"""Arguments of the verbs of duty."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from city.commands.argument_types import Args, Code, Moment, Text

__all__ = ["DUTY_ARGS"]

PostKey = Annotated[str, Meta(min_length=1, max_length=80)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class SignIn(Args, frozen=True):
    """``post``: the post's key; without it the sender's own post by the roster. ``method``: where from
    (``demo``: by the demo itself)."""

    post: PostKey | None = None
    method: Literal["hall", "phone", "page", "demo"] = "page"


class GoAway(Args, frozen=True):
    """A short leave of at most 30 minutes; the deputy takes over."""

    minutes: Annotated[int, Meta(ge=1, le=30)]
    post: PostKey | None = None


class OfPost(Args, frozen=True):
    post: PostKey | None = None


class Called(Args, frozen=True):
    """A call that was made: to whom (``seat:<code>``, ``unit:<id>`` …) and what was said."""

    to: PostKey
    text: Text | None = None
    answered: bool | None = None


class AnswerItem(Args, frozen=True):
    key: PostKey
    answer: Literal["seen", "take_over", "cancel"] = "seen"
    text: Text | None = None


class SignHandover(Args, frozen=True):
    side: Literal["outgoing", "incoming"]
    note: Text | None = None


class Reasoned(Args, frozen=True):
    text: Text


class PassAuthority(Args, frozen=True):
    """The deputy takes the authority of a person who is absent for 10 minutes (§4.7)."""

    post: Literal["duty_leader", "rotating_leader"]


class WriteEntry(Args, frozen=True):
    kind: Literal["call_in", "call_out", "order", "report", "warning", "decision", "visit", "note"]
    text: Text
    refs: Annotated[tuple[PostKey, ...], Meta(max_length=20)] = ()
    corrects: Annotated[int, Meta(ge=0)] = 0
    """Position of the entry that it corrects."""


class OverrideRoster(Args, frozen=True):
    post: PostKey
    starts_at: Moment
    ends_at: Moment
    person: Annotated[str, Meta(min_length=1, max_length=60)]
    reason: Text
    deputy: Annotated[str, Meta(max_length=60)] = ""


class LoadRoster(Args, frozen=True):
    rows: Annotated[tuple[dict[str, str], ...], Meta(min_length=1, max_length=4000)]
    reason: Text


class StartCallOut(Args, frozen=True):
    """Call ``count`` workstations that are drawn by lot from the online ones."""

    count: Annotated[int, Meta(ge=1, le=200)] = 20


class AnswerCallOut(Args, frozen=True):
    workstation: Code


class SaveDailyReport(Args, frozen=True):
    day: Day
    text: Annotated[str, Meta(max_length=20_000)]
    figures: Annotated[Mapping[str, str], Meta(max_length=60)] = msgspec.field(default_factory=dict)


class PassDutyLimit(Args, frozen=True):
    step: Code
    serial: Annotated[int, Meta(ge=0, le=10_000_000_000)]
    due_at: Moment


DUTY_ARGS: dict[str, type[Args]] = {
    "sign_in": SignIn, "go_away": GoAway, "come_back": OfPost, "sign_out": OfPost, "call": Called,
    "answer_item": AnswerItem, "sign_handover": SignHandover, "release_shift": Reasoned,
    "pass_authority": PassAuthority, "write_entry": WriteEntry, "override_roster": OverrideRoster,
    "load_roster": LoadRoster, "start_call_out": StartCallOut, "answer_call_out": AnswerCallOut,
    "save_daily_report": SaveDailyReport, "pass_duty_limit": PassDutyLimit,
}  # fmt: skip
"""Verb → its arguments; a verb that is not listed takes none."""
