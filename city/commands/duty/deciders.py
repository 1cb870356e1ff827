"""The deciders of duty, by verb."""

from typing import Final

from city.commands.duty.call_outs import decide_answer_call_out, decide_start_call_out
from city.commands.duty.entries import decide_call, decide_save_daily_report, decide_write_entry
from city.commands.duty.handing_over import decide_answer_item, decide_release_shift, decide_sign_handover
from city.commands.duty.leaving import (
    decide_come_back,
    decide_go_away,
    decide_pass_authority,
    decide_sign_out,
)
from city.commands.duty.limits import decide_pass_duty_limit
from city.commands.duty.roster_changes import decide_load_roster, decide_override_roster
from city.commands.duty.sign_in import decide_sign_in
from city.commands.subject_order import SubjectDecider

__all__ = ["DUTY"]

DUTY: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "sign_in": (("shift",), decide_sign_in),
    "go_away": (("shift",), decide_go_away),
    "come_back": (("shift",), decide_come_back),
    "sign_out": (("shift",), decide_sign_out),
    "call": (("shift",), decide_call),
    "answer_item": (("shift",), decide_answer_item),
    "sign_handover": (("shift",), decide_sign_handover),
    "release_shift": (("shift",), decide_release_shift),
    "pass_authority": (("shift",), decide_pass_authority),
    "write_entry": (("shift",), decide_write_entry),
    "override_roster": (("roster",), decide_override_roster),
    "load_roster": (("roster",), decide_load_roster),
    "start_call_out": (("shift",), decide_start_call_out),
    "answer_call_out": (("call_out",), decide_answer_call_out),
    "save_daily_report": (("daily_report",), decide_save_daily_report),
    "pass_duty_limit": (("shift", "call_out"), decide_pass_duty_limit),
}
"""Verb → the kinds of subject that it takes, and its decider."""
