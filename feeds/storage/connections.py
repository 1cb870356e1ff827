"""Connections to Redis-protocol servers, with the waits that suit a log."""

from typing import Final

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

__all__ = ["connect"]

CONNECTIONS: Final = 64
"""Questions of one client under way at once; those beyond wait for their turn."""
TURN_S: Final = 5.0
"""A server that lets nobody have a turn for so long does not answer."""


def connect(url: str) -> redis.Redis:
    """Return a client for ``redis://…`` or ``unix:///path``.

    No read time-out (a blocking read is meant to wait; redis-py's default of 5 s would cut it) and no
    silent retry: whether a lost answer may be asked for again is the caller's to know.
    """
    pool = redis.BlockingConnectionPool.from_url(
        url, max_connections=CONNECTIONS, timeout=TURN_S, socket_timeout=None, socket_connect_timeout=5,
        retry=Retry(NoBackoff(), 0),  # type: ignore[no-untyped-call, unused-ignore]  # untyped in redis-py
    )  # fmt: skip
    return redis.Redis.from_pool(pool)
