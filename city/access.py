"""Access: who may do, open and see what (domain §4.9): commands, pages, channels and fields."""

from typing import Final

import msgspec

__all__ = [
    "AXES", "OFF_SHIFT", "PAGES", "ROLES", "SCOPED", "SHIFT_ROLES", "VERBS", "Person", "acting_role",
    "axis_of", "may_open", "may_order", "may_read_words", "may_see_evidence", "may_see_person", "own_scope",
    "verbs_of",
]  # fmt: skip

AXES: Final = {
    "inspector": "supervision", "intake_officer": "supervision", "evaluator": "supervision",
    "dispatcher": "command", "agency_operator": "command", "agency_duty_leader": "command",
    "street_operator": "command",
    "village_operator": "command", "duty_officer": "neutral", "shift_lead": "neutral",
    "duty_leader": "neutral", "rotating_leader": "neutral", "system": "neutral",
}  # fmt: skip
ROLES: Final = tuple(role for role in AXES if role != "system")
SHIFT_ROLES: Final = frozenset({"duty_officer", "shift_lead", "duty_leader", "rotating_leader"})
"""Roles that are bound to the shift: they count only while the roster names the person."""


OFF_SHIFT: Final = frozenset({
    "sign_in", "go_away", "come_back", "sign_out", "answer_item", "sign_handover",
})  # fmt: skip
"""Verbs of those who come on shift or leave it: a shift role counts for them off shift, too."""


class Person(msgspec.Struct, frozen=True):
    """A person who acts; read again for every command.

    ``agency`` and ``street`` are what they act for ('' = the centre); ``streets`` limits what they may act
    on (empty = the whole district). ``on_shift`` are those of ``roles`` that the present shift gives them.
    ``automated`` marks a simulated person of the demo; commands of real persons have priority.
    """

    account: str
    name: str
    roles: tuple[str, ...]
    seat: str = ""
    shift: str = ""
    agency: str = ""
    street: str = ""
    streets: tuple[str, ...] = ()
    on_shift: tuple[str, ...] = ()
    automated: bool = False

    @property
    def holder(self) -> str:
        """Return the code of the holder that they act for, '' for the centre."""
        return self.agency or self.street


_CENTRE = ("duty_officer", "shift_lead")
_LEADERS = ("duty_leader", "rotating_leader")
_HOLDERS = ("agency_operator", "street_operator")
_ANSWERS = ("agency_operator", "agency_duty_leader", "street_operator")
_SCREENS = ("intake_officer", "duty_officer")
_STAFF = tuple(role for role in AXES if role != "system")

VERBS: Final[dict[str, tuple[str, ...]]] = {
    # filing (C2 – C6, C20)
    "request_verification": ("intake_officer", "duty_officer"),
    "verify": ("inspector",),
    "file": ("intake_officer", "duty_officer", "street_operator", "village_operator", "system"),
    "reject": ("intake_officer", "duty_officer"),
    "merge": ("intake_officer", "duty_officer", "street_operator"),
    "self_handle": ("inspector", "village_operator", "street_operator"),
    "void": ("shift_lead",),
    "confirm_void": ("shift_lead", "duty_leader"),
    # dispatch, rulings (C7, C10 – C12, C18, C21)
    "dispatch": ("dispatcher", "shift_lead", "system"),
    "reassign": ("duty_officer", "dispatcher", "shift_lead"),
    "request_ruling": ("duty_officer", "dispatcher", "shift_lead", "system"),
    "send_for_ruling": _CENTRE,
    "rule": (*_LEADERS, "system"),
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
    "release_casualties": _LEADERS,
    "send_report": (*_CENTRE, "duty_leader"),
    "open_session": _LEADERS,
    "add_session_line": (*_CENTRE, *_LEADERS),
    "close_session": _LEADERS,
    # linkage tasks
    "issue_task": (*_CENTRE, *_LEADERS, "system"),
    "acknowledge_task": _ANSWERS,
    "decline_task": ("agency_duty_leader",),
    "set_out_task": _ANSWERS,
    "arrive_task": (*_ANSWERS, "system"),
    "finish_task": _ANSWERS,
    "verify_task": ("inspector", "street_operator"),
    "remind_task": (*_CENTRE, *_LEADERS),
    "reassign_task": (*_CENTRE, *_LEADERS),
    "cancel_task": (*_CENTRE, *_LEADERS),
    "undo_task": (*_CENTRE, *_LEADERS),
    "pass_task_limit": ("system",),
    # closures of underpasses (§A.4)
    "note_depth": ("system",),
    "close_underpass": (*_CENTRE, *_LEADERS, "system"),
    "confirm_closure": _ANSWERS,
    "agree_reopening": (*_ANSWERS, *_CENTRE, "duty_leader"),
    # detections and cameras (§3.7)
    "receive_detection": ("system",),
    "confirm_detection": _SCREENS,
    "dismiss_detection": _SCREENS,
    "mark_self_corrected": (*_SCREENS, *_HOLDERS),
    "undo_screening": (*_SCREENS, *_HOLDERS),
    "pass_detection_limit": ("system",),
    "view_camera": (*_SCREENS, "shift_lead", "dispatcher", *_LEADERS, "street_operator"),
    "end_camera_view": (*_SCREENS, "shift_lead", "dispatcher", *_LEADERS, "street_operator"),
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
    "pass_duty_limit": ("system",),
}
"""Verb → roles that may give it; the guards of the verbs check the rest."""

