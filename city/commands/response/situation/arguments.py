"""Arguments of the verbs of zero reports, figures and forecasts."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from city.commands.argument_types import Args, Code, Moment, Text

__all__ = ["SITUATION_ARGS", "PassReportLimit", "RecordForecast", "ReportFigures", "SendZeroReport"]

Key = Annotated[str, Meta(min_length=1, max_length=100)]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Figures = Annotated[dict[Key, Count], Meta(max_length=100)]
Value = Annotated[float, Meta(ge=-1000, le=100_000)]


class SendZeroReport(Args, frozen=True):
    """``nil``: nothing changed; else the numbers that changed. ``reason``: why a total was corrected.

    ``holder``: of the centre alone, who told it by telephone; ``text`` then says who called.
    """

    nil: bool
    holder: Code | None = None
    figures: Figures = msgspec.field(default_factory=dict)
    reason: Text | None = None
    text: Text | None = None


class ReportFigures(Args, frozen=True):
    """Whole numbers by key; ``reason``: why a total was corrected."""

    figures: Figures
    reason: Text | None = None


class RecordForecast(Args, frozen=True):
    """``value`` is reached at ``peak_at``: metres in the datum of the station, or mm of rain."""

    value: Value
    unit: Literal["m", "mm"]
    peak_at: Moment
    source: Literal["met_district", "met_city", "hydrology", "marine", "flood_hq"]
    issued_at: Moment


class PassReportLimit(Args, frozen=True):
    """The step: open, next, end, call or red, its occasion, and when it was due."""

    step: Code
    serial: Annotated[int, Meta(ge=0, le=10_000_000_000)]
    due_at: Annotated[str, Meta(min_length=1, max_length=40)]


SITUATION_ARGS: dict[str, type[Args]] = {
    "send_zero_report": SendZeroReport, "report_figures": ReportFigures,
    "record_forecast": RecordForecast, "pass_report_limit": PassReportLimit,
}  # fmt: skip
"""Verb → its arguments."""
