"""A small centre in memory: its roster, its people, and the engine's steps of duty."""

from typing import Any

import msgspec

from city.access import SHIFT_ROLES, Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, NewFact, Now, Refusal
from city.commands.decide import decide
from city.commands.due_steps import due_steps
from city.commands.subjects import find_subject
from city.duty.authority import holds, responsible_shift
from city.duty.shift_times import ShiftTimes
from city.state.duty_records import Handover, Shift
from city.state.ledger_state import Device, Place
from tests.city.commands.world import SYSTEM, World

HEADER = ("role", "name", "seat", "deputy", "from", "to", "count", "days")
ROSTER = (
    "duty_leader,王××（副区长）,,周××（办公室副主任）,08:30,08:30,",
    "shift_lead,陈××（值班长）,,沈××（副值班长）,20:30,08:30,",
    "shift_lead,顾××（值班长）,,陆××（副值班长）,08:30,20:30,",
    "duty_officer,李××（值班员）,,吴××（值班员）,20:30,08:30,",
    "duty_officer,钱××（值班员）,,金××（值班员）,08:30,20:30,",
    "seat,张××（科长）,城管,赵××（副科长）,20:30,08:30,",
    "seat,徐××（科长）,城管,朱××（科员）,08:30,20:30,",
)
PEOPLE = {
    "wang": ("王××（副区长）", ("duty_leader",), {}),
    "zhou": ("周××（办公室副主任）", ("duty_leader",), {}),
    "chen": ("陈××（值班长）", ("shift_lead",), {}),
    "shen": ("沈××（副值班长）", ("shift_lead",), {}),
    "gu": ("顾××（值班长）", ("shift_lead",), {}),
    "lu": ("陆××（副值班长）", ("shift_lead",), {}),
    "li": ("李××（值班员）", ("duty_officer",), {}),
    "wu": ("吴××（值班员）", ("duty_officer",), {}),
    "qian": ("钱××（值班员）", ("duty_officer",), {}),
    "zhang": ("张××（科长）", ("agency_operator",), {"agency": "cg"}),
    "zhao": ("赵××（副科长）", ("agency_operator",), {"agency": "cg"}),
    "xu": ("徐××（科长）", ("agency_operator",), {"agency": "cg"}),
    "power": ("电力值班", ("agency_operator",), {"agency": "dl"}),
    "wei": ("潍坊值班", ("street_operator",), {"street": "310115004"}),
    "xia": ("夏××（副区长）", ("rotating_leader",), {}),
    "cen": ("岑××（办公室副主任）", ("rotating_leader",), {}),
    "village": ("羽山居委", ("village_operator",), {"street": "310115004", "seat": "310115004001"}),
}
TIMES = ShiftTimes("310115")


def table(*lines: str) -> list[dict[str, str]]:
    return [dict(zip(HEADER, line.split(","), strict=False)) for line in lines]


