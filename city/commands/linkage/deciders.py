"""The deciders of emergency linkage, by verb."""

from typing import Final

from city.commands.linkage import (
    closures,
    incident_command,
    incident_states,
    sessions,
    task_orders,
    task_steps,
)
from city.commands.linkage.limits import decide_pass_task_limit
from city.commands.linkage.opening import decide_open_incident
from city.commands.subject_order import SubjectDecider

__all__ = ["LINKAGE"]

LINKAGE: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "open_incident": (("case", "device", "place"), decide_open_incident),
    "confirm_incident": (("incident",), incident_states.decide_confirm_incident),
    "dismiss_incident": (("incident",), incident_states.decide_dismiss_incident),
    "propose_grade": (("incident",), incident_command.decide_propose_grade),
    "decide_grade": (("incident",), incident_command.decide_decide_grade),
    "transfer_command": (("incident",), incident_command.decide_transfer_command),
    "name_scene_commander": (("incident",), incident_command.decide_name_scene_commander),
    "control_incident": (("incident",), incident_states.decide_control_incident),
    "resume_incident": (("incident",), incident_states.decide_resume_incident),
    "recover_incident": (("incident",), incident_states.decide_recover_incident),
    "close_incident": (("incident",), incident_states.decide_close_incident),
    "join_case": (("incident",), incident_states.decide_join_case),
    "report_casualties": (("incident",), incident_command.decide_report_casualties),
    "release_casualties": (("incident",), incident_command.decide_release_casualties),
    "send_report": (("incident",), incident_command.decide_send_report),
    "open_session": (("incident",), sessions.decide_open_session),
    "add_session_line": (("incident",), sessions.decide_add_session_line),
    "close_session": (("incident",), sessions.decide_close_session),
    "issue_task": (("incident",), task_orders.decide_issue_task),
    "acknowledge_task": (("task",), task_steps.decide_acknowledge_task),
    "decline_task": (("task",), task_steps.decide_decline_task),
    "set_out_task": (("task",), task_steps.decide_set_out_task),
    "arrive_task": (("task",), task_steps.decide_arrive_task),
    "finish_task": (("task",), task_steps.decide_finish_task),
    "verify_task": (("task",), task_steps.decide_verify_task),
    "write_task_order": (("task",), task_orders.decide_write_task_order),
    "remind_task": (("task",), task_orders.decide_remind_task),
    "reassign_task": (("task",), task_orders.decide_reassign_task),
    "cancel_task": (("task",), task_orders.decide_cancel_task),
    "assist_task": (("task",), task_orders.decide_assist_task),
    "undo_task": (("task",), task_orders.decide_undo_task),
    "pass_task_limit": (("task", "incident"), decide_pass_task_limit),
    "note_depth": (("device",), closures.decide_note_depth),
    "close_underpass": (("device",), closures.decide_close_underpass),
    "confirm_closure": (("device",), closures.decide_confirm_closure),
    "agree_reopening": (("device",), closures.decide_agree_reopening),
}
"""Verb → the kinds of subject that it takes, and its decider."""
