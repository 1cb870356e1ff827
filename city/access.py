"""Access: who may do, open and see what (domain §4.9): commands, pages, channels and fields."""

from typing import Final

from city.person import Person

__all__ = [
    "AXES", "OFF_SHIFT", "PAGES", "ROLES", "SCOPED", "SHIFT_ROLES", "VERBS", "Person", "acting_role",
    "axis_of", "is_own_scope", "may_open", "may_order",
    "own_scope", "verbs_of",
]  # fmt: skip

AXES: Final = {
    "inspector": "supervision", "intake_officer": "supervision", "evaluator": "supervision",
    "dispatcher": "command", "agency_operator": "command", "agency_duty_leader": "command",
    "street_operator": "command",
    "village_operator": "command", "duty_officer": "neutral", "shift_lead": "neutral",
    "duty_leader": "neutral", "rotating_leader": "neutral", "commander": "neutral",
    "presenter": "neutral", "system": "neutral",
}  # fmt: skip
ROLES: Final = tuple(role for role in AXES if role != "system")
SHIFT_ROLES: Final = frozenset({"duty_officer", "shift_lead", "duty_leader", "rotating_leader"})
"""Roles that are bound to the shift: they count only while the roster names the person."""


OFF_SHIFT: Final = frozenset({
    "sign_in", "go_away", "come_back", "sign_out", "answer_item", "sign_handover",
})  # fmt: skip
"""Verbs of those who come on shift or leave it: a shift role counts for them off shift, too."""

_CENTRE = ("duty_officer", "shift_lead")
_LEADERS = ("duty_leader", "rotating_leader")
_ALL_LEADERS = (*_LEADERS, "commander")
_LED = (
    "answer_support", "order_relocation", "confirm_relocation", "refuse_relocation", "note_look",
    "draft_leader_handover", "answer_leader_item", "sign_leader_handover",
)  # fmt: skip
_HOLDERS = ("agency_operator", "street_operator")
_ANSWERS = ("agency_operator", "agency_duty_leader", "street_operator")
_SCREENS = ("intake_officer", "duty_officer")
_TASKS = (*_ANSWERS, *_CENTRE, *_LEADERS, "commander")  # the centre's roles: the centre's own tasks only
_STAFF = tuple(role for role in AXES if role not in ("system", "presenter"))

