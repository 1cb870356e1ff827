"""Step marks: with a stopped city clock (rate 0), who drives the clock says when a step is to be made.

The marks are in the picture store. Gateway, engine and console tell by them how far they have folded, so that
the clock moves on only when everything of a moment is done.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import redis.asyncio as redis

__all__ = ["LOOK_S", "Folded", "Step", "StepMarks", "has_folded", "keep_folded"]

ASKED: Final = "drill:step"
LOOK_S: Final = 0.01


class Step(msgspec.Struct, frozen=True):
    """A step that the engine is to make: once it has folded ``position`` and so many records of a topic."""

    number: int
    position: int
    records: dict[str, int] = {}


class Folded(msgspec.Struct, frozen=True):
    """How far a process has folded; ``step`` is the last one that the engine has made."""

    position: int = 0
    step: int = 0


class StepMarks:
    """Reads and writes the marks. Every method raises RedisError when the store is down."""

    def __init__(self, pictures: redis.Redis) -> None:
        self._pictures = pictures

    async def ask(self, step: Step) -> None:
        """Say that a step is to be made."""
        await self._pictures.set(ASKED, msgspec.json.encode(step))

    async def asked(self) -> Step | None:
        """Return the newest step that is to be made, None before the first."""
        data = await self._pictures.get(ASKED)
        return None if data is None else msgspec.json.decode(data, type=Step)

    async def tell(self, process: str, folded: Folded) -> None:
        """Say how far a process is."""
        await self._pictures.set(f"drill:folded:{process}", msgspec.json.encode(folded))

    async def told(self, process: str) -> Folded:
        """Return how far a process is."""
        data = await self._pictures.get(f"drill:folded:{process}")
        return Folded() if data is None else msgspec.json.decode(data, type=Folded)


async def keep_folded(marks: StepMarks, process: str, position: Callable[[], int]) -> None:
    """Tell how far a process has folded, whenever it has folded more, until cancelled."""
    told = -1
    while True:
        if (now := position()) != told:
            await marks.tell(process, Folded(now))
            told = now
        await asyncio.sleep(LOOK_S)


def has_folded(step: Step, position: int, records: Mapping[str, int]) -> bool:
    """Whether everything that a step depends on is folded."""
    return position >= step.position and all(
        records.get(topic, 0) >= count for topic, count in step.records.items()
    )
