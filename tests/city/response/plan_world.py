"""A small district with the shipped plan, whose levels change without a decision."""

from pathlib import Path

import msgspec

import static
from city.access import Person
from city.commands.command import Command, Decision, NewFact
from city.commands.response.activation_facts import activation_facts
from city.commands.response.ending_facts import ending_facts
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.dispatch.tables.agencies import Agency
from city.dispatch.tables.response_rules import ResponsePlan, ResponseRules
from city.response.plan_file import read_plan
from city.state.linkage_records import Task
from city.state.response_records import Activation, Basis, Response
from tests.city.commands.linkage.linkage_world import Linked
from tests.city.commands.world import STREETS, person

RESPONSE = "310115/flood_typhoon"
COMMANDER = person("qu", "commander")
CODES = {
    "sw": "ps", "ps": "sw", "yj": "xf", "xf": "yj", "jt": "jj", "jj": "ga", "ga": "jj", "lh": "hw",
    "hw": "lh", "jg": "cg", "cg": "ga", "dl": "yj", "sz": "jt", "hs": "yj", "ny": "sw", "fg": "jg",
    "wl": "cg", "jy": "yj", "rq": "xf", "gs": "sw", "tx": "yj", "xc": "", "dt": "jt", "rw": "yj", "qx": "yj",
    "wj": "jc", "jc": "wj",
}  # fmt: skip
STATIONED = frozenset({"sw", "yj", "xf", "jt", "jj", "ga", "lh", "cg"})
AGENCIES = {
    code: Agency(code, code, "department", all_hours=True, fallback=fallback, stationed=code in STATIONED)
    for code, fallback in CODES.items()
}


def shipped_plan() -> ResponsePlan:
    path = Path(static.path("plans/flood_typhoon.toml"))
    plan, problems = read_plan(path.read_text(encoding="utf-8"), path.name, AGENCIES, sha256="ab")
    assert plan is not None
    assert problems == []
    return plan


class Raised(Linked):
    """A world in which a level takes effect by ``activate``, as after its approval."""

    def __init__(self, *, exercise: bool = False) -> None:
        super().__init__("2026-09-14T08:00:00+08:00")
        self.id = f"{RESPONSE}/exercise" if exercise else RESPONSE
        self.is_exercise = exercise
        self.plan = shipped_plan()
        self.rules = msgspec.structs.replace(
            self.rules, agencies=AGENCIES, streets=STREETS,
            response=ResponseRules({"flood_typhoon": self.plan}),
        )  # fmt: skip

    @property
    def response(self) -> Response:
        return self.state.responses.get(self.id) or Response(self.id, *RESPONSE.split("/"))

    def order(self, by: Person = COMMANDER) -> SubjectOrder:
        """The order of the decider that makes a level take effect."""
        self.commands += 1
        before = self.response
        subject = Subject("response", self.id, before, before.version, before.moved)
        command = Command(f"c{self.commands}", "approve_level", subject.name, before.version)
        return SubjectOrder(self.state, subject, command, by, by.roles[0], self.rules, self.now)

    def activate(self, rank: int, by: Person = COMMANDER) -> list[NewFact]:
        """Let a level take effect; return the facts that it starts."""
        order, before = self.order(by), self.response
        new = Activation(
            f"a{len(before.activations) + 1}", rank, self.now.city, "approved", order.signed, Basis(),
            is_exercise=self.is_exercise,
        )  # fmt: skip
        started = activation_facts(order, before, new)
        assert isinstance(started, tuple), started
        facts, expects = started
        old = before.active
        if old is not None:
            new.incident = old.incident
        over = tuple(
            msgspec.structs.replace(one, state="superseded") if one is old else one
            for one in before.activations
        )
        after = msgspec.structs.replace(before, activations=(*over, new), version=before.version + 1)
        self.state.responses[self.id] = after
        self.state.position = len(self.facts)
        self.take(Decision(tuple(facts), tuple(expects)), "approve_level", by)
        return facts

    def of_code(self, code: str) -> list[Task]:
        """The tasks of a plan task."""
        return [task for task in self.state.tasks.values() if task.words.endswith(f".{code}")]

    def end(self, by: Person = COMMANDER) -> list[NewFact]:
        """Let the response end; return the facts that follow."""
        order, before = self.order(by), self.response
        (*over, last) = before.activations
        ended = ending_facts(order, before, last)
        assert isinstance(ended, tuple), ended
        closed = msgspec.structs.replace(last, state="ended", ended_at=self.now.city)
        self.state.responses[self.id] = msgspec.structs.replace(
            before, activations=(*over, closed), version=before.version + 1, recovery_since=self.now.city
        )
        self.take(Decision(tuple(ended[0]), tuple(ended[1])), "approve_level", by)
        return ended[0]
