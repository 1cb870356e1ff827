"""Measures the engine's tick with running timers of linkage tasks; ``benchmarks.act`` uses its incidents.

``tick_p50_ms``, ``tick_p99_ms``: one round of the engine's subject timers over ``timers`` open tasks of which
none is due; ``cpu_p99_ms``: the processor time of a round, which other processes do not lengthen.
``due_ms``: the rounds in which ``due`` steps are written to a ledger in memory.
"""

import argparse
import asyncio
import gc
import json
import time
from collections.abc import Sequence
from typing import Any, Final

from benchmarks.cost import percentile
from city.access import Person
from city.clocks.city_clock import CityClock
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, Now
from city.commands.decide import decide
from city.facts.chain import GENESIS, digest, link
from city.facts.fact import body_of
from city.folding.store import Store
from city.state.ledger_state import LedgerState
from console.engine.arrivals import arrivals
from console.engine.deliveries import Deliveries
from console.engine.depth_watch import DepthWatch
from console.engine.subject_timers import SubjectTimers
from feeds.clients.commander import Answer, Commander
from feeds.ledger.ledger import Act, Appended
from feeds.ledger.segments import Row
from tests.lives import shipped_rules

AGENCIES: Final = ("ga", "jj", "xf", "yj", "sw", "jt", "lh", "dl", "rq", "gs", "jc", "cg")
STEPS: Final = (
    ("acknowledge_task", "acknowledged", {}), ("set_out_task", "set_out", {}),
    ("arrive_task", "arrived", {}), ("finish_task", "done", {"text": "已处置"}),
)  # fmt: skip
"""Verb, the state that it leads to, and its arguments."""
KIND, LON, LAT, APART = "fire", 121.54, 31.22, 0.01
ROUNDS, WARM = 400, 20
TASKS_AN_INCIDENT: Final = 20


def rows(number: int) -> list[dict[str, str]]:
    """Return so many task rows, one agency after the other."""
    return [
        {"agency": AGENCIES[i % len(AGENCIES)], "priority": "P2", "text": f"联动任务{i + 1}"}
        for i in range(number)
    ]


async def open_incidents(url: str, token: str, incidents: int, tasks: int) -> None:
    """Open incidents with typed tasks over ``/v1/command``."""
    async with Commander(url, token) as commander:
        for number in range(incidents):
            args = {
                "kind": KIND, "lon": LON + number % 6 * APART, "lat": LAT + number // 6 * APART,
                "title": f"演练{number + 1}", "tasks": rows(tasks),
            }  # fmt: skip
            answer = await commander.send("open_incident", f"place:bench-{number}", 0, args)
            assert answer.done is not None, answer.refused


class TaskOrders:
    """Works on tasks at a constant rate, each by its agency; ``pressed``: (task, state) → send time."""

    def __init__(self, url: str, tokens: dict[str, str], tasks: Sequence[tuple[str, str]]) -> None:
        self._url, self._tokens, self._tasks = url, tokens, tasks
        self._versions = dict.fromkeys((task for task, _ in tasks), 1)
        self.pressed: dict[tuple[str, str], float] = {}
        self.answers: list[float] = []
        self.refused: list[str] = []

    async def run(self, a_second: float, seconds: float) -> None:
        """Send ``a_second`` orders; each task takes its next step when all others had theirs."""
        commanders = {
            agency: await Commander(self._url, self._tokens[agency]).__aenter__()
            for agency in dict.fromkeys(agency for _, agency in self._tasks)
        }
        started, orders = time.monotonic(), set()
        for number in range(min(int(a_second * seconds), len(STEPS) * len(self._tasks))):
            await asyncio.sleep(max(0.0, started + number / a_second - time.monotonic()))
            task, agency = self._tasks[number % len(self._tasks)]
            step = number // len(self._tasks)
            orders.add(asyncio.create_task(self._give(commanders[agency], task, step)))
        await asyncio.gather(*orders)
        for commander in commanders.values():
            await commander.__aexit__()

    async def _give(self, commander: Commander, task: str, step: int) -> None:
        verb, state, args = STEPS[step]
        at = time.time()
        answer: Answer = await commander.send(verb, f"task:{task}", self._versions[task], dict(args))
        self.answers.append((time.time() - at) * 1000)
        if answer.done is None:
            self.refused.append(f"{verb}: {answer.refused.reason if answer.refused else ''}")
        else:
            self._versions[task] = answer.done.version
            self.pressed[task, state] = at


