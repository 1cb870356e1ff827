"""Presence: who has which case, or an agency's page, open now. Leases in the picture store, not facts.

Times are machine time.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import msgspec
import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

__all__ = ["AGENCY_PAGES", "Presence"]

log = structlog.get_logger()

CASES: Final = "presence"
AGENCY_PAGES: Final = "presence:agency"
"""The set of leases whose marks are codes of agencies: their people have their page open."""
LEASE_S: Final = 10.0
ACTED_S: Final = 60.0
READ_S: Final = 0.5

# Leases expire by the store's clock, so that the consoles' clocks need not agree.
_SHARE: Final = """
local time = redis.call("TIME")
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
for i = 1, #ARGV, 2 do
  local lease = tonumber(ARGV[i])
  if lease > 0 then redis.call("ZADD", KEYS[1], now + lease, ARGV[i + 1])
  else redis.call("ZREM", KEYS[1], ARGV[i + 1]) end
end
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", now)
return redis.call("ZRANGE", KEYS[1], 0, -1)
"""


class _Lease(msgspec.Struct, frozen=True, array_like=True):
    """One member of the set: an account at a case; ``acted`` leases are not shown as presence."""

    mark: str
    account: str
    name: str
    acted: bool = False


class Presence:
    """One process's part of a shared set of leases; it sees the others' with a delay of at most 0.5 s."""

    def __init__(self, client: redis.Redis, *, clock: Callable[[], float], key: str = CASES) -> None:
        self._key = key
        self._share = client.register_script(_SHARE)
        self._clock = clock
        self._own: dict[_Lease, float] = {}
        self._sent: dict[_Lease, float] = {}
        self._gone: set[_Lease] = set()
        self._others: frozenset[_Lease] = frozenset()
        self._down = False

    def look(self, mark: str, account: str, name: str) -> None:
        """Record that somebody has a case open; valid for 10 s."""
        self._take(_Lease(mark, account, name), LEASE_S)

    def leave(self, mark: str, account: str, name: str) -> None:
        """Record that somebody closed a case."""
        lease = _Lease(mark, account, name)
        if self._own.pop(lease, None) is not None:
            self._gone.add(lease)

    def act(self, mark: str, account: str, name: str) -> None:
        """Record that somebody acted on a case; automated accounts are refused on it for a minute."""
        self._take(_Lease(mark, account, name, acted=True), ACTED_S)

    def present(self, mark: str) -> list[str]:
        """Return the sorted names of those who have a case open."""
        return sorted({lease.name for lease in self._all() if lease.mark == mark and not lease.acted})

    def everywhere(self) -> dict[str, list[str]]:
        """Return mark → sorted names, for every case that somebody has open."""
        found: dict[str, set[str]] = {}
        for lease in self._all():
            if not lease.acted:
                found.setdefault(lease.mark, set()).add(lease.name)
        return {mark: sorted(names) for mark, names in found.items()}

    def is_attended(self, mark: str) -> bool:
        """Whether a person has a case open or acted on it within a minute."""
        return any(lease.mark == mark for lease in self._all())

    async def run(self) -> None:
        """Share until cancelled. Without the store, only the other consoles' presence is missing."""
        while True:
            try:
                await self.step()
                if self._down:
                    log.info("presence_shared_again")
                self._down = False
            except (RedisError, OSError, TimeoutError) as error:
                if not self._down:
                    log.warning("presence_not_shared", reason=str(error))
                self._down, self._others = True, frozenset()
            await asyncio.sleep(READ_S)

    async def step(self) -> None:
        """Send our leases and read all, in one round trip. Raises RedisError, OSError, TimeoutError."""
        now = self._clock()
        self._own = {lease: until for lease, until in self._own.items() if until > now}
        mine = dict(self._own)
        changes: list[Any] = []
        for lease, until in self._own.items():
            if self._sent.get(lease) != until:
                changes += [until - now, msgspec.json.encode(lease)]
        gone, self._gone = self._gone, set()
        for lease in gone - self._own.keys():
            changes += [0, msgspec.json.encode(lease)]
        self._sent = {}  # after a failure all leases are sent again
        async with asyncio.timeout(2.0):
            members: Any = await self._share(keys=[self._key], args=changes)
        self._sent = mine
        found = (_read(member) for member in members)
        self._others = frozenset(lease for lease in found if lease is not None and lease not in self._gone)

    def _take(self, lease: _Lease, lease_s: float) -> None:
        self._gone.discard(lease)
        self._own[lease] = self._clock() + lease_s

    def _all(self) -> set[_Lease]:
        now = self._clock()
        own = {lease for lease, until in self._own.items() if until > now}
        return own | {lease for lease in self._others if lease not in self._gone}


@lru_cache(4096)
def _read(member: bytes) -> _Lease | None:
    try:
        return msgspec.json.decode(member, type=_Lease)
    except msgspec.MsgspecError:  # written by another version
        return None
