"""Catching up: a start folds the facts that it misses directly from the ledger, in large pages.

Through the gateway each fact would be encoded and decoded twice more, in messages of a few facts.
"""

import asyncio
from typing import Final

import structlog

from city.folding.store import Store
from console.deployment.garbage_collection import paused_collection
from feeds.ledger.ledger import Ledger, LedgerUnavailable
from feeds.ledger.segments import SegmentDamaged

__all__ = ["catch_up"]

log = structlog.get_logger(__name__)

READ_AT_ONCE: Final = 1000
"""Facts that are folded between two yields to the event loop: some 20 ms."""


async def catch_up(store: Store, ledger: Ledger, goal: int) -> None:
    """Fold the facts up to position ``goal``, or as far as this reader finds them.

    A reader without the closed segments, or without the log server, leaves the rest to the gateway's stream.
    Raises ChainBroken.
    """
    begin = store.state.ledger.position
    with paused_collection():
        while (position := store.state.ledger.position) < goal:
            try:
                rows = await ledger.read(position, count=READ_AT_ONCE)
            except (LedgerUnavailable, SegmentDamaged) as error:
                log.warning("catching_up_stopped", position=position, reason=str(error))
                break
            if not rows or rows[0].position != position + 1:
                break
            store.commit(rows)
            await asyncio.sleep(0)
    if store.state.ledger.position > begin:
        log.info("caught_up", facts=store.state.ledger.position - begin)
