"""The deciders of duty, by verb."""

from typing import Final

from city.commands.duty.entries import decide_write_entry
from city.commands.subject_order import SubjectDecider

__all__ = ["DUTY"]

DUTY: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "write_entry": (("shift",), decide_write_entry),
}
"""Verb → the kinds of subject that it takes, and its decider."""
