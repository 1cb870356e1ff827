"""Records of the hotline and of leaders: kinds of orders, switched relaxations, visits on site.

Times are city epoch seconds.
"""

from typing import Final

import msgspec

from city.state.case_file import LastAct

__all__ = ["DEFER", "HOTLINES", "ORDER_KINDS", "Relaxation", "Span", "Visit", "shifted_due"]

HOTLINES: Final = frozenset({"hotline_12345", "hotline_12319"})
"""Channels whose reports are orders: each caller is contacted first and called back in the end."""

ORDER_KINDS: Final = ("advice", "review", "ordinary", "complex")
"""Kinds of orders, each with its own hotline limit; ``review`` is a supervised or reported-again order."""

DEFER: Final = "defer_ordinary"
"""The relaxation 灾害顺延: reminders of ordinary cases are muted and holders' deadlines shift."""


class Span(msgspec.Struct, frozen=True):
    """One time that a relaxation was switched on: by whom, why, until when, and whether it ended earlier."""

    at: float
    until: float
    by: str
    name: str
    reason: str
    ended_at: float | None = None
    ended_by: str = ""
    rank: int = 0
    """It ends when the response level falls below this rank; 0 = it does not depend on the level."""

    @property
    def end(self) -> float:
        """Return when it is, or was, over."""
        return self.until if self.ended_at is None else min(self.until, self.ended_at)


class Relaxation(msgspec.Struct, frozen=True):
    """A relaxation of §4.6 and every time it was switched on, oldest first."""

    kind: str
    version: int
    spans: tuple[Span, ...]
    last: LastAct | None = None

    def active(self, at: float) -> Span | None:
        """Return the span that is in force at a city time, None when there is none."""
        last = self.spans[-1] if self.spans else None
        return last if last is not None and last.at <= at < last.end else None


class Visit(msgspec.Struct, frozen=True):
    """A leader's visit on site; the position lies in ``street``."""

    at: float
    street: str
    lon: float
    lat: float
    by: str
    text: str = ""


def shifted_due(due_at: float, started_at: float, relaxation: Relaxation | None) -> float:
    """Return a holder's deadline moved later by the time of each span that overlaps with it.

    ``started_at`` is the holder's dispatch. A span that begins when the deadline is over moves nothing.
    """
    for span in relaxation.spans if relaxation is not None else ():
        if span.at < due_at:
            due_at += max(0.0, span.end - max(span.at, started_at))
    return due_at
