"""Connections to Redis-protocol servers, with time-outs suited to a log."""

from typing import Final

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

__all__ = ["connect"]

CONNECTIONS: Final = 64
"""Largest number of concurrent requests of one client; further ones wait for a free connection."""
POOL_WAIT_S: Final = 5.0
"""How long a request waits for a free connection before the server counts as not answering, seconds."""


def connect(url: str) -> redis.Redis:
    """Return a client for ``redis://…`` or ``unix:///path``.

    No read time-out (a blocking read has to wait; redis-py's default of 5 s would end it) and no automatic
    retry: only the caller knows whether a request may be repeated.
    """
    pool = redis.BlockingConnectionPool.from_url(
        url, max_connections=CONNECTIONS, timeout=POOL_WAIT_S, socket_timeout=None, socket_connect_timeout=5,
        retry=Retry(NoBackoff(), 0),  # type: ignore[no-untyped-call, unused-ignore]  # untyped in redis-py
    )  # fmt: skip
    return redis.Redis.from_pool(pool)
