"""The deciders of emergency linkage, by verb."""

from typing import Final

from city.commands.linkage.limits import decide_pass_task_limit
from city.commands.linkage.opening import decide_open_incident
from city.commands.linkage.task_steps import decide_acknowledge_task
from city.commands.subject_order import SubjectDecider

__all__ = ["LINKAGE"]

LINKAGE: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "open_incident": (("case", "device", "place"), decide_open_incident),
    "pass_task_limit": (("task",), decide_pass_task_limit),
    "acknowledge_task": (("task",), decide_acknowledge_task),
}
"""Verb → the kinds of subject that it takes, and its decider."""
