"""The next act of the centre on an incident: reports upward, new orders, control, recovery and closing."""

from collections.abc import Iterator
from typing import Final

import msgspec

from city.state.linkage_records import TASK_OVER, Incident, Task
from feeds.sources.demo.chance import Dice, dice
from feeds.sources.demo.people.act import Act
from feeds.sources.demo.people.people import People
from feeds.sources.demo.people.task_remarks import REPORTS, SCENE_COMMANDER, STATES

__all__ = ["IncidentLook", "next_incident_act"]

MIN: Final = 60.0
_PATIENCE_S: Final = 10 * MIN
"""How much longer the stand-ins wait on an incident that a person opened or leads."""
_AT_WORK: Final = ("arrived", "done", "verified")


class IncidentLook(msgspec.Struct, frozen=True):
    """An incident with its tasks at one time (city time); ``ours``: a stand-in or a rule opened it."""

    incident: Incident
    tasks: tuple[Task, ...]
    people: People
    now: float
    ours: bool

    def dice(self, *keys: object) -> Dice:
        """Return the incident's random generator for these keys."""
        return dice("incident", self.incident.id, *keys)

    @property
    def officer(self) -> str:
        """The duty officer's stand-in."""
        return self.people.deputy("duty_officer", self.now)

    @property
    def leader(self) -> str:
        """The duty leader's stand-in, the commander of an incident without another one."""
        return self.people.deputy("duty_leader", self.now)


def next_incident_act(look: IncidentLook) -> Act | None:
    """Return the earliest act on an open incident, None when nobody does anything."""
    wait = 0.0 if look.ours else _PATIENCE_S
    acts = [act for act in _acts(look) if act.account]
    soonest = min(acts, key=lambda act: act.at, default=None)
    return msgspec.structs.replace(soonest, at=soonest.at + wait) if soonest else None


def _acts(look: IncidentLook) -> Iterator[Act]:
    incident = look.incident
    yield from _reports(look)
    if incident.state == "signal":
        lead = look.people.deputy("shift_lead", look.now)
        yield Act(incident.since + look.dice("confirm").uniform(1, 3) * MIN, lead, "confirm_incident")
    elif incident.state == "responding":
        yield from _scene(look)
        yield from _controlled(look)
    elif incident.state == "controlled":
        yield _said(look, incident.since + look.dice("recover").uniform(2, 4) * MIN, "recover_incident")
    elif incident.state == "recovering" and all(task.state in TASK_OVER for task in look.tasks):
        over = max([incident.since, *(task.over.at for task in look.tasks if task.over)])
        final = next((report for report in incident.reports if report.kind == "final"), None)
        if final is None:
            yield _report(look, over + look.dice("final").uniform(1, 3) * MIN, "final", "written")
        else:
            yield _said(look, final.signed.at + look.dice("close").uniform(1, 3) * MIN, "close_incident")


def _reports(look: IncidentLook) -> Iterator[Act]:
    """Send the report upward that is due next, in good time."""
    incident = look.incident
    kind, _, channel = incident.report_next.partition(".")
    if incident.report_by is None or kind not in ("first", "follow_up"):
        return
    since = incident.opened.at if kind == "first" else incident.reports[-1].signed.at
    share = look.dice(incident.report_next, len(incident.reports)).uniform(0.15, 0.35)
    yield _report(look, since + share * (incident.report_by - since), kind, channel)


def _scene(look: IncidentLook) -> Iterator[Act]:
    """Name the on-scene commander when the first agency has arrived."""
    arrived = [task for task in look.tasks if task.arrived is not None]
    if arrived and not look.incident.scene_commander:
        first = min(arrived, key=lambda task: task.arrived.at if task.arrived else 0.0)
        at = first.arrived.at if first.arrived else 0.0
        short = look.people.short(first.agency) or "街镇"
        args = {"person": SCENE_COMMANDER.format(agency=short)}
        yield Act(at + look.dice("scene").uniform(0.5, 2) * MIN, look.officer, "name_scene_commander", args)


def _controlled(look: IncidentLook) -> Iterator[Act]:
    """Declare the incident under control when the work of every urgent task is done."""
    urgent = [task for task in look.tasks if task.priority == "P1"] or list(look.tasks)
    done = [task.done.at for task in urgent if task.done is not None and task.state != "arrived"]
    ready = all(task.state == "done" or task.state in TASK_OVER for task in urgent)
    if ready and done:
        at = max(done) + look.dice("control").uniform(1, 3) * MIN
        yield _said(look, at, "control_incident")


def _said(look: IncidentLook, at: float, verb: str) -> Act:
    return Act(at, look.leader, verb, {"text": STATES[verb]})


def _report(look: IncidentLook, at: float, kind: str, channel: str) -> Act:
    done = sum(task.state in _AT_WORK for task in look.tasks)
    text = REPORTS[kind].format(road=look.incident.place.road, tasks=len(look.tasks), done=done)
    args = {"kind": kind, "channel": channel, "to": "district", "text": text}
    return Act(at, look.officer, "send_report", args)
