"""With a stopped city clock the engine makes a step when it is told to, once it has folded enough."""

import asyncio
import contextlib
from typing import Any

import pytest

from console.engine.stepping import make_steps
from console.live.step_marks import Folded, Step, has_folded


class Marks:
    """The marks in memory."""

    def __init__(self) -> None:
        self.step: Step | None = None
        self.folded = Folded()

    async def asked(self) -> Step | None:
        return self.step

    async def tell(self, process: str, folded: Folded) -> None:
        assert process == "engine"
        self.folded = folded


class Works:
    """An engine whose rounds write so many acts, one after the other; each act is folded at once."""

    def __init__(self, *written: int) -> None:
        self.marks = Marks()
        self.position = 0
        self.records: dict[str, int] = {}
        self.rounds = 0
        self._written = list(written)

    async def head(self) -> tuple[int, str]:
        return self.position, ""

    async def work(self) -> int:
        self.rounds += 1
        written = self._written.pop(0) if self._written else 0
        self.position += written
        return written

    async def until(self, what: Any) -> None:
        marks: Any = self.marks
        ledger: Any = self
        steps = asyncio.create_task(make_steps(
            marks, ledger, work=self.work, position=lambda: self.position, records=lambda: self.records
        ))  # fmt: skip
        try:
            async with asyncio.timeout(5):
                await what(self)
        finally:
            steps.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await steps


async def test_a_step_is_made_until_nothing_more_is_due() -> None:
    async def told(engine: Works) -> None:
        engine.marks.step = Step(1, 0)
        while engine.marks.folded.step < 1:  # noqa: ASYNC110  # marks have no event
            await asyncio.sleep(0)

    engine = Works(3, 2, 0)
    await engine.until(told)
    assert (engine.rounds, engine.marks.folded) == (3, Folded(5, 1))


async def test_nothing_is_done_before_it_is_asked_for_nor_twice() -> None:
    async def told(engine: Works) -> None:
        await asyncio.sleep(0.05)
        assert engine.rounds == 0
        engine.marks.step = Step(1, 0)
        while engine.rounds < 1:  # noqa: ASYNC110  # rounds have no event
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        assert engine.rounds == 1

    await Works().until(told)


async def test_a_step_waits_for_the_facts_and_the_records_that_it_depends_on() -> None:
    async def told(engine: Works) -> None:
        engine.marks.step = Step(1, 7, {"sensor": 2})
        await asyncio.sleep(0.05)
        engine.position = 7
        await asyncio.sleep(0.05)
        assert engine.rounds == 0
        engine.records = {"sensor": 2}
        while engine.marks.folded.step < 1:  # noqa: ASYNC110  # marks have no event
            await asyncio.sleep(0)

    await Works().until(told)


@pytest.mark.parametrize(
    ("position", "records", "folded"),
    [(6, {}, False), (7, {}, False), (7, {"sensor": 2}, True), (8, {"sensor": 3, "unit": 1}, True)],
)
def test_everything_named_must_be_folded(position: int, records: dict[str, int], folded: bool) -> None:
    assert has_folded(Step(1, 7, {"sensor": 2}), position, records) is folded
