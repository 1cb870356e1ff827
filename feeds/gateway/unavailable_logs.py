"""A step on a log or a picture store that is unavailable now is repeated until it succeeds."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from feeds.gateway.picture_store import PicturesUnavailable
from feeds.ledger.ledger import LedgerUnavailable
from feeds.telemetry.telemetry import TelemetryUnavailable

__all__ = ["RETRY_S", "UNAVAILABLE", "retry_while_unavailable"]

UNAVAILABLE = (LedgerUnavailable, TelemetryUnavailable, PicturesUnavailable)
RETRY_S = 0.25

log = structlog.get_logger(__name__)
T = TypeVar("T")


async def retry_while_unavailable(step: Callable[[], Awaitable[T]]) -> T:
    """Return the result of a step; repeat it (with the same ids) while a log is unavailable."""
    down = False
    while True:
        try:
            return await step()
        except UNAVAILABLE as error:
            if not down:
                log.warning("log_lost", error=str(error))
            down = True
            await asyncio.sleep(RETRY_S)
