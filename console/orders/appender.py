"""The last steps of an order: acts of many people appended together, people before stand-ins."""

import asyncio
from collections import deque
from typing import Final

from feeds.ledger.ledger import ACTS_PER_CALL, Act, Answer, Ledger, LedgerUnavailable

__all__ = ["Appender"]

CALL_S: Final = 3.0


class Appender:
    """Two lanes into the ledger. While one call is under way the next ones wait and go together.

    A stand-in's act goes only when no person's waits.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lanes: tuple[deque[_Waiting], deque[_Waiting]] = (deque(), deque())
        self._worker: asyncio.Task[None] | None = None

    async def append(self, act: Act, *, behind: bool = False) -> Answer:
        """Append one act; ``behind`` lets people's acts go first.

        Raises LedgerUnavailable when the outcome is unknown: ask again with the same id.
        """
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._lanes[behind].append((act, done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await done

    async def _work(self) -> None:
        while some := self._next():
            try:
                # A server that is frozen answers nothing; whether it wrote is then unknown.
                async with asyncio.timeout(CALL_S):
                    answers = await self._ledger.append([act for act, _ in some])
            except TimeoutError:
                _fail(some, LedgerUnavailable(f"no answer within {CALL_S:g} s"))
            except LedgerUnavailable as error:
                _fail(some, error)
            except BaseException as error:
                _fail(some, error)
                raise
            else:
                for (_, done), answer in zip(some, answers, strict=True):
                    if not done.done():
                        done.set_result(answer)

    def _next(self) -> list["_Waiting"]:
        lane = self._lanes[0] or self._lanes[1]
        return [lane.popleft() for _ in range(min(len(lane), ACTS_PER_CALL))]


_Waiting = tuple[Act, asyncio.Future[Answer]]


def _fail(some: list[_Waiting], error: BaseException) -> None:
    for _, done in some:
        if not done.done():
            done.set_exception(error if isinstance(error, Exception) else LedgerUnavailable("stopped"))
