"""The deciders of response levels, by verb."""

from typing import Final

from city.commands.response.levels.approving import decide_approve_level, decide_refuse_level
from city.commands.response.levels.city_level import decide_record_city_level
from city.commands.response.levels.limits import decide_pass_response_limit
from city.commands.response.levels.proposing import decide_propose_level
from city.commands.response.levels.verbal_orders import (
    decide_authorise_deputy,
    decide_confirm_verbal_order,
    decide_record_verbal_order,
)
from city.commands.subject_order import SubjectDecider

__all__ = ["LEVEL_DECIDERS"]

LEVEL_DECIDERS: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "propose_level": (("response",), decide_propose_level),
    "approve_level": (("response",), decide_approve_level),
    "refuse_level": (("response",), decide_refuse_level),
    "record_verbal_order": (("response",), decide_record_verbal_order),
    "confirm_verbal_order": (("response",), decide_confirm_verbal_order),
    "record_city_level": (("response",), decide_record_city_level),
    "authorise_deputy": (("response",), decide_authorise_deputy),
    "pass_response_limit": (("response",), decide_pass_response_limit),
}
"""Verb → the kinds of subject that it takes, and its decider."""
