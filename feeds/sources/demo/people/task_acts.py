"""The next act on a linkage task: of its agency, its duty leader, the street or an inspector.

Everything is determined by the task's id, so that a restart goes on as before.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from city.dispatch.tables.task_templates import TaskTemplate
from city.state.linkage_records import Task
from feeds.sources.demo.chance import Dice, about, dice
from feeds.sources.demo.people.act import Act
from feeds.sources.demo.people.people import People
from feeds.sources.demo.people.pictures import picture_id
from feeds.sources.demo.people.task_remarks import DECLINED, DONE, NOT_PASSED, NUMBERS

__all__ = ["TaskLook", "is_silent", "next_task_act"]

MIN: Final = 60.0
_SILENT: Final = 0.06
_DECLINED: Final = 0.05
_FAILED: Final = 0.06
_NO_ANSWER_YET: Final = ("issued", "delivered")
_BY_HAND_S: Final = 25 * MIN
"""After this time on the way an agency reports its arrival by hand: its unit's position did not say it."""


class TaskLook(msgspec.Struct, frozen=True):
    """A task at one time (``now``, city time). ``find_unit`` returns a free unit for it, '' for none."""

    task: Task
    template: TaskTemplate | None
    people: People
    now: float
    find_unit: Callable[[tuple[str, ...], str, float, float, float], str]
    officer: str = ""
    """The duty officer's stand-in."""
    instead: str = ""
    """Code of the agency that stands in for the task's agency."""
    other: Task | None = None
    """The other task of a pair, when its agency has arrived first (``city.linkage.pairs``)."""

    def dice(self, *keys: object) -> Dice:
        """Return the task's random generator for these keys."""
        return dice("task", self.task.id, *keys)

    @property
    def ours(self) -> str:
        """The account of the task's agency or street, '' when it has none."""
        return self.people.holder(self.task.agency)


def is_silent(task: Task) -> bool:
    """Whether the agency does not answer until its duty leader is called; never the one that replaces it."""
    return not task.fallback_of and task.ack_by is not None and dice("task", task.id).random() < _SILENT


def next_task_act(look: TaskLook) -> Act | None:
    """Return the next act on a task in its present state, None when nobody does anything."""
    state = look.task.state
    acts = [_STATES[state](look) if state in _STATES else None, _second_of_pair(look)]
    return min((act for act in acts if act is not None and act.account), key=_at, default=None)


def _at(act: Act) -> float:
    return act.at


def _unanswered(look: TaskLook) -> Act:
    task = look.task
    limit = (task.ack_by or task.issued_at + 15 * MIN) - task.issued_at
    if is_silent(task):
        at = task.issued_at + limit + look.dice("called").uniform(50, 110)
        return Act(at, look.ours, "acknowledge_task")
    if look.dice("decline").random() < _DECLINED and look.people.duty_leader(task.agency):
        at = task.issued_at + look.dice("when").uniform(0.2, 0.4) * limit
        reason = look.dice("why").choice(DECLINED)
        return Act(at, look.people.duty_leader(task.agency), "decline_task", {"reason": reason})
    wait = about(look.dice("ack"), 45, 0.5, 12, max(0.45 * limit, 15))
    return Act(task.issued_at + wait, look.ours, "acknowledge_task")


def _acknowledged(look: TaskLook) -> Act | None:
    task = look.task
    if task.acknowledged is None:
        return None
    at = task.acknowledged.at + about(look.dice("out"), 40, 0.5, 12, 120)
    kinds = look.template.unit_kinds if look.template else ()
    unit = task.unit
    if kinds and not unit and at <= look.now:
        unit = look.find_unit(kinds, task.agency, task.place.lon, task.place.lat, look.now)
    return Act(at, look.ours, "set_out_task", {"unit": unit} if unit else {})


def _set_out(look: TaskLook) -> Act | None:
    task = look.task
    if task.set_out is None:
        return None
    wait = _BY_HAND_S if task.unit else about(look.dice("way"), 4 * MIN, 0.4, 2 * MIN, 9 * MIN)
    return Act(task.set_out.at + wait, look.ours, "arrive_task")


def _arrived(look: TaskLook) -> Act | None:
    task = look.task
    if task.arrived is None:
        return None
    work = about(look.dice("work"), 8 * MIN, 0.4, 3 * MIN, 18 * MIN)
    return Act(task.arrived.at + work, look.ours, "finish_task", _evidence(look))


def _done(look: TaskLook) -> Act | None:
    task = look.task
    if task.done is None:
        return None
    by_street = task.verifier == "street" and not task.agency.isdigit()
    street = task.place.street
    account = look.people.holder(street) if by_street else look.people.inspector(street)
    at = task.done.at + about(look.dice("verify", task.done.at), 4 * MIN, 0.5, MIN, 10 * MIN)
    if task.verify_by is not None:
        at = min(at, task.verify_by - MIN)
    failed = look.dice("verified", task.done.at).random() < _FAILED
    args = {"passed": not failed, **({"text": look.dice("text").choice(NOT_PASSED)} if failed else {})}
    return Act(at, account, "verify_task", args)


def _centre(look: TaskLook) -> str:
    """Return who of the centre may change the task: nobody below its giver; "" leaves it to people."""
    role = look.task.ordered.role
    if role in ("rotating_leader", "commander"):
        return ""
    return (
        look.people.deputy("duty_leader", look.now) if role in ("shift_lead", "duty_leader") else look.officer
    )


def _declined(look: TaskLook) -> Act | None:
    """Let the centre give a declined task to the agency that stands in."""
    task = look.task
    if task.over is None or task.fallback or not look.instead:
        return None
    at = task.over.at + look.dice("again").uniform(1, 3) * MIN
    return Act(at, who, "reassign_task", {"to": look.instead}) if (who := _centre(look)) else None


def _second_of_pair(look: TaskLook) -> Act | None:
    """Let the centre call off a task that another agency does already."""
    arrived = look.other.arrived if look.other is not None else None
    if arrived is None or not look.task.is_open or look.task.state == "done":
        return None
    at = arrived.at + look.dice("off").uniform(1, 2) * MIN
    return Act(at, who, "cancel_task") if (who := _centre(look)) else None


def _evidence(look: TaskLook) -> dict[str, Any]:
    """Return what the agency reports with its work, as the task asks for it."""
    evidence = look.task.evidence
    args: dict[str, Any] = {"text": look.dice("said").choice(DONE)}
    if evidence == "number":
        args["number"] = float(look.dice("number").choice(NUMBERS))
    elif evidence == "photo":
        args["photos"] = [picture_id("done", number) for number in (1, 2)]
    return args


_STATES: Final[dict[str, Callable[[TaskLook], Act | None]]] = {
    **dict.fromkeys(_NO_ANSWER_YET, _unanswered),
    "acknowledged": _acknowledged, "set_out": _set_out, "arrived": _arrived, "done": _done,
    "declined": _declined,
}  # fmt: skip