PAGES: Final[dict[str, tuple[str, ...]]] = {
    "wall": ("duty_officer", "shift_lead", *_LEADERS),
    "desk": ("duty_officer", "shift_lead", "intake_officer", "dispatcher", *_LEADERS),
    "duty": ("duty_officer", "shift_lead", *_LEADERS),
    "agency": (*_ANSWERS, *_CENTRE, "duty_leader"),
    "metrics": ("shift_lead",),
}
"""Page (and its channel and tiles) → roles that may open it."""

SCOPED: Final = {"agency": "holder"}
"""Page that exists once per scope (``/agency/<code>``) → the field of ``Person`` with their own scope.

A street's sub-centre acts on its linkage tasks as an agency does: its scope is the street's code.
"""

READS_WORDS: Final = ("duty_officer", "shift_lead", "intake_officer", "dispatcher", "duty_leader")
"""Roles that may read a reporter's text; a rotating leader sees numbers only."""


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


def own_scope(person: Person, page: str) -> str:
    """Return the scope that a person acts for on a page, '' for none or on a page without scopes."""
    scope: str = getattr(person, SCOPED[page]) if page in SCOPED else ""
    return scope if any(role in _ANSWERS for role in _roles_on(person, page)) else ""


def may_open(person: Person, page: str, scope: str = "") -> bool:
    """Whether a person may open a page and subscribe to its channel.

    A holder's people open their own scope only. The centre's roles open every scope.
    """
    roles = _roles_on(person, page)
    if page not in SCOPED:
        return bool(roles) and not scope
    return bool(scope) and (own_scope(person, page) == scope or any(r not in _ANSWERS for r in roles))


def may_order(person: Person, page: str, scope: str = "") -> bool:
    """Whether a person may give commands on a page that they may open; in another's scope they read."""
    return may_open(person, page, scope) and own_scope(person, page) == scope


def _roles_on(person: Person, page: str) -> tuple[str, ...]:
    return tuple(role for role in PAGES.get(page, ()) if role in person.roles)


def may_read_words(person: Person) -> bool:
    """Whether a person may read a report's title and description (free text of class P2, domain 4.9)."""
    return any(role in person.roles for role in READS_WORDS)


def may_see_person(person: Person, holder: str, street: str) -> bool:
    """Whether a person may be shown the reporter of a case that ``holder`` has, in ``street``."""
    if "intake_officer" in person.roles or "shift_lead" in person.on_shift:
        return True
    own = bool(person.holder) and person.holder == holder
    return own or (bool(person.street) and person.street == street)


def may_see_evidence(person: Person, agency: str, street: str) -> bool:
    """Whether a person may see the photos of a linkage task of ``agency`` in ``street``.

    Those are its own people, the centre, and those who may verify it.
    """
    if may_read_words(person) or "inspector" in person.roles:
        return True
    own = bool(own_scope(person, "agency")) and person.holder == agency
    return own or ("street_operator" in person.roles and bool(street) and person.street == street)
