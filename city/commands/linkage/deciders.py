"""The deciders of emergency linkage, by verb."""

from typing import Final

from city.commands.linkage import task_orders, task_steps
from city.commands.linkage.limits import decide_pass_task_limit
from city.commands.linkage.opening import decide_open_incident
from city.commands.subject_order import SubjectDecider

__all__ = ["LINKAGE"]

LINKAGE: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "open_incident": (("case", "device", "place"), decide_open_incident),
    "issue_task": (("incident",), task_orders.decide_issue_task),
    "acknowledge_task": (("task",), task_steps.decide_acknowledge_task),
    "decline_task": (("task",), task_steps.decide_decline_task),
    "set_out_task": (("task",), task_steps.decide_set_out_task),
    "arrive_task": (("task",), task_steps.decide_arrive_task),
    "finish_task": (("task",), task_steps.decide_finish_task),
    "verify_task": (("task",), task_steps.decide_verify_task),
    "remind_task": (("task",), task_orders.decide_remind_task),
    "reassign_task": (("task",), task_orders.decide_reassign_task),
    "cancel_task": (("task",), task_orders.decide_cancel_task),
    "undo_task": (("task",), task_orders.decide_undo_task),
    "pass_task_limit": (("task",), decide_pass_task_limit),
}
"""Verb → the kinds of subject that it takes, and its decider."""
