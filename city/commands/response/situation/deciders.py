"""The deciders of zero reports, figures and forecasts, by verb."""

from typing import Final

from city.commands.response.situation.figures import decide_report_figures
from city.commands.response.situation.forecasts import decide_record_forecast
from city.commands.response.situation.zero_reports import decide_pass_report_limit, decide_send_zero_report
from city.commands.subject_order import SubjectDecider

__all__ = ["SITUATION"]

SITUATION: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "send_zero_report": (("report_round",), decide_send_zero_report),
    "report_figures": (("situation",), decide_report_figures),
    "record_forecast": (("forecast",), decide_record_forecast),
    "pass_report_limit": (("report_round",), decide_pass_report_limit),
}
"""Verb → the kinds of subject that it takes, and its decider."""
