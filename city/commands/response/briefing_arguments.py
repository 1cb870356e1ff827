"""Arguments of the verbs of visiting briefings."""

from typing import Annotated, Literal

from msgspec import Meta

from city.commands.argument_types import Args, Code, Moment

__all__ = ["BRIEFING_ARGS", "EndBriefing", "PassBriefingLimit", "StartBriefing"]

VisitName = Annotated[str, Meta(max_length=100, pattern=r"\S")]


class StartBriefing(Args, frozen=True):
    """``visit``: its name, which no screen shows; ``until``: the planned end, within three hours."""

    visit: VisitName
    until: Moment
    lang: Literal["zh", "en"] = "zh"


class EndBriefing(Args, frozen=True):
    """``hot_key``: by the key of the desk that throws visitors off."""

    why: Literal["ended", "hot_key"] = "ended"


class PassBriefingLimit(Args, frozen=True):
    """The engine ends it: by the clock, a level or a red alarm."""

    step: Code
    serial: Annotated[int, Meta(ge=0, le=10_000_000_000)]
    due_at: Moment


BRIEFING_ARGS: dict[str, type[Args]] = {
    "start_briefing": StartBriefing, "end_briefing": EndBriefing, "pass_briefing_limit": PassBriefingLimit,
}  # fmt: skip
