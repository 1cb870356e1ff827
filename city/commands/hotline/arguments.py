"""Arguments of the verbs of the hotline, of relaxations and of visits."""

from collections.abc import Mapping
from typing import Literal

from city.commands.argument_types import Args, Lat, Lon, Metres, Moment, Text

__all__ = ["HOTLINE_ARGS", "ClassifyOrder", "RecordVisit", "StartRelaxation"]


class ClassifyOrder(Args, frozen=True):
    """``complex`` needs a shift lead's or duty leader's approval: only they may give it."""

    kind: Literal["advice", "review", "ordinary", "complex"]
    text: Text | None = None


class StartRelaxation(Args, frozen=True):
    """``until``: when it ends by itself; ``text``: the reason."""

    until: Moment
    text: Text


class RecordVisit(Args, frozen=True):
    """Where the leader is, and the error of that position; the time is that of the command."""

    lon: Lon
    lat: Lat
    accuracy_m: Metres | None = None
    text: Text | None = None


HOTLINE_ARGS: Mapping[str, type[Args]] = {
    "classify_order": ClassifyOrder, "start_relaxation": StartRelaxation, "record_visit": RecordVisit,
}  # fmt: skip
"""Verb → its arguments."""
