"""Stepping: with a stopped city clock the engine works when it is told to, until nothing more is due."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from console.live.step_marks import LOOK_S, Folded, StepMarks, has_folded
from feeds.ledger.ledger import Ledger

__all__ = ["make_steps"]

ROUNDS: Final = 200
"""The most rounds of one step: more would be a rule that never ends."""


async def make_steps(
    marks: StepMarks, ledger: Ledger, *, work: Callable[[], Awaitable[int]], position: Callable[[], int],
    records: Callable[[], Mapping[str, int]],
) -> None:  # fmt: skip
    """Make every step that is asked for, until cancelled.

    ``work`` executes what is due and returns how many acts were written.
    """
    done = 0
    while True:
        step = await marks.asked()
        if step is None or step.number <= done or not has_folded(step, position(), records()):
            await asyncio.sleep(LOOK_S)
            continue
        for _ in range(ROUNDS):
            written = await work()
            head, _ = await ledger.head()
            if not written and position() >= head:
                break
            while position() < head:  # noqa: ASYNC110  # the store has no event for a fold
                await asyncio.sleep(LOOK_S)
        done = step.number
        await marks.tell("engine", Folded(position(), done))