VERBS: Final[dict[str, tuple[str, ...]]] = {
    # filing (C2 – C6, C20)
    "request_verification": ("intake_officer", "duty_officer"),
    "verify": ("inspector",),
    "file": ("intake_officer", "duty_officer", "street_operator", "village_operator", "system"),
    "reject": ("intake_officer", "duty_officer"),
    "merge": ("intake_officer", "duty_officer", "street_operator"),
    "report": ("inspector", "village_operator", *_HOLDERS, "intake_officer", "duty_officer"),
    "self_handle": ("inspector", "village_operator", "street_operator"),
    "not_my_list": ("inspector", "village_operator"),
    "add_photos": ("inspector", "village_operator", *_HOLDERS, "intake_officer", "duty_officer"),
    "void": ("shift_lead",),
    "confirm_void": ("shift_lead", "duty_leader"),
    # dispatch, rulings (C7, C10 – C12, C18, C21)
    "dispatch": ("dispatcher", "shift_lead", "system"),
    "reassign": ("duty_officer", "dispatcher", "shift_lead"),
    "request_ruling": ("duty_officer", "dispatcher", "shift_lead", "system"),
    "send_for_ruling": _CENTRE,
    "rule": (*_ALL_LEADERS, "system"),
    "transfer_up": ("duty_leader", "system"),
    "answer_city": ("duty_leader",),
    # handling (C8, C9, C13 – C15)
    "sign": _HOLDERS,
    "return": _HOLDERS,
    "make_safe": _HOLDERS,
    "feedback": _HOLDERS,
    "apply_extension": _HOLDERS,
    "decide_extension": ("shift_lead", "duty_leader", "system"),
    "apply_suspension": _HOLDERS,
    "decide_suspension": ("dispatcher", "shift_lead", "duty_leader"),
    "withdraw": _HOLDERS,
    "resume": ("dispatcher", "shift_lead", "system"),
    "appeal": _HOLDERS,
    "decide_appeal": ("duty_leader",),
    # checking and the caller (C16, C17, C19)
    "check": ("inspector", "intake_officer", "evaluator", "system"),
    "contact": ("intake_officer", "duty_officer", *_HOLDERS),
    "call_back": ("intake_officer", "duty_officer"),
    "reopen": ("intake_officer", "duty_officer", "system"),
    "classify_order": ("shift_lead", "duty_leader", "intake_officer", "duty_officer"),
    # supervision (C22 – C24) and small acts
    "escalate": (*_CENTRE, *_LEADERS, "system"),
    "acknowledge": ("shift_lead", *_LEADERS),
    "undo": ("duty_officer", "dispatcher", *_LEADERS, "shift_lead"),
    "transfer_level": ("village_operator", "street_operator", "duty_officer"),
    "answer_level": ("duty_officer", "shift_lead", "street_operator"),
    "send_unit": (*_CENTRE, "duty_leader", "street_operator"),
    "remind": (*_CENTRE, "dispatcher", "system"),
    "supervise": ("shift_lead", "duty_leader"),
    "comment": _STAFF,
    "report_rule_error": _STAFF,
    "pass_limit": ("system",),
    # screens
    "show": (*_CENTRE, *_LEADERS),
    "clear": (*_CENTRE, *_LEADERS),
    "reveal": ("intake_officer", "shift_lead", "inspector", *_HOLDERS, "village_operator"),
    # incidents (§3.5)
    "open_incident": (*_CENTRE, *_LEADERS, "system"),
    "confirm_incident": ("shift_lead", "duty_leader"),
    "dismiss_incident": ("shift_lead", "duty_leader"),
    "propose_grade": ("shift_lead",),
    "decide_grade": _LEADERS,
    "transfer_command": _LEADERS,
    "name_scene_commander": (*_CENTRE, *_LEADERS),
    "control_incident": _LEADERS,
    "resume_incident": _LEADERS,
    "recover_incident": _LEADERS,
    "close_incident": _LEADERS,
    "join_case": _CENTRE,
    "report_casualties": _CENTRE,
    "release_casualties": _ALL_LEADERS,
    "send_report": (*_CENTRE, "duty_leader"),
    "open_session": _LEADERS,
    "add_session_line": (*_CENTRE, *_LEADERS),
    "close_session": _LEADERS,
    # linkage tasks
    "issue_task": (*_CENTRE, *_ALL_LEADERS, "system"),
    "acknowledge_task": _TASKS,
    "decline_task": ("agency_duty_leader",),
    "set_out_task": _ANSWERS,
    "arrive_task": (*_ANSWERS, "system"),
    "finish_task": _TASKS,
    "verify_task": ("inspector", "street_operator"),
    "write_task_order": (*_CENTRE, *_LEADERS),
    "remind_task": (*_CENTRE, *_LEADERS),
    "reassign_task": (*_CENTRE, *_LEADERS),
    "cancel_task": (*_CENTRE, *_LEADERS),
    "assist_task": (*_CENTRE, *_LEADERS),
    "undo_task": (*_CENTRE, *_LEADERS),
    "pass_task_limit": ("system",),
    # closures of underpasses (§A.4)
    "note_depth": ("system",),
    "close_underpass": (*_CENTRE, *_LEADERS, "system"),
    "confirm_closure": _ANSWERS,
    "agree_reopening": (*_ANSWERS, *_CENTRE, "duty_leader"),
    # alarms of sensors (§3.6)
    "raise_alarm": ("system",),
    "clear_alarm": ("system",),
    "note_doubt": ("system",),
    "acknowledge_alarm": (*_CENTRE, "duty_leader"),
    "shelve_alarm": (*_CENTRE, "duty_leader"),
    "suspect_fault": (*_CENTRE, "duty_leader"),
    "end_shelving": (*_CENTRE, "duty_leader", "system"),
    "start_maintenance": (*_CENTRE, "duty_leader"),
    "end_maintenance": (*_CENTRE, "duty_leader"),
    # detections and cameras (§3.7)
    "receive_detection": ("system",),
    "confirm_detection": _SCREENS,
    "dismiss_detection": _SCREENS,
    "mark_self_corrected": (*_SCREENS, *_HOLDERS),
    "undo_screening": (*_SCREENS, *_HOLDERS),
    "pass_detection_limit": ("system",),
    "view_camera": (*_SCREENS, "shift_lead", "dispatcher", *_LEADERS, *_HOLDERS),
    "end_camera_view": (*_SCREENS, "shift_lead", "dispatcher", *_LEADERS, *_HOLDERS),
    # duty (§3.8)
    "sign_in": _STAFF,
    "go_away": _STAFF,
    "come_back": _STAFF,
    "sign_out": _STAFF,
    "call": (*_CENTRE, *_LEADERS),
    "answer_item": ("shift_lead", "duty_leader"),
    "sign_handover": ("shift_lead",),
    "release_shift": ("duty_leader",),
    "pass_authority": ("shift_lead",),
    "write_entry": (*_CENTRE, *_LEADERS),
    "override_roster": ("shift_lead", "duty_leader"),
    "load_roster": ("shift_lead", "duty_leader"),
    "start_call_out": _CENTRE,
    "answer_call_out": ("village_operator",),
    "save_daily_report": (*_CENTRE, "duty_leader"),
    "record_numbers": ("village_operator",),
    "record_patrol": ("inspector",),
    "pass_duty_limit": ("system",),
    # relaxations of an emergency (§4.6), visits on site
    "start_relaxation": ("duty_leader",),
    "end_relaxation": ("duty_leader",),
    "record_visit": _LEADERS,
    # response levels (§4.6): city.response.approvers says who counts for which level
    "propose_level": (*_CENTRE, *_ALL_LEADERS, "agency_duty_leader", "street_operator", "system"),
    "approve_level": ("shift_lead", *_LEADERS, "commander", "agency_duty_leader"),
    "refuse_level": (*_CENTRE, *_LEADERS, "commander", "agency_duty_leader", "street_operator"),
    "record_verbal_order": _CENTRE,
    "confirm_verbal_order": (*_CENTRE, "duty_leader", "commander"),
    "record_city_level": (*_CENTRE, "duty_leader"),
    "authorise_deputy": ("commander",),
    "pass_response_limit": ("system",),
    # the recovery list of a response that ended (§4.6)
    "finish_recovery": (*_ANSWERS, "inspector", *_CENTRE, *_LEADERS, "commander", "system"),
    "assign_recovery": ("shift_lead", *_LEADERS, "commander"),
    # visiting briefings (§5.4)
    "start_briefing": ("duty_leader",),
    "end_briefing": (*_CENTRE, "duty_leader"),
    "pass_briefing_limit": ("system",),
    # zero reports, figures and forecasts of an emergency (§3.5, A.8)
    "send_zero_report": ("street_operator", "agency_operator", *_CENTRE),
    "report_figures": ("street_operator", "agency_operator", *_CENTRE),
    "record_forecast": (*_CENTRE, "agency_operator"),
    "pass_report_limit": ("system",),
    # leaders in an emergency (§4.7, §5.2)
    "request_support": ("street_operator", "agency_operator", "agency_duty_leader"),
    **dict.fromkeys(_LED, _ALL_LEADERS),
    "pass_leader_limit": ("system",),
}
"""Verb → roles that may give it; the guards of the verbs check the rest."""

