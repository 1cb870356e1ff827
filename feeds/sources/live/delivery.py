"""Delivery: publishes what waits in the spool, oldest first, and deletes what the gateway has answered."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from feeds.clients.answered_client import UNANSWERED
from feeds.clients.publisher import Publisher, PublishRefused
from feeds.sources.contract import Remark
from feeds.sources.live.outbox import Outbox
from feeds.sources.live.spool import Waiting

__all__ = ["deliver"]

BATCH, BATCH_BYTES = 500, 900_000
REFUSED_AGAIN_S = 30.0
QUOTED = ", got "
"""Separates a rejection's reason from the quoted value."""


async def deliver(
    outbox: Outbox, topic: str, publisher: Callable[[], AbstractAsyncContextManager[Publisher]]
) -> None:
    """Publish the records of one topic without end; the client connects again by itself.

    A refused token is said, and tried again later: the operator may renew its rights.
    """
    while True:
        try:
            async with publisher() as link, asyncio.TaskGroup() as group:
                await _send_all(outbox, topic, link, group)
        except* PublishRefused as refused:
            outbox.log.error("gateway_refuses", topic=topic, reason=str(refused.exceptions[0]))
        await asyncio.sleep(REFUSED_AGAIN_S)


async def _send_all(outbox: Outbox, topic: str, link: Publisher, group: asyncio.TaskGroup) -> None:
    """Send batch after batch; as many as the protocol allows are unanswered."""
    slots = asyncio.Semaphore(UNANSWERED)
    after = 0
    while True:
        await slots.acquire()
        found = await outbox.next(topic, after=after, count=BATCH, size=BATCH_BYTES)
        after = found[-1].number
        group.create_task(_send(outbox, link, found, slots))


async def _send(outbox: Outbox, link: Publisher, found: Sequence[Waiting], slots: asyncio.Semaphore) -> None:
    ack = await link.send([one.record for one in found])
    outbox.counts.accepted += ack.accepted
    outbox.counts.known += ack.duplicates
    rejected = []
    for no in ack.rejected:
        reason, _, value = no.reason.partition(QUOTED)
        rejected.append(Remark(found[no.index].origin, no.path, reason, value=value))
    await outbox.answered([one.number for one in found], rejected)
    slots.release()
