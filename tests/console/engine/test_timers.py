import asyncio
import json
import time
from collections import Counter
from typing import Any

import pytest

from city.clocks.timestamps import iso, parse
from city.commands.cases.automatic_steps import office_time, steps
from city.commands.command import Command, Decision, Now
from city.commands.decide import decide
from city.facts.fact import body_of
from city.folding.store import Store
from city.state.ledger_state import Case
from console.engine.timers import Timers
from feeds.ledger.ledger import Act, Answer, Ledger, LedgerUnavailable
from tests.gateways import LUJIAZUI
from tests.lives import COVER, INTAKE, LITTER, shipped_rules

CASES = 30
HOUR = 3600.0


class Town:
    """A ledger with an engine's timers; its city clock is put on by facts, as a drill does."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.store = Store()
        self.timers = Timers(self.store, ledger, shipped_rules, clock=time.time)
        self._numbers = 0

    async def fold(self) -> None:
        while entries := await self.ledger.read(self.store.state.ledger.position):
            self.store.commit(entries)

    async def look(self) -> int:
        """Fold what there is, then pass what is due; return how many steps were written."""
        await self.fold()
        return await self.timers.step()

    async def look_until_still(self) -> int:
        written = 0
        while now := await self.look():
            written += now
        return written

    async def write(self, kind: str, subject: str, data: dict[str, Any]) -> None:
        self._numbers += 1
        body = body_of(kind, subject, "test", data)
        await self.ledger.append([Act(f"test:{kind}:{subject}:{self._numbers}", (body,))])

    async def jump(self, seconds: float) -> None:
        """Put the city's clock on."""
        await self.fold()
        now = time.time()
        clock = {
            "city0": iso(self.store.state.ledger.clock.at(now) + seconds),
            "machine0": iso(now),
            "rate": 1.0,
        }
        await self.write("CityClockSet", "city:clock", clock)
        await self.fold()

    async def report(self, number: int, **given: Any) -> Case:
        kind, code = COVER
        moment = iso(self.store.state.ledger.clock.at(time.time()))
        record = {
            "id": str(number), "client": "hotline", "channel": "inspector", "title": "井盖缺失",
            "category": {"kind": kind, "code": code}, "lon": LUJIAZUI[0], "lat": LUJIAZUI[1],
            "at": moment, "received": moment, **given,
        }  # fmt: skip
        await self.write("CaseReported", f"case:hotline/{number}", {"record": record, "street": "310115005"})
        await self.fold()
        return self.store.state.ledger.cases[f"hotline/{number}"]

    async def file(self, case: Case) -> list[Answer]:
        """File a case as intake does; the ledger's answer says whether it came in time."""
        machine = time.time()
        now = Now(machine, self.store.state.ledger.clock.at(machine))
        command = Command(f"f{case.file.version}", "file", f"case:{case.key}", case.file.version)
        answer = decide(self.store.state.ledger, command, INTAKE, shipped_rules(), now)
        assert isinstance(answer, Decision), answer
        bodies = tuple(body_of(f.type, f.subject, "he", f.data) for f in answer.facts)
        return await self.ledger.append([Act(f"cmd:he:{case.key}", bodies, answer.expects)])

    async def told(self, kind: str) -> list[dict[str, Any]]:
        bodies = []
        after = 0
        while entries := await self.ledger.read(after):
            bodies += [json.loads(entry.body) for entry in entries]
            after = entries[-1].position
        return [{**body["data"], "actor": body["actor"], "role": body.get("role"), "on": body["subject"]}
                for body in bodies if body["type"] == kind]  # fmt: skip

    async def passed(self) -> Counter[tuple[str, str]]:
        """Return how often each step of each case was written."""
        return Counter((told["on"], told["step"]) for told in await self.told("StageLimitPassed"))


@pytest.fixture
async def town(ledger: Ledger) -> Town:
    made = Town(ledger)
    await made.fold()
    return made


async def filed(town: Town, number: int) -> Case:
    case = await town.report(number)
    await town.file(case)
    await town.fold()
    return case


async def test_what_is_due_is_written_once_by_the_engine_for_the_system(town: Town) -> None:
    await filed(town, 1)
    assert await town.look_until_still() == 0
    await town.jump(61 * 60)
    assert await town.look_until_still() == 4
    assert await town.look_until_still() == 0
    told = await town.told("StageLimitPassed")
    assert [t["step"] for t in told] == ["sign_half", "sign", "make_safe", "remind"]
    assert {(t["actor"], t["role"]) for t in told} == {("engine", "system")}
    assert [t["version"] for t in told] == [2, 3, 4, 5]


async def test_two_engines_at_once_write_each_step_once(town: Town) -> None:
    other = Town(town.ledger)
    for number in range(CASES):
        await filed(town, number)
    await town.jump(2.5 * HOUR)
    for _ in range(12):
        await asyncio.gather(town.look(), other.look())
    passed = await town.passed()
    assert {step for _, step in passed} == {"sign_half", "sign", "make_safe", "remind", "red1"}
    assert len(passed) == 5 * CASES
    assert set(passed.values()) == {1}
    assert len(await town.told("CaseOverdue")) == 2 * CASES
    assert not town.store.state.ledger.refused