class DutyWorld(World):
    """A world whose subjects are shifts; everybody's rights are read again for every command."""

    def __init__(self, start: str = "2026-11-22T20:31:00+08:00", roster: tuple[str, ...] = ROSTER) -> None:
        super().__init__(start)
        data = {"sha256": "ab", "rows": table(*roster)}
        self.append(NewFact("RosterLoaded", "table:roster", data), SYSTEM)
        self.versions: dict[str, int] = {}
        """Subject → its version in the ledger: every act that names the subject raises it by one."""
        self.silent: tuple[str, ...] = ()
        """Devices whose values are lost now."""

    @property
    def now(self) -> Now:
        return msgspec.structs.replace(super().now, silent=lambda: self.silent)

    def append(self, fact: NewFact, by: Person, role: str = "") -> None:
        super().append(fact, by, role)
        self.state.position = len(self.facts)  # as the store does

    def device(self, key: str, name: str) -> None:
        """Register a gauge."""
        self.state.devices[key] = Device(key, "water_level", name, "sw", Place(121.5, 31.2), 60.0)

    def refuses_step(self, subject: str, code: str) -> str:
        """Let an engine order a step that is not due; return the reason of the refusal."""
        there = find_subject(self.state, subject)
        args = {"step": code, "serial": 0, "due_at": iso(self.now.city)}
        command = Command("timer:x", "pass_duty_limit", subject, there.version if there else 0, args)
        answer = decide(self.state, command, SYSTEM, self.rules, self.now)
        assert isinstance(answer, Refusal), answer
        return answer.reason

    def who(self, account: str) -> Person:
        """Return a person with the authority that the facts give; before the first shift everybody has it."""
        name, roles, more = PEOPLE[account]
        said = {role: holds(self.state, role, name, account) for role in roles if role in SHIFT_ROLES}
        held = tuple(role for role, has in said.items() if has is not False)
        return Person(account, name, roles, on_shift=held, **more)

    @property
    def shift(self) -> Shift:
        """The responsible shift."""
        shift = responsible_shift(self.state)
        assert shift is not None
        return shift

    @property
    def handover(self) -> Handover:
        assert self.shift.handover is not None
        return self.shift.handover

    @property
    def next(self) -> Shift:
        return self.state.shifts[self.handover.to]

    def give(self, verb: str, subject: str, account: str, **args: Any) -> Decision | Refusal:
        """Decide a command at the present version and fold its facts; time stands still."""
        self.commands += 1
        there = find_subject(self.state, subject)
        command = Command(f"c{self.commands}", verb, subject, there.version if there else 0, args)
        by = self.who(account)
        answer = decide(self.state, command, by, self.rules, self.now)
        if isinstance(answer, Decision):
            self.take(answer, verb, by)
        return answer

    def take(self, decision: Decision, verb: str, by: Person) -> None:
        """Fold a decision as the ledger does: a subject that it names must be at its version there, too."""
        for subject, version in decision.expects:
            kept = self.versions.get(subject, version if subject.startswith("task:") else 0)
            assert kept == version, (subject, kept, version)
            self.versions[subject] = version + 1
        super().take(decision, verb, by)
        for subject, _ in decision.expects:
            there = find_subject(self.state, subject)
            assert there is not None
            assert there.version == self.versions[subject], (verb, subject)

    def does(self, verb: str, account: str, shift: str = "", **args: Any) -> list[str]:
        """Do a command on a shift that must not be refused; return the types of its facts."""
        answer = self.give(verb, f"shift:{shift or self.state.shift}", account, **args)
        assert isinstance(answer, Decision), answer
        return [fact.type for fact in answer.facts]

    def refuses(self, verb: str, account: str, shift: str = "", **args: Any) -> Refusal:
        answer = self.give(verb, f"shift:{shift or self.state.shift}", account, **args)
        assert isinstance(answer, Refusal), answer
        return answer

    def open_shift(self, *others: str) -> None:
        """The night's lead opens the present shift; others sign in, too."""
        self.does("sign_in", "chen", TIMES.at(self.now.city).id)
        for account in others:
            self.does("sign_in", account)

    def tick(self) -> list[str]:
        """Let the engine do every step that is due; return the types of the facts."""
        done: list[str] = []
        for _ in range(50):
            steps = [
                step for step in due_steps(self.state, self.rules, self.now) if step.verb == "pass_duty_limit"
            ]
            if not steps:
                return done
            for step in steps:
                args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
                name = f"timer:{step.subject}:{step.code}:{step.serial}"
                command = Command(name, step.verb, step.subject, step.version, args)
                answer = decide(self.state, command, SYSTEM, self.rules, self.now)
                if isinstance(answer, Refusal):  # a step of the same round overtook it
                    assert answer.reason == "step_overtaken", (step, answer)
                    continue
                self.take(answer, step.verb, SYSTEM)
                done += [fact.type for fact in answer.facts]
        raise AssertionError("the engine finds no end")

    def at(self, clock: str) -> list[str]:
        """Let time pass until a time of the day, then let the engine do what is due."""
        self.until(clock)
        return self.tick()

    def stored(self) -> None:
        """Write the state as a snapshot and read it again: what a restart does."""
        self.state = msgspec.msgpack.decode(msgspec.msgpack.encode(self.state), type=type(self.state))

    def task(self, no: int = 1, priority: str = "P1", agency: str = "cg", road: str = "川沙路下立交") -> str:
        """Open an incident with one task; return the id of the task."""
        incident = f"inc{no}"
        moment = iso(self.now.city)
        opened = {
            "day": "20261122", "class": "natural", "kind": "underpass_flood", "grade": "general", "title": "",
            "source": "hand", "state": "confirmed", "cases": [], "confirm_by": None, "report_by": None,
            "report_next": "", "lon": None, "lat": None, "street": "", "road": road, "radius_m": 100.0,
            "version": 1, "name": "",
        }  # fmt: skip
        task = {
            "incident": incident, "agency": agency, "priority": priority, "words": "", "text": "",
            "mode": "manual", "ack_by": moment, "due_by": moment, "arrive_by": None, "verify_s": 60.0,
            "evidence": "ack", "verifier": "street", "template": "", "unit": "", "lon": None, "lat": None,
            "street": "", "road": road, "radius_m": 100.0, "version": 1, "name": "",
        }  # fmt: skip
        self.append(NewFact("IncidentOpened", f"incident:{incident}", opened), SYSTEM)
        self.append(NewFact("TaskIssued", f"task:{incident}.1", task), SYSTEM)
        assert self.state.refused == {}
        return f"{incident}.1"
