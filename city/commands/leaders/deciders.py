"""The deciders of the leaders' verbs."""

from typing import Final

from city.commands.leaders import handing_over, relocation, support
from city.commands.leaders.limits import decide_pass_leader_limit
from city.commands.leaders.looks import decide_note_look
from city.commands.subject_order import SubjectDecider

__all__ = ["LEADING"]

LEADING: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "request_support": (("support",), support.decide_request_support),
    "answer_support": (("support",), support.decide_answer_support),
    "order_relocation": (("relocation",), relocation.decide_order_relocation),
    "confirm_relocation": (("relocation",), relocation.decide_confirm_relocation),
    "refuse_relocation": (("relocation",), relocation.decide_refuse_relocation),
    "note_look": (("look",), decide_note_look),
    "draft_leader_handover": (("leader_handover",), handing_over.decide_draft_leader_handover),
    "answer_leader_item": (("leader_handover",), handing_over.decide_answer_leader_item),
    "sign_leader_handover": (("leader_handover",), handing_over.decide_sign_leader_handover),
    "pass_leader_limit": (("support", "relocation"), decide_pass_leader_limit),
}
"""Verb → the kinds of subject that it takes, and its decider."""