async def test_two_engines_of_which_one_lags_write_each_step_once(town: Town) -> None:
    """The other has folded nothing of what the first wrote: the ledger refuses it."""
    other = Town(town.ledger)
    await filed(town, 1)
    await town.jump(2.5 * HOUR)
    await other.fold()
    assert await town.look_until_still() == 5
    for _ in range(3):
        assert await other.timers.step() == 0
    assert await other.look_until_still() == 0
    assert set((await town.passed()).values()) == {1}


async def test_a_restart_goes_on_where_it_was(town: Town) -> None:
    for number in range(CASES):
        await filed(town, number)
    await town.jump(61 * 60)
    await town.look()
    again = Town(town.ledger)
    await again.look_until_still()
    await again.jump(HOUR)
    await Town(town.ledger).look_until_still()
    passed = await town.passed()
    assert len(passed) == 5 * CASES
    assert set(passed.values()) == {1}


async def test_what_fell_due_while_no_engine_ran_is_marked_late_each_once(town: Town) -> None:
    await filed(town, 1)
    await town.jump(HOUR)
    await filed(town, 2)
    await town.look_until_still()
    told = await town.told("StageLimitPassed")
    first = {t["step"]: t["late_s"] for t in told if t["on"] == "case:hotline/1"}
    assert first == {
        "sign_half": pytest.approx(45 * 60, abs=20), "sign": pytest.approx(30 * 60, abs=20),
        "make_safe": pytest.approx(0, abs=20), "remind": pytest.approx(0, abs=20),
    }  # fmt: skip
    assert [t for t in told if t["on"] == "case:hotline/2"] == []
    assert set((await town.passed()).values()) == {1}


async def test_somebody_who_acts_at_the_same_moment_wins_and_the_step_is_decided_anew(town: Town) -> None:
    case = await town.report(1)
    await town.jump(16 * 60)
    await town.file(case)  # written, not folded yet: the engine still sees a report
    assert await town.timers.step() == 0
    assert await town.look_until_still() == 0
    assert await town.told("StageLimitPassed") == []
    await town.jump(HOUR)
    assert await town.look_until_still() == 4


async def test_a_ledger_that_was_away_loses_no_step(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await filed(town, 1)
    await town.jump(61 * 60)
    really = town.ledger.append

    async def wrote_but_did_not_say(acts: Any) -> Any:
        await really(acts)
        message = "the answer was lost"
        raise LedgerUnavailable(message)

    monkeypatch.setattr(town.ledger, "append", wrote_but_did_not_say)
    with pytest.raises(LedgerUnavailable):
        await town.timers.step()
    monkeypatch.setattr(town.ledger, "append", really)
    await town.look_until_still()
    passed = await town.passed()
    assert len(passed) == 4
    assert set(passed.values()) == {1}


async def test_a_case_that_others_handle_gets_nothing(town: Town) -> None:
    await town.report(
        1, mirror={"state": "dispatched", "agency": "城管", "due_at": "2026-01-01T00:00:00+08:00"}
    )
    await town.report(2, at=iso(time.time() - 2 * HOUR))
    await town.jump(30 * 24 * HOUR)
    assert await town.look_until_still() == 0


async def test_a_ledgers_new_life_is_looked_at_anew(town: Town) -> None:
    await filed(town, 1)
    await town.look()
    town.store.reset()
    await town.jump(61 * 60)
    assert await town.look_until_still() == 4


async def test_moments_of_the_steps_stand_in_their_facts(town: Town) -> None:
    case = await filed(town, 1)
    await town.jump(31 * 60)
    await town.look_until_still()
    half, sign = await town.told("StageLimitPassed")
    assert case.file.sign_by == parse(sign["due_at"])
    assert parse(half["due_at"]) == pytest.approx(parse(sign["due_at"]) - 15 * 60)


async def test_reminders_of_an_ordinary_case_wait_for_the_end_of_a_deferral(ledger: Ledger) -> None:
    """What was planned before the switch is planned anew when it is switched on, and when it is ended."""
    town = Town(ledger)
    case = await town.report(1, category={"kind": LITTER[0], "code": LITTER[1]})
    await town.file(case)
    await town.look_until_still()
    case, rules = town.store.state.ledger.cases[case.key], shipped_rules()
    coming = {step.code: step.at for step in steps(case, rules.numbers, office_time(case, rules))}
    subject = "relaxation:defer_ordinary"
    until = iso(coming["sign"] + HOUR)
    await town.write("RelaxationStarted", subject, {"until": until, "text": "-", "version": 1})
    await town.jump(coming["sign"] + 60 - town.store.state.ledger.clock.at(time.time()))
    await town.look_until_still()
    passed = {told["step"] for told in await town.told("StageLimitPassed")}
    assert not {"sign_half", "sign"} & passed
    await town.write("RelaxationEnded", subject, {"version": 2})
    await town.look_until_still()
    passed = {told["step"] for told in await town.told("StageLimitPassed")}
    assert {"sign_half", "sign"} <= passed