PAGES: Final[dict[str, tuple[str, ...]]] = {
    "wall": ("duty_officer", "shift_lead", *_LEADERS),
    "desk": ("duty_officer", "shift_lead", "intake_officer", "dispatcher", *_LEADERS),
    "duty": ("duty_officer", "shift_lead", *_LEADERS),
    "agency": (*_ANSWERS, *_CENTRE, "duty_leader"),
    "street": ("street_operator", *_CENTRE, "duty_leader"),
    "check": ("inspector", *_CENTRE, "duty_leader"),
    "station": ("village_operator", *_CENTRE, "duty_leader"),
    "briefing": ("presenter",),
    "leader": _ALL_LEADERS,
    "review": ("evaluator", "shift_lead", "duty_leader"),
    "metrics": ("shift_lead",),
}
"""Page (and its channel and tiles) → roles that may open it."""

SCOPED: Final[dict[str, tuple[str, ...]]] = {
    "agency": _ANSWERS, "street": ("street_operator",), "check": ("inspector",),
    "station": ("village_operator",),
}  # fmt: skip
"""Page that exists once per scope (``/agency/<code>``) → the roles that act on it, in their own scope only.

The scope is an agency's or street's code, on ``/check`` a street's, on ``/station`` a workstation's. A
street's sub-centre also has an agency's page, with its linkage tasks alone.
"""


def axis_of(role: str) -> str:
    """Return the axis of a role: supervision, command or neutral."""
    return AXES[role]


def acting_role(person: Person, verb: str) -> str:
    """Return the role in which a person may give a verb, '' for none; a shift role counts only on shift."""
    for role in VERBS.get(verb, ()):
        counts = role not in SHIFT_ROLES or role in person.on_shift or verb in OFF_SHIFT
        if role in person.roles and counts:
            return role
    return ""


def verbs_of(person: Person) -> tuple[str, ...]:
    """Return the verbs that a person may give now in one of their roles: the buttons they may see."""
    return tuple(verb for verb in VERBS if acting_role(person, verb))


def is_own_scope(person: Person, page: str, scope: str) -> bool:
    """Whether a person acts for a scope of a page. False on a page without scopes."""
    acts = SCOPED.get(page, ())
    if not scope or not any(role in acts for role in person.roles):
        return False
    if page == "check":
        return not person.beats or scope in person.beats
    return own_scope(person, page) == scope


def own_scope(person: Person, page: str) -> str:
    """Return the only scope that a person acts for on a page, '' for none or several."""
    if not any(role in person.roles for role in SCOPED.get(page, ())):
        return ""
    only = person.beats[0] if len(person.beats) == 1 else ""
    own = {"agency": person.holder, "street": person.street, "check": only, "station": person.workstation}
    return own[page]


def may_open(person: Person, page: str, scope: str = "") -> bool:
    """Whether a person may open a page and subscribe to its channel.

    Who acts on a page opens their own scope only. The centre's roles open every scope.
    """
    roles = _roles_on(person, page)
    if page not in SCOPED:
        return bool(roles) and not scope
    return is_own_scope(person, page, scope) or (
        bool(scope) and any(role not in SCOPED[page] for role in roles)
    )


def may_order(person: Person, page: str, scope: str = "") -> bool:
    """Whether a person may give commands on a page that they may open; in another's scope they read."""
    if page in SCOPED:
        return is_own_scope(person, page, scope)
    return may_open(person, page, scope)


def _roles_on(person: Person, page: str) -> tuple[str, ...]:
    return tuple(role for role in PAGES.get(page, ()) if role in person.roles)
