"""The engine's lease: one of several engines does the work."""

import secrets

import redis.asyncio as redis

__all__ = ["Lease"]

LEASE = "{engine}:lease"
LEASE_S = 10.0


class Lease:
    """A lease in the log server: its holder does the work; it expires 10 s after the last renewal."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._mine = secrets.token_hex(8).encode()

    async def hold(self) -> bool:
        """Take or renew the lease; return whether it is ours. Raises RedisError."""
        milliseconds = int(LEASE_S * 1000)
        if await self._client.set(LEASE, self._mine, nx=True, px=milliseconds):
            return True
        if await self._client.get(LEASE) != self._mine:
            return False
        await self._client.pexpire(LEASE, milliseconds)
        return True
