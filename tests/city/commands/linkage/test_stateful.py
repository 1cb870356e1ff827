"""Property: no task is lost or doubled across restart, undo and transfer; nobody verifies own work."""

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, Refusal
from city.commands.decide import decide
from city.commands.due_steps import due_steps
from city.commands.subject_step import SubjectStep
from city.commands.subjects import find_subject
from city.folding.fold import apply
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task
from tests.city.commands.linkage.linkage_world import OTHER_LEADER, STREET, Linked
from tests.city.commands.world import CHEN, GU, INSPECTOR, LI, SYSTEM, WANG

ROWS = (
    {"agency": "lh", "priority": "P1", "template": "tree_down#1"},
    {"agency": "jt", "priority": "P2", "template": "tree_down#2"},
    {"agency": STREET.street, "priority": "P3", "template": "tree_down#3"},
)
SOME_ROWS = st.lists(st.sampled_from(ROWS), min_size=1, max_size=2)
AGENCIES = ("lh", "xf", "jt", "ga", "yj")
GIVEN: dict[str, dict[str, Any]] = {
    "acknowledge_task": {}, "set_out_task": {}, "arrive_task": {},
    "finish_task": {"photos": ["p"], "number": 1, "text": "t"}, "decline_task": {"reason": "无车"},
}  # fmt: skip
NEXT: dict[str, str] = {
    "issued": "acknowledge_task", "delivered": "acknowledge_task", "acknowledged": "set_out_task",
    "set_out": "arrive_task", "arrived": "finish_task",
}  # fmt: skip


def worker(agency: str, role: str = "agency_operator") -> Person:
    if agency == STREET.street:
        return STREET
    # The account may also inspect: the guard must see through it.
    return Person(f"{agency}1", agency, (role, "agency_duty_leader", "inspector"), agency=agency)


