"""A small district with two templates: a tree on a road, and a flooded underpass."""

from typing import Any

import msgspec

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, NewFact, Refusal
from city.commands.decide import decide
from city.commands.due_steps import due_steps
from city.commands.subjects import find_subject
from city.dispatch.sendable_units import UnitNow
from city.dispatch.tables.agencies import Agency
from city.dispatch.tables.task_templates import IncidentKind, LinkageNumbers, LinkageRules, TaskTemplate
from city.state.duty_records import Post, Shift
from city.state.linkage_records import Closure, Incident, Task
from tests.city.commands.world import LI, LU, SYSTEM, WEI, World, person

OTHER_LEADER = person("xia", "duty_leader")
ROTATING = person("fang", "rotating_leader")
GREEN = person("lh1", "agency_operator", agency="lh")
GREEN_LEADER = person("lh9", "agency_duty_leader", agency="lh")
FIRE = person("xf1", "agency_operator", agency="xf")
POLICE = person("ga1", "agency_operator", agency="ga")
ROADS = person("jt1", "agency_operator", agency="jt")
WATER = person("sw1", "agency_operator", agency="sw")
STREET = person("lj1", "street_operator", street=LU)
OTHER_STREET = person("wf1", "street_operator", street=WEI)
GREEN_INSPECTOR = person("lh5", "inspector", agency="lh")

AGENCIES = {
    code: Agency(code, code, "department", all_hours=True, fallback=fallback)
    for code, fallback in {
        "lh": "xf", "xf": "yj", "yj": "xf", "ga": "jj", "jj": "ga", "jt": "", "sw": "ps", "ps": "sw",
        "hw": "lh",
    }.items()
}  # fmt: skip


def row(kind: str, number: int, agency: str, words: str, priority: str, ack_min: float, due_min: float,
        arrive_min: float | None = None, **more: Any) -> TaskTemplate:  # fmt: skip
    arrive_s = None if arrive_min is None else 60 * arrive_min
    return TaskTemplate(
        f"{kind}#{number}", kind, agency, words, priority, 60 * ack_min, 60 * due_min, arrive_s, **more
    )


TEMPLATES = {
    "tree_down": (
        row("tree_down", 1, "lh", "clear_tree", "P1", 5, 120, 15, verify_s=1800.0, evidence="photo",
            unit_kinds=("greening_team", "crane_truck")),
        row("tree_down", 2, "jt", "divert_traffic", "P2", 15, 240, evidence="text"),
        row("tree_down", 3, "street", "inform_residents", "P3", 60, 480, evidence="number",
            verifier="inspector"),
        row("tree_down", 4, "yj", "coordinate", "P2", 15, 240, from_grade="major"),
    ),
    "underpass_flood": (
        row("underpass_flood", 1, "ga", "close_underpass", "P1", 5, 60, 15, evidence="photo"),
        row("underpass_flood", 2, "jt", "block_road", "P1", 5, 60, 15),
        row("underpass_flood", 3, "sw", "start_pumps", "P1", 5, 120),
        row("underpass_flood", 4, "hw", "clear_inlets", "P2", 15, 120),
    ),
}  # fmt: skip
KINDS = {
    "tree_down": IncidentKind("tree_down", "natural", ("event:0107",), 100.0),
    "underpass_flood": IncidentKind("underpass_flood", "natural", ("event:0201",), 300.0),
}


