"""The deciders of relaxations and visits, by verb."""

from typing import Final

from city.commands.hotline.relaxing import decide_end_relaxation, decide_start_relaxation
from city.commands.hotline.visiting import decide_record_visit
from city.commands.subject_order import SubjectDecider

__all__ = ["RELAXING"]

RELAXING: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "start_relaxation": (("relaxation",), decide_start_relaxation),
    "end_relaxation": (("relaxation",), decide_end_relaxation),
    "record_visit": (("street",), decide_record_visit),
}
"""Verb → the kinds of subject that it takes, and its decider."""