class Memory:
    """A ledger in memory that folds what is appended."""

    def __init__(self, store: Store, machine: float) -> None:
        self._store, self._stamp = store, iso(machine)
        self._position, self._previous = 0, GENESIS

    async def append(self, acts: Sequence[Act]) -> list[Appended]:
        """Append and fold; nothing conflicts."""
        return [self.fold(act.bodies) for act in acts]

    def fold(self, bodies: Sequence[bytes]) -> Appended:
        """Fold bodies as the next rows."""
        made = []
        for body in bodies:
            self._position += 1
            found = link(self._previous, self._stamp, digest(body))
            made.append(Row(self._position, self._stamp, found, self._previous, body))
            self._previous = found
        self._store.commit(made)
        return Appended(self._position, self._previous, self._stamp)


def running_tasks(number: int, machine: float) -> tuple[Store, Memory]:
    """Return a store with so many open tasks, issued at a machine time (epoch seconds)."""
    store = Store(LedgerState(clock=CityClock(machine, machine)))
    memory = Memory(store, machine)
    officer = Person("chen", "陈××", ("duty_officer",), on_shift=("duty_officer",))
    for incident in range(-(-number // TASKS_AN_INCIDENT)):
        count = min(TASKS_AN_INCIDENT, number - incident * TASKS_AN_INCIDENT)
        args: dict[str, Any] = {"kind": KIND, "lon": LON, "lat": LAT, "tasks": rows(count)}
        command = Command(f"bench-{incident}", "open_incident", f"place:bench-{incident}", 0, args)
        answer = decide(store.state.ledger, command, officer, shipped_rules(), Now(machine, machine))
        assert isinstance(answer, Decision), answer
        memory.fold(
            [
                body_of(fact.type, fact.subject, "chen", fact.data, role="duty_officer")
                for fact in answer.facts
            ]
        )
    return store, memory


async def ticks(number: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Return the time of a round of the subject timers with so many running, and with so many due."""
    machine = time.time()
    store, memory = running_tasks(number, machine)
    assert sum(task.is_open for task in store.state.ledger.tasks.values()) == number
    now = [machine + 1.0]
    watches = (arrivals, Deliveries(lambda agency: False), DepthWatch())
    timers = SubjectTimers(store, memory, shipped_rules(), clock=lambda: now[0], watches=watches)
    gc.collect()
    gc.freeze()
    took, worked = [], []
    for _ in range(WARM + rounds):
        started, begun = time.perf_counter(), time.thread_time()
        assert await timers.step() == 0
        worked.append((time.thread_time() - begun) * 1000)
        took.append((time.perf_counter() - started) * 1000)
    now[0] = machine + 460.0  # half of the limit of P2 has passed
    started, done = time.perf_counter(), 0
    while written := await timers.step():
        done += written
    return {
        "timers": number, "tick_p50_ms": round(percentile(took[WARM:], 0.5), 2),
        "tick_p99_ms": round(percentile(took[WARM:], 0.99), 2),
        "cpu_p99_ms": round(percentile(worked[WARM:], 0.99), 2), "due": done,
        "due_ms": round((time.perf_counter() - started) * 1000, 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="a quarter of the rounds")
    parser.add_argument("--timers", type=int, default=400)
    options = parser.parse_args()
    result = asyncio.run(ticks(options.timers, ROUNDS // 4 if options.quick else ROUNDS))
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