class Linked(World):
    """A world whose commands are on any subject."""

    def __init__(self, start: str = "2026-11-23T03:20:00+08:00", **numbers: Any) -> None:
        super().__init__(start)
        self.rules = msgspec.structs.replace(
            self.rules, agencies=AGENCIES, linkage=LinkageRules(KINDS, TEMPLATES, LinkageNumbers(**numbers)),
            street_of=lambda lon, lat: LU,
        )  # fmt: skip

    def on(self, verb: str, subject: str, by: Person, *, version: int | None = None, **args: Any) -> Any:
        """Decide a command and fold its facts; return the decision or refusal."""
        answer = self.look(verb, subject, by, version=version, **args)
        if isinstance(answer, Decision):
            self.fold(answer, verb, by)
        return answer

    def look(self, verb: str, subject: str, by: Person, *, version: int | None = None, **args: Any) -> Any:
        """Decide a command without folding it."""
        self.commands += 1
        found = find_subject(self.state, subject)
        seen = (found.version if found else 0) if version is None else version
        command = Command(f"c{self.commands}", verb, subject, seen, args)
        return decide(self.state, command, by, self.rules, self.now)

    def fold(self, decision: Decision, verb: str, by: Person) -> None:
        """Fold a decision as the ledger does: each expected version is its subject's, and is raised."""
        before = {name: self._version(name) for name, _ in decision.expects}
        assert before == dict(decision.expects)
        self.take(decision, verb, by)
        assert {name: self._version(name) for name in before} == {n: v + 1 for n, v in before.items()}

    def _version(self, name: str) -> int:
        if name.startswith("maintenance:"):
            held = self.state.sensing.maintenance.get(name.removeprefix("maintenance:"))
            return held.version if held else 0
        name = name.replace("closure:", "device:")  # as Subject.counted names it
        found = find_subject(self.state, name)
        return found.version if found else 0

    def did(self, verb: str, subject: str, by: Person, **args: Any) -> list[str]:
        """Do a command that must not be refused; return the types of its facts."""
        answer = self.on(verb, subject, by, **args)
        assert isinstance(answer, Decision), answer
        return [fact.type for fact in answer.facts]

    def no(self, verb: str, subject: str, by: Person, **args: Any) -> tuple[str, dict[str, Any]]:
        """Give a command that must be refused; return its reason and names."""
        answer = self.on(verb, subject, by, **args)
        assert isinstance(answer, Refusal), answer
        return answer.reason, dict(answer.names)

    def tree(self, *rows: dict[str, Any], by: Person = LI, **args: Any) -> Incident:
        """Open an incident with the rows of its template, or the given ones."""
        given = {"tasks": list(rows)} if rows else {}
        self.did("open_incident", "place:map", by, kind="tree_down", lon=121.52, lat=31.22, **given, **args)
        return list(self.state.incidents.values())[-1]

    def green(self, **args: Any) -> str:
        """Open an incident with the one task of greening; return the task's subject."""
        incident = self.tree({"agency": "lh", "priority": "P1", "template": "tree_down#1", **args})
        return f"task:{incident.id}.1"

    def task(self, subject: str) -> Task:
        return self.state.tasks[subject.removeprefix("task:")]

    def incident(self, incident: Incident) -> Incident:
        return self.state.incidents[incident.id]

    def closure(self, device: str = "g1") -> Closure:
        return self.state.closures[device]

    def tick(self, kind: str = "task") -> list[str]:
        """Do an engine's round on subjects of a kind; return the codes of the steps that it did."""
        codes = []
        due = [step for step in due_steps(self.state, self.rules, self.now) if step.subject.startswith(kind)]
        for step in due:
            args = step.args or {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
            command = Command(f"{step.subject}:{step.code}", step.verb, step.subject, step.version, args)
            answer = decide(self.state, command, SYSTEM, self.rules, self.now)
            assert isinstance(answer, Decision), answer
            self.fold(answer, step.verb, SYSTEM)
            codes.append(step.code)
        return codes

    def ticks(self, kind: str = "task") -> list[str]:
        """Do rounds until nothing is due."""
        codes = []
        while done := self.tick(kind):
            codes += done
        return codes

    def gauge(self, device: str = "g1", name: str = "川沙路下立交") -> str:
        """Register a depth gauge; return its subject."""
        record = {
            "device": device, "class": "road_water_depth", "name": name, "owner": "水务", "lon": 121.7,
            "lat": 31.19, "interval_s": 90,
        }  # fmt: skip
        self.append(NewFact("DeviceRegistered", f"device:{device}", {"record": record, "street": LU}), SYSTEM)
        return f"device:{device}"

    def unit(self, name: str, kind: str, state: str = "available", *, lost: bool = False) -> None:
        self.units[name] = UnitNow(kind, state, lost, name.upper())

    def leave(self, *agencies: str) -> None:
        """Keep the duty of some agencies: their people have signed out, and nobody came."""
        posts = {f"seat:{code}": Post(f"seat:{code}", "某××", state="signed_out") for code in agencies}
        now = self.now.city
        self.state.shifts["now"] = Shift("now", "310115", "night", now, now + 43_200, "open", posts=posts)
        self.state.shift = "now"

    @property
    def lines(self) -> list[str]:
        """The keys of the duty log."""
        return [line.text for line in self.state.log]
