"""Arguments of the leaders' verbs."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from city.commands.argument_types import Args, Code, Moment, Text

__all__ = ["LEADER_ARGS"]

Group = Literal[
    "sea_wall_outside", "site_shed", "dangerous_house", "low_lying", "fishery", "ship_crew", "other"
]
Voice = Annotated[str, Meta(min_length=1, max_length=200)]
FigureKey = Annotated[str, Meta(min_length=1, max_length=40)]
Told = Annotated[dict[FigureKey, Annotated[str, Meta(max_length=60)]], Meta(max_length=12)]


class RequestSupport(Args, frozen=True):
    """``tried``: what was tried on the spot; a request without it is refused."""

    kind: Literal["people", "relocation", "pumps", "boats", "vehicles", "power", "medical", "supplies"]
    count: Annotated[int, Meta(ge=1, le=1_000_000)]
    tried: Annotated[
        tuple[Literal["own_squads", "volunteers", "neighbours", "contractors"], ...],
        Meta(min_length=1, max_length=4),
    ]
    group: Group | None = None
    street: Code | None = None
    road: Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    text: Text | None = None


class AnswerSupport(Args, frozen=True):
    """``agency`` gets the task; without it the one that usually gives this kind of support."""

    answer: Literal["approved", "refused", "sent_back"]
    agency: Code | None = None
    text: Text | None = None
    voice_ref: Voice | None = None


class OrderRelocation(Args, frozen=True):
    streets: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=100)]
    groups: Annotated[tuple[Group, ...], Meta(min_length=1, max_length=7)]
    deadline: Moment
    text: Text | None = None
    voice_ref: Voice | None = None


class ConfirmRelocation(Args, frozen=True):
    text: Text | None = None
    voice_ref: Voice | None = None


class RefuseRelocation(Args, frozen=True):
    text: Text


class NoteLook(Args, frozen=True):
    """``figures``: key → value, as the page showed them; an unknown figure is left out."""

    figures: Annotated[dict[FigureKey, float], Meta(max_length=12)]


class DraftHandover(Args, frozen=True):
    """``text``: what the outgoing leader would watch."""

    figures: Annotated[dict[FigureKey, Annotated[str, Meta(max_length=60)]], Meta(max_length=12)] = (
        msgspec.field(default_factory=dict)
    )
    text: Text | None = None


class AnswerItem(Args, frozen=True):
    key: Annotated[str, Meta(min_length=1, max_length=120)]


class SignHandover(Args, frozen=True):
    side: Literal["outgoing", "incoming"]


class PassLimit(Args, frozen=True):
    """Only the engine sends it."""

    step: Code
    due_at: Moment
    serial: int = 0


LEADER_ARGS: dict[str, type[Args]] = {
    "request_support": RequestSupport, "answer_support": AnswerSupport, "order_relocation": OrderRelocation,
    "confirm_relocation": ConfirmRelocation, "refuse_relocation": RefuseRelocation, "note_look": NoteLook,
    "draft_leader_handover": DraftHandover, "answer_leader_item": AnswerItem,
    "sign_leader_handover": SignHandover, "pass_leader_limit": PassLimit,
}  # fmt: skip
"""Verb → its arguments."""
