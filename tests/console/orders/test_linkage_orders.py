"""Orders of linkage on a real ledger: what happens when two act at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from city.access import Person
from city.facts.fact import body_of
from city.folding.store import Store
from feeds.ledger.ledger import Act
from feeds.storage.embedded_servers import EmbeddedServers
from tests.order_taking import CHEN, LEAD, Taking, taking, types
from tests.running import PATIENCE_S

GREEN = Person("lh1", "绿化××", ("agency_operator",), agency="lh")
LEADER = Person("wang", "王××", ("duty_leader",), on_shift=("duty_leader",))
ROW = {"agency": "lh", "priority": "P1", "template": "tree_down#1"}


@pytest.fixture
async def city(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Taking]:
    async with taking(servers, tmp_path) as made:
        yield made


_count = iter(range(1_000_000))


def asked(verb: str, subject: str, version: int = 0, **args: Any) -> dict[str, Any]:
    return {
        "command_id": f"l-{next(_count)}", "verb": verb, "subject": subject, "version": version,
        "args": args,
    }  # fmt: skip


async def opened(city: Taking, key: str) -> str:
    """Open an incident with one task from a new case; return the task's subject."""
    [case] = await city.report(key)
    answer = await city.orders.take(
        CHEN, asked("open_incident", f"case:{case.key}", kind="tree_down", tasks=[ROW])
    )
    assert "done" in answer, answer
    await city.folded()
    return f"task:{list(city.store.state.ledger.tasks)[-1]}"


async def test_two_officers_at_once_open_one_incident(city: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.orders.fold_waiting.CATCH_UP_S", PATIENCE_S)
    [case] = await city.report("a")
    behind = Store()
    behind.commit(await city.ledger.read(0))
    other = city.console(behind)
    assert await other.ready()
    order = {"kind": "tree_down", "tasks": [ROW]}

    async def catch_up() -> None:
        while not behind.state.ledger.incidents:
            await asyncio.sleep(0.01)
            behind.commit(await city.ledger.read(behind.state.ledger.position))

    # The second console has not folded the first one's incident when it decides: the ledger refuses it.
    first = await city.orders.take(CHEN, asked("open_incident", f"case:{case.key}", **order))
    following = asyncio.create_task(catch_up())
    second = await other.take(LEAD, asked("open_incident", f"case:{case.key}", **order))
    await following
    assert "done" in first
    assert (second["refused"]["key"], second["refused"]["names"]["by"]) == ("incident_open", "陈××")
    assert "陈××" in second["refused"]["reason"]
    assert types(await city.facts("IncidentOpened", "TaskIssued")) == ["IncidentOpened", "TaskIssued"]


async def test_an_acknowledgement_is_not_refused_for_a_step_of_the_engine(city: Taking) -> None:
    """The engine falls back in the very moment in which the agency acknowledges: both stand."""
    task = await opened(city, "a")
    incident = task.removeprefix("task:").partition(".")[0]
    data = {"version": 2, "level": 1, "step": "ack", "to": "agency_duty_leader", "late_s": 0.2}
    body = body_of("TaskEscalated", task, "engine", data, role="system")
    await city.ledger.append([Act("timer:x", (body,), ((task, 1),))])
    answer = await city.orders.take(GREEN, asked("acknowledge_task", task, 1))
    assert "done" in answer, answer
    await city.folded()
    told = city.store.state.ledger.tasks[task.removeprefix("task:")]
    assert (told.state, told.escalated, told.version) == ("acknowledged", 1, 3)
    assert city.store.state.ledger.incidents[incident].is_open


async def test_tasks_issued_at_once_all_stand(city: Taking) -> None:
    task = await opened(city, "a")
    incident = f"incident:{task.removeprefix('task:').partition('.')[0]}"
    given = [
        asked("issue_task", incident, agency=agency, priority="P2", text="协助")
        for agency in ("xf", "ga", "jt", "sw", "dl", "cg")
    ]  # fmt: skip
    people = (CHEN, LEAD, LEADER)
    answers = await asyncio.gather(*(city.orders.take(people[n % 3], order) for n, order in enumerate(given)))
    assert all("done" in answer for answer in answers), answers
    await city.folded()
    state = city.store.state.ledger
    assert len(state.incidents[incident.removeprefix("incident:")].tasks) == 7
    assert state.refused == {}


async def test_a_cancellation_of_p2_may_be_undone_and_its_answer_says_until_when(city: Taking) -> None:
    task = await opened(city, "a")
    incident = f"incident:{task.removeprefix('task:').partition('.')[0]}"
    await city.orders.take(CHEN, asked("issue_task", incident, agency="xf", priority="P2", text="协助"))
    await city.folded()
    second = f"task:{list(city.store.state.ledger.tasks)[-1]}"
    answer = await city.orders.take(CHEN, asked("cancel_task", second, 1, text="不用"))
    assert answer["done"]["undo_until"] is not None
    undone = await city.orders.take(CHEN, asked("undo_task", second, 2))
    assert "done" in undone, undone
    first = await city.orders.take(CHEN, asked("cancel_task", task, 1, text="不用"))
    assert first["done"]["undo_until"] is None
    assert (await city.orders.take(CHEN, asked("undo_task", task, 2)))["refused"]["key"] == "nothing_to_undo"
