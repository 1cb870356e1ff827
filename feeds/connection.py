"""Connections to Redis-protocol servers, with the waits that suit a log."""

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

__all__ = ["connect"]


def connect(url: str) -> redis.Redis:
    """Return a client for ``redis://…`` or ``unix:///path``.

    No read time-out (a blocking read is meant to wait; redis-py's default of 5 s would cut it) and no
    silent retry: whether a lost answer may be asked for again is the caller's to know.
    """
    return redis.from_url(  # type: ignore[no-any-return, no-untyped-call, unused-ignore]  # untyped in redis-py
        url, socket_timeout=None, socket_connect_timeout=5, retry=Retry(NoBackoff(), 0)
    )
