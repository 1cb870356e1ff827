"""Subject timers on a real ledger: each step once, with two engines and with a restart in the very second."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, Now
from city.commands.decide import decide
from city.facts.fact import body_of
from city.folding.store import Store
from city.state.ledger_state import CityState
from console.engine.subject_timers import SubjectTimers
from feeds.ledger.ledger import Act, Answer, Appended, Ledger
from tests.lives import shipped_rules

TREES = 12


class District:
    """One process's fold of a ledger, with an engine's subject timers; facts move the city's clock."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.store = Store()
        self.rules = shipped_rules()
        self.timers = SubjectTimers(self.store, ledger, self.rules, clock=time.time)

    @property
    def state(self) -> CityState:
        return self.store.state

    async def fold(self) -> None:
        while entries := await self.ledger.read(self.store.state.ledger.position):
            self.store.commit(entries)

    async def round(self) -> int:
        """Fold, then do what is due."""
        await self.fold()
        return await self.timers.step()

    async def rounds(self) -> None:
        while await self.round():
            pass

    async def jump(self, seconds: float) -> None:
        """Put the city's clock on; everybody folds it."""
        await self.fold()
        now = time.time()
        city = {"city0": iso(self.state.ledger.clock.at(now) + seconds), "machine0": iso(now), "rate": 1.0}
        body = body_of("CityClockSet", "city:clock", "test", city)
        await self.ledger.append([Act(f"clock:{now}", (body,))])
        await self.fold()

    async def give(self, verb: str, subject: str, by: Person, **args: Any) -> Answer:
        await self.fold()
        machine = time.time()
        state = self.state.ledger
        version = state.tasks[subject.removeprefix("task:")].version if subject.startswith("task:") else 0
        command = Command(f"{verb}:{subject}:{version}", verb, subject, version, args)
        answer = decide(state, command, by, self.rules, Now(machine, state.clock.at(machine)))
        assert isinstance(answer, Decision), answer
        bodies = tuple(
            body_of(f.type, f.subject, by.account, f.data, v=f.v, role=by.roles[0]) for f in answer.facts
        )
        [given] = await self.ledger.append([Act(command.command_id, bodies, answer.expects)])
        await self.fold()
        return given

    async def trees(self, count: int) -> None:
        """Open incidents with one P1 task each."""
        row = {"agency": "lh", "priority": "P1", "template": "tree_down#1"}
        for number in range(count):
            await self.give(
                "open_incident", f"place:{number}", LI, kind="tree_down", lon=121.5, lat=31.2, tasks=[row]
            )

    async def written(self, *types: str) -> Counter[tuple[str, str, str]]:
        """How often each fact of some types was written: (type, subject, step)."""
        found: Counter[tuple[str, str, str]] = Counter()
        after = 0
        while entries := await self.ledger.read(after):
            for entry in entries:
                body = json.loads(entry.body)
                if body["type"] in types:
                    found[body["type"], body["subject"], str(body["data"].get("step", ""))] += 1
            after = entries[-1].position
        return found


LI = Person("li", "李××", ("duty_officer",), on_shift=("duty_officer",))
GREEN = Person("lh1", "绿化××", ("agency_operator",), agency="lh")
TIMED = ("TaskReminded", "TaskFellBack", "TaskEscalated", "TaskLimitPassed")


@pytest.fixture
async def district(ledger: Ledger) -> District:
    made = District(ledger)
    await made.fold()
    return made


async def test_two_engines_do_each_step_once(district: District) -> None:
    other = District(district.ledger)
    await district.trees(TREES)
    for _ in range(8):
        await district.jump(80)
        await asyncio.gather(district.round(), other.round())
        await asyncio.gather(other.round(), district.round())
    written = await district.written(*TIMED)
    assert set(written.values()) == {1}
    first = {code for (_, subject, code) in written if subject.endswith(".1")}
    assert first == {"delivery", "ack_half", "ack", "ack2", ""}
    fell = [subject for kind, subject, _ in written if kind == "TaskFellBack"]
    assert sum(subject.endswith(".1") for subject in fell) == TREES
    assert len(district.state.ledger.tasks) == TREES + len(fell)
    assert district.state.ledger.refused == {}


async def test_an_engine_that_dies_in_the_very_second_leaves_no_step_twice(district: District) -> None:
    """It has appended, but nobody has read its answer: the next engine orders the same step."""
    await district.trees(TREES)
    await district.jump(305)
    await district.rounds()
    await district.jump(1)
    successor = District(district.ledger)
    # It decides on a state that is one round old: the ledger answers with what was written before.
    rows = await district.ledger.read(0)
    successor.store.commit(rows[: len(rows) - 3 * TREES])
    await successor.timers.step()
    await successor.rounds()
    written = await district.written(*TIMED)
    assert set(written.values()) == {1}
    assert sum(kind == "TaskFellBack" for kind, _, _ in written) == TREES


async def test_after_ten_dead_minutes_three_limits_are_passed_once_and_late(district: District) -> None:
    await district.trees(2)
    await district.jump(610)
    await district.rounds()
    written = await district.written(*TIMED)
    assert set(written.values()) == {1}
    tasks = [task for task in district.state.ledger.tasks.values() if not task.fallback_of]
    assert {task.overdue for task in tasks} == {("ack", "ack2")}
    # The first reminder was due after 150 s: of a column's steps the one that was latest counts.
    assert all(459 < task.late["acknowledged"] < 510 and len(task.late) == 1 for task in tasks)
    fallbacks = [task for task in district.state.ledger.tasks.values() if task.fallback_of]
    assert [(task.agency, 300 < task.late["issued"] < 400) for task in fallbacks] == [("xf", True)] * 2


async def test_an_acknowledgement_that_was_first_ends_the_reminders(district: District) -> None:
    await district.trees(1)
    [task] = district.state.ledger.tasks
    await district.give("acknowledge_task", f"task:{task}", GREEN)
    await district.jump(700)
    await district.rounds()
    assert (await district.written("TaskReminded", "TaskFellBack", "TaskEscalated")) == Counter()


class Answering:
    """A ledger that takes everything and keeps nothing: what it took is never folded."""

    async def append(self, acts: Sequence[Act]) -> list[Answer]:
        return [Appended(0, "", "", ()) for _ in acts]


async def test_a_replaced_ledger_is_looked_at_anew_and_nothing_is_kept_of_what_is_not_due(
    district: District,
) -> None:
    await district.trees(1)
    await district.jump(160)
    timers = SubjectTimers(district.store, Answering(), district.rules, clock=time.time)
    assert await timers.step() == 1
    assert await timers.step() == 0
    district.store.reset()
    await district.fold()
    assert await timers.step() == 1
    await district.rounds()
    assert await timers.step() == 0
    assert timers._settled == {}
