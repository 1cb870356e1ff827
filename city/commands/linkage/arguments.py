"""Arguments of the verbs of incidents, linkage tasks, joint sessions and closures."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from city.commands.argument_types import Args, Code, Lat, Lon, Metres, PhotoFacts, Photos, Text

__all__ = ["LINKAGE_ARGS"]

Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Grade = Literal["general", "larger", "major", "extra_major"]


class TaskRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the preview. ``template`` names a row of the templates; without it ``text`` is typed."""

    agency: Code
    priority: Literal["P1", "P2", "P3"]
    template: Code | None = None
    text: Text | None = None
    unit: Annotated[str, Meta(min_length=1, max_length=128)] | None = None


class OpenIncident(Args, frozen=True):
    """``tasks`` None: the rows of the template; (): none."""

    kind: Code
    grade: Grade = "general"
    title: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    radius_m: Metres | None = None
    tasks: Annotated[tuple[TaskRow, ...], Meta(max_length=60)] | None = None
    confirmed: bool = True


class Dismiss(Args, frozen=True):
    text: Text


class Graded(Args, frozen=True):
    grade: Grade
    text: Text


class DecideGrade(Args, frozen=True):
    """``grade`` sets another grade than the proposed one; only the commander may lower it."""

    approved: bool
    grade: Grade | None = None
    text: Text | None = None


class TransferCommand(Args, frozen=True):
    to: Code
    text: Text | None = None


class SceneCommander(Args, frozen=True):
    person: Annotated[str, Meta(min_length=1, max_length=60)]


class StateChange(Args, frozen=True):
    text: Text


class JoinCase(Args, frozen=True):
    case: Annotated[str, Meta(min_length=1, max_length=300)]


class Casualty(Args, frozen=True):
    dead: Count
    missing: Count
    injured: Count
    evacuated: Count


class SendReport(Args, frozen=True):
    kind: Literal["first", "follow_up", "final"]
    channel: Literal["oral", "written"]
    to: Code
    text: Text
    checked: tuple[Code, ...] = ()
    """Points of the check list that the report covers."""


class SessionLine(Args, frozen=True):
    """A decision line; with ``agency`` it becomes a task."""

    text: Text
    agency: Code | None = None
    priority: Literal["P1", "P2", "P3"] = "P2"


class CloseSession(Args, frozen=True):
    reason: Literal["decided", "information_only"] = "decided"


class IssueTask(Args, frozen=True):
    agency: Code
    priority: Literal["P1", "P2", "P3"]
    template: Code | None = None
    text: Text | None = None
    unit: Annotated[str, Meta(min_length=1, max_length=128)] | None = None
    mode: Literal["manual", "verbal_recorded"] = "manual"


class WriteOrder(Args, frozen=True):
    text: Text


class Declined(Args, frozen=True):
    reason: Text


class SetOut(Args, frozen=True):
    unit: Annotated[str, Meta(min_length=1, max_length=128)] | None = None


class Arrive(Args, frozen=True):
    """``distance_m`` is given by the engine only: arrival by the unit's position."""

    distance_m: Metres | None = None


class FinishTask(Args, frozen=True):
    text: Text | None = None
    number: Annotated[float, Meta(ge=-1e9, le=1e9)] | None = None
    photos: Photos = ()
    photo_facts: PhotoFacts = ()


class VerifyTask(Args, frozen=True):
    passed: bool
    text: Text | None = None


class Reassigned(Args, frozen=True):
    to: Code
    text: Text | None = None


class Cancelled(Args, frozen=True):
    text: Text | None = None


class PassTaskLimit(Args, frozen=True):
    step: Code
    serial: Annotated[int, Meta(ge=0, le=10_000_000_000)]
    due_at: Annotated[str, Meta(min_length=1, max_length=40)]


class Depth(Args, frozen=True):
    """What the engine saw: newest depth, rise over the last minutes, and when it was measured."""

    depth_cm: Annotated[float, Meta(ge=-100, le=10_000)]
    rise_cm_min: Annotated[float, Meta(ge=-1000, le=1000)]
    at: Annotated[str, Meta(min_length=1, max_length=40)]
    why: Literal["rise", "limit", "below", "silent"]


class CloseUnderpass(Args, frozen=True):
    text: Text | None = None


class AgreeReopening(Args, frozen=True):
    text: Text | None = None


LINKAGE_ARGS: dict[str, type[Args]] = {
    "open_incident": OpenIncident, "dismiss_incident": Dismiss, "propose_grade": Graded,
    "decide_grade": DecideGrade, "transfer_command": TransferCommand, "name_scene_commander": SceneCommander,
    "control_incident": StateChange, "resume_incident": StateChange, "recover_incident": StateChange,
    "close_incident": StateChange, "join_case": JoinCase, "report_casualties": Casualty,
    "send_report": SendReport, "add_session_line": SessionLine, "close_session": CloseSession,
    "issue_task": IssueTask, "write_task_order": WriteOrder, "decline_task": Declined,
    "set_out_task": SetOut, "arrive_task": Arrive,
    "finish_task": FinishTask, "verify_task": VerifyTask, "reassign_task": Reassigned,
    "cancel_task": Cancelled, "pass_task_limit": PassTaskLimit, "note_depth": Depth,
    "close_underpass": CloseUnderpass, "agree_reopening": AgreeReopening,
}  # fmt: skip
"""Verb → its arguments; a verb that is not listed takes none."""