class Tasks(RuleBasedStateMachine):
    """A ledger in memory that takes a command id once; a second engine may decide on an older state."""

    def __init__(self) -> None:
        super().__init__()
        self.w = Linked()
        self.done: set[str] = set()
        self.stale: list[SubjectStep] = []

    def tasks(self) -> list[Task]:
        return list(self.w.state.tasks.values())

    @initialize(rows=st.lists(SOME_ROWS, min_size=1, max_size=2))
    def open(self, rows: list[list[dict[str, Any]]]) -> None:
        for some in rows:
            self.w.tree(*some)

    @rule(pick=st.integers(0, 99), verb=st.sampled_from(sorted(GIVEN)))
    def report(self, pick: int, verb: str) -> None:
        task = self.tasks()[pick % len(self.w.state.tasks)]
        answer = self.w.on(verb, f"task:{task.id}", worker(task.agency), **GIVEN[verb])
        assert isinstance(answer, Decision) or answer.code in ("not_now", "not_allowed")

    @precondition(lambda self: any(task.state in NEXT for task in self.tasks()))
    @rule(pick=st.integers(0, 99), steps=st.integers(1, 4))
    def work(self, pick: int, steps: int) -> None:
        """An agency goes on with a task that it can go on with."""
        able = [task for task in self.tasks() if task.state in NEXT]
        task = able[pick % len(able)]
        for _ in range(steps):
            verb = NEXT.get(self.w.state.tasks[task.id].state)
            if verb is not None:
                self.w.did(verb, f"task:{task.id}", worker(task.agency), **GIVEN[verb])

    @precondition(lambda self: any(task.state == "done" for task in self.tasks()))
    @rule(pick=st.integers(0, 99), passed=st.booleans(), who=st.sampled_from(["own", "street", "inspector"]))
    def verify(self, pick: int, passed: bool, who: str) -> None:
        done = [task for task in self.tasks() if task.state == "done"]
        task = done[pick % len(done)]
        by = {"own": worker(task.agency), "street": STREET, "inspector": INSPECTOR}[who]
        answer = self.w.on("verify_task", f"task:{task.id}", by, passed=passed, text="x")
        if isinstance(answer, Decision):
            assert task.done is not None
            assert by.account != task.done.by
            assert by.holder != task.agency

    @rule(pick=st.integers(0, 99), to=st.sampled_from(AGENCIES), by=st.sampled_from([LI, CHEN, GU]))
    def reassign(self, pick: int, to: str, by: Person) -> None:
        task = self.tasks()[pick % len(self.w.state.tasks)]
        self.w.on("reassign_task", f"task:{task.id}", by, to=to)

    @rule(pick=st.integers(0, 99), by=st.sampled_from([LI, GU]), old=st.integers(0, 2))
    def cancel(self, pick: int, by: Person, old: int) -> None:
        task = self.tasks()[pick % len(self.w.state.tasks)]
        answer = self.w.on("cancel_task", f"task:{task.id}", by, text="x", version=max(task.version - old, 0))
        assert isinstance(answer, Decision) or answer.code in ("not_now", "conflict", "not_allowed")

    @rule(pick=st.integers(0, 99), by=st.sampled_from([LI, CHEN, GU]))
    def undo(self, pick: int, by: Person) -> None:
        task = self.tasks()[pick % len(self.w.state.tasks)]
        answer = self.w.on("undo_task", f"task:{task.id}", by)
        if isinstance(answer, Decision):
            now = self.w.state.tasks[task.id]
            assert now.priority != "P1"
            assert now.state not in ("cancelled", "verified")

    @rule(pick=st.integers(0, 99), to=st.sampled_from(AGENCIES), seconds=st.sampled_from([1, 19, 25]))
    def change_of_mind(self, pick: int, to: str, seconds: int) -> None:
        task = self.tasks()[pick % len(self.w.state.tasks)]
        if isinstance(self.w.on("reassign_task", f"task:{task.id}", LI, to=to), Decision):
            self.w.wait(seconds=seconds)
            answer = self.w.on("undo_task", f"task:{task.id}", LI)
            assert isinstance(answer, Decision) is (task.priority != "P1" and seconds < 20)

    @rule(pick=st.integers(0, 99), by=st.sampled_from([WANG, OTHER_LEADER]))
    def transfer(self, pick: int, by: Person) -> None:
        incident = list(self.w.state.incidents)[pick % len(self.w.state.incidents)]
        self.w.on("transfer_command", f"incident:{incident}", by, to=by.account)

    @rule(seconds=st.sampled_from([1, 15, 30, 90, 200, 700]))
    def wait(self, seconds: int) -> None:
        self.w.wait(seconds=seconds)

    @rule()
    def engine(self) -> None:
        """Do a round; what a second engine would order at this moment is kept for later."""
        steps = list(due_steps(self.w.state, self.w.rules, self.w.now))
        for step in steps:
            self._order(step)
        self.stale = steps

    @rule()
    def second_engine(self) -> None:
        """A second engine orders what it saw before the first one's round: it must do nothing again."""
        before = len(self.w.facts)
        for step in self.stale:
            self._order(step)
        assert len(self.w.facts) == before

    def _order(self, step: SubjectStep) -> None:
        args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
        name = f"timer:{step.subject}:{step.code}:{step.serial}"
        command = Command(name, step.verb, step.subject, step.version, args)
        answer = decide(self.w.state, command, SYSTEM, self.w.rules, self.w.now)
        if isinstance(answer, Refusal) or name in self.done:
            return
        if all(self._version(subject) == version for subject, version in answer.expects):
            self.done.add(name)
            self.w.fold(answer, step.verb, SYSTEM)

    def _version(self, subject: str) -> int:
        found = find_subject(self.w.state, subject)
        return found.version if found else 0

    @rule()
    def restart(self) -> None:
        """Fold everything again: the state is that of the facts."""
        again = LedgerState(clock=self.w.state.clock)
        for fact in self.w.facts:
            apply(again, fact)
        assert again == self.w.state
        self.w.state = again

    @invariant()
    def each_task_is_there_once(self) -> None:
        state = self.w.state
        listed = Counter(id_ for one in state.incidents.values() for id_ in one.tasks)
        issued = Counter(fact.subject for fact in self.w.facts if fact.type == "TaskIssued")
        assert set(listed.values()) <= {1}
        assert set(issued.values()) <= {1}
        assert set(listed) == set(state.tasks) == {subject.removeprefix("task:") for subject in issued}
        assert len({task.no for task in state.tasks.values()}) == len(state.tasks)

    @invariant()
    def what_one_agency_gives_up_another_one_has(self) -> None:
        """A task that was handed on has its successor; a successor belongs to one task."""
        state = self.w.state
        for task in state.tasks.values():
            if task.fallback:
                assert state.tasks[task.fallback].incident == task.incident
        handed = [fact for fact in self.w.facts if fact.type in ("TaskReassigned", "TaskFellBack")]
        successors = Counter(str(fact.data["task"]) for fact in handed)
        assert set(successors.values()) <= {1}
        followed = {task.id for task in state.tasks.values() if task.why in ("reassigned", "fallback")}
        assert followed == set(successors)

    @invariant()
    def an_undone_handing_on_leaves_one_task(self) -> None:
        undone = {fact.data["position"] for fact in self.w.facts if fact.type == "TaskUndone"}
        for fact in self.w.facts:
            if fact.type == "TaskReassigned" and fact.position in undone:
                assert not self.w.state.tasks[fact.data["task"]].is_open

    @invariant()
    def a_step_is_done_once(self) -> None:
        steps = Counter(
            (fact.type, fact.subject, fact.data.get("step"), fact.data.get("command"))
            for fact in self.w.facts if fact.role == "system" and fact.type.startswith("Task")
        )  # fmt: skip
        assert set(steps.values()) <= {1}
        fell = Counter(fact.subject for fact in self.w.facts if fact.type == "TaskFellBack")
        assert set(fell.values()) <= {1}

    @invariant()
    def nobody_verified_their_own_work(self) -> None:
        for task in self.w.state.tasks.values():
            if task.verified is not None and task.done is not None:
                assert task.verified.by != task.done.by
        assert self.w.state.refused == {}


TestTasks = Tasks.TestCase
TestTasks.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
