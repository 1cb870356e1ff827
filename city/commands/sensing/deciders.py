"""The deciders of sensing, by verb."""

from typing import Final

from city.commands.sensing import raising, shelving
from city.commands.subject_order import SubjectDecider

__all__ = ["SENSING"]

SENSING: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "raise_alarm": (("alarm",), raising.decide_raise_alarm),
    "clear_alarm": (("alarm",), raising.decide_clear_alarm),
    "note_doubt": (("alarm",), raising.decide_note_doubt),
    "acknowledge_alarm": (("alarm",), shelving.decide_acknowledge_alarm),
    "shelve_alarm": (("alarm",), shelving.decide_shelve_alarm),
    "suspect_fault": (("alarm",), shelving.decide_suspect_fault),
    "end_shelving": (("alarm",), shelving.decide_end_shelving),
    "start_maintenance": (("device",), shelving.decide_start_maintenance),
    "end_maintenance": (("device",), shelving.decide_end_maintenance),
}
"""Verb → the kinds of subject that it takes, and its decider."""
