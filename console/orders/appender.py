"""Appends acts to the ledger in batches; acts of people go before acts of automated accounts."""

import asyncio
from collections import deque
from typing import Final

from feeds.ledger.ledger import ACTS_PER_CALL, Act, Answer, Ledger, LedgerUnavailable

__all__ = ["Appender"]

CALL_S: Final = 3.0


class Appender:
    """Two queues, for people and for automated accounts. Acts that arrive during a call form the next batch.

    An automated account's act is appended only when no person's act waits.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._queues: tuple[deque[_Waiting], deque[_Waiting]] = (deque(), deque())
        self._worker: asyncio.Task[None] | None = None

    async def append(self, act: Act, *, automated: bool = False) -> Answer:
        """Append one act; ``automated`` acts wait for those of people.

        Raises LedgerUnavailable when the outcome is unknown: try again with the same id.
        """
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queues[automated].append((act, done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await done

    async def _work(self) -> None:
        while some := self._next():
            try:
                # After a timeout it is unknown whether the server wrote the acts.
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
        queue = self._queues[0] or self._queues[1]
        return [queue.popleft() for _ in range(min(len(queue), ACTS_PER_CALL))]


_Waiting = tuple[Act, asyncio.Future[Answer]]


def _fail(some: list[_Waiting], error: BaseException) -> None:
    for _, done in some:
        if not done.done():
            done.set_exception(error if isinstance(error, Exception) else LedgerUnavailable("stopped"))
