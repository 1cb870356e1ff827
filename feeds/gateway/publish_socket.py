"""A publishing socket: receives frames and sends answers in order; at most eight are unanswered."""

import asyncio
from typing import Final

import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from feeds.gateway.acceptance import Acceptance
from feeds.gateway.publish_jobs import Job
from feeds.protocol.frames import BadFrame, binary
from feeds.protocol.rights import Claims

__all__ = ["UNANSWERED", "publish"]

UNANSWERED: Final = 8
BAD_IN_A_ROW: Final = 3
_POLICY = 1008

log = structlog.get_logger(__name__)


async def publish(
    connection: ServerConnection, acceptance: Acceptance, *, topic: str, claims: Claims
) -> None:
    """Serve a publisher until its socket closes."""
    places = asyncio.Semaphore(UNANSWERED)
    waiting: asyncio.Queue[Job | BadFrame | None] = asyncio.Queue()
    worker = asyncio.create_task(_answer(connection, acceptance, waiting, places))
    worker.add_done_callback(lambda task: _cut_if_failed(task, connection))
    bad = 0
    try:
        while bad < BAD_IN_A_ROW:
            # Without a free place nothing is read: this is the back-pressure on the publisher.
            await places.acquire()
            message = await connection.recv()
            if isinstance(message, str):
                job = acceptance.judge(topic, claims, message)
            else:
                job = binary(message)
                acceptance.counts.bad_frames += 1
            bad = bad + 1 if isinstance(job, BadFrame) else 0
            waiting.put_nowait(job)
        waiting.put_nowait(None)
        await worker
        await connection.close(_POLICY, f"{BAD_IN_A_ROW} bad frames in a row")
    except ConnectionClosed:
        return  # the publisher sends unanswered frames again with the same ids
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


def _cut_if_failed(worker: asyncio.Task[None], connection: ServerConnection) -> None:
    """Close the socket when answering has failed: the publisher reconnects and repeats the same ids."""
    if worker.cancelled() or worker.exception() is None:
        return
    log.error("publishing_failed", exc_info=worker.exception())
    connection.transport.abort()


async def _answer(
    connection: ServerConnection,
    acceptance: Acceptance,
    waiting: asyncio.Queue[Job | BadFrame | None],
    places: asyncio.Semaphore,
) -> None:
    """Append and answer all waiting jobs together: one round trip for several batches."""
    while True:
        group = [await waiting.get()]
        while not waiting.empty():
            group.append(waiting.get_nowait())
        jobs = [one for one in group if isinstance(one, Job)]
        answers = iter(await acceptance.commit(jobs) if jobs else ())
        for one in group:
            if one is None:
                return
            try:
                await connection.send(one.answer() if isinstance(one, BadFrame) else next(answers), text=True)
            except ConnectionClosed:
                return
            places.release()
