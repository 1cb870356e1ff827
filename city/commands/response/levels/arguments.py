"""Arguments of the verbs of response levels."""

from typing import Annotated

import msgspec
from msgspec import Meta

from city.commands.argument_types import Args, Code, Moment, Text

__all__ = [
    "LEVEL_ARGS", "ApproveLevel", "AuthoriseDeputy", "ConfirmVerbalOrder", "PassResponseLimit",
    "ProposeLevel", "RecordCityLevel", "RecordVerbalOrder", "RefuseLevel",
]  # fmt: skip

Rank = Annotated[int, Meta(ge=0, le=4)]
Level = Annotated[int, Meta(ge=1, le=4)]
Short = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\S")]
Key = Annotated[str, Meta(min_length=1, max_length=300)]


class MeasureGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measurement that meets a threshold, as the engine saw it."""

    kind: Code
    place: Annotated[str, Meta(max_length=100)]
    value: float
    limit: float
    unit: Code
    at: Moment


class ProposeLevel(Args, frozen=True):
    """``rank``: 0 ends the response, 1 = Ⅳ … 4 = Ⅰ. ``text``: why; needed to lower and to end."""

    rank: Rank
    text: Text | None = None
    warnings: Annotated[tuple[Key, ...], Meta(max_length=50)] = ()
    measures: Annotated[tuple[MeasureGiven, ...], Meta(max_length=50)] = ()


class ApproveLevel(Args, frozen=True):
    """``need``: which approval of the proposal, for somebody who can give several."""

    proposal: Code
    need: Annotated[int, Meta(ge=0, le=9)] | None = None


class RefuseLevel(Args, frozen=True):
    """``text``: why, also what to change before it is proposed again."""

    proposal: Code
    text: Text | None = None


class RecordVerbalOrder(Args, frozen=True):
    """``person`` gave the order with these ``words`` at ``given_at``; ``voice_ref`` names the recording."""

    rank: Rank
    person: Short
    words: Text
    given_at: Moment
    voice_ref: Short | None = None


class ConfirmVerbalOrder(Args, frozen=True):
    """``text``: the number or title of the written order."""

    text: Text


class RecordCityLevel(Args, frozen=True):
    """``text``: the number or title of the city's notice; ``since``: when the city's level began."""

    rank: Rank
    text: Text
    since: Moment | None = None


class AuthoriseDeputy(Args, frozen=True):
    """``to``: an account; None withdraws the authority."""

    to: Code | None = None


class PassResponseLimit(Args, frozen=True):
    """``step``: decide or write."""

    step: Code
    serial: Annotated[int, Meta(ge=0, le=10_000_000_000)]
    due_at: Moment


LEVEL_ARGS: dict[str, type[Args]] = {
    "propose_level": ProposeLevel, "approve_level": ApproveLevel, "refuse_level": RefuseLevel,
    "record_verbal_order": RecordVerbalOrder, "confirm_verbal_order": ConfirmVerbalOrder,
    "record_city_level": RecordCityLevel, "authorise_deputy": AuthoriseDeputy,
    "pass_response_limit": PassResponseLimit,
}  # fmt: skip
