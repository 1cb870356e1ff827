"""Connections to Redis-protocol servers, with time-outs suited to a log."""

import socket
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff

__all__ = ["connect"]

CONNECTIONS: Final = 64
"""Largest number of concurrent requests of one client; further ones wait for a free connection."""
POOL_WAIT_S: Final = 5.0
"""How long a request waits for a free connection before the server counts as not answering, seconds."""
SENTINEL_WAIT_S: Final = 1.0
"""How long one Sentinel may take to name the primary before the next one is asked, seconds."""
_ALIVE: Final = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3))
    if hasattr(socket, name)
}
"""A machine that vanished without a word is noticed after 11 s, also by a read that waits without end."""


class _PrimaryPool(SentinelConnectionPool, redis.BlockingConnectionPool):
    """Connections to whichever server is the primary now; requests wait for a free one."""

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Disconnect; with the last connections, those to the Sentinels too."""
        await super().disconnect(inuse_connections)
        if inuse_connections:
            for sentinel in self.sentinel_manager.sentinels:
                await sentinel.aclose()


def connect(url: str) -> redis.Redis:
    """Return a client for ``redis://…``, ``unix:///path`` or ``sentinel://host:port,host:port/name``.

    With Sentinels, each new connection goes to the primary that they name. No read time-out (a blocking read
    has to wait; redis-py's default of 5 s would end it) and no automatic retry: only the caller knows whether
    a request may be repeated. Raises ValueError for another form of address.
    """
    common: dict[str, Any] = {
        "max_connections": CONNECTIONS, "timeout": POOL_WAIT_S, "socket_timeout": None,
        "socket_connect_timeout": 5, "retry": Retry(NoBackoff(), 0),  # type: ignore[no-untyped-call, unused-ignore]  # untyped in redis-py
    }  # fmt: skip
    if url.startswith("sentinel://"):
        return redis.Redis.from_pool(_primary_pool(url, common))
    pool = redis.BlockingConnectionPool.from_url(url, **common)
    return redis.Redis.from_pool(pool)


def _primary_pool(url: str, common: dict[str, Any]) -> _PrimaryPool:
    """Return the pool of an address; a user and a password in it are those of the log servers."""
    parts = urlsplit(url)
    secrets, _, places = parts.netloc.rpartition("@")
    user, _, password = secrets.partition(":")
    name = parts.path.strip("/")
    hosts = [place.rpartition(":") for place in places.split(",")]
    if not name or not all(host and port.isdigit() for host, _, port in hosts):
        shown = f"sentinel://{places}{parts.path}"
        message = f"expected sentinel://host:port,host:port/name, got {shown}"
        raise ValueError(message)
    asked = {
        "socket_timeout": SENTINEL_WAIT_S, "socket_connect_timeout": SENTINEL_WAIT_S,
        "retry": Retry(NoBackoff(), 0),  # type: ignore[no-untyped-call, unused-ignore]  # untyped in redis-py
    }  # fmt: skip
    sentinels = Sentinel(  # type: ignore[no-untyped-call, unused-ignore]  # untyped in redis-py
        [(host.strip("[]"), int(port)) for host, _, port in hosts], sentinel_kwargs=asked
    )
    return _PrimaryPool(  # type: ignore[no-untyped-call, unused-ignore]  # untyped in redis-py
        name, sentinels, username=unquote(user) or None, password=unquote(password) or None,
        socket_keepalive=True, socket_keepalive_options=_ALIVE, **common,
    )  # fmt: skip
