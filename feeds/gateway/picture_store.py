"""The picture store: the newest picture of each camera, kept for a minute and written to no log."""

from pathlib import Path
from typing import Any, cast

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

from city.clocks.timestamps import parse
from feeds.storage.connections import connect

__all__ = ["KEPT_S", "Picture", "Pictures", "PicturesUnavailable"]

KEPT_S = 60

_PUT = """
local held = redis.call("HGET", KEYS[1], "t")
if held and tonumber(held) > tonumber(ARGV[4]) then return 0 end
redis.call("HSET", KEYS[1], "jpeg", ARGV[1], "at", ARGV[2], "sha256", ARGV[3], "t", ARGV[4])
redis.call("EXPIRE", KEYS[1], ARGV[5])
return 1
"""


class Picture(msgspec.Struct, frozen=True):
    """A camera's newest picture: JPEG bytes, time taken (ISO 8601), lower-case hex SHA-256."""

    jpeg: bytes
    at: str
    sha256: str


class PicturesUnavailable(Exception):
    """The picture server did not answer."""


class Pictures:
    """A connection to the picture server."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._put = client.register_script(_PUT)

    @classmethod
    def open(cls, url: str | Path) -> "Pictures":
        """Return the store at ``redis://…`` or ``unix:///path``; it connects at the first use."""
        return cls(connect(str(url)))

    async def put(self, camera: str, picture: Picture) -> None:
        """Store a picture unless a newer one is stored. Raises PicturesUnavailable."""
        try:
            await self._put(
                keys=[f"picture:{camera}"],
                args=[picture.jpeg, picture.at, picture.sha256, repr(parse(picture.at)), KEPT_S],
            )
        except (RedisError, OSError) as error:
            raise PicturesUnavailable(str(error)) from error

    async def get(self, camera: str) -> Picture | None:
        """Return the newest picture, None when there is none. Raises PicturesUnavailable."""
        try:
            found = await cast("Any", self._client.hmget(f"picture:{camera}", ["jpeg", "at", "sha256"]))
        except (RedisError, OSError) as error:
            raise PicturesUnavailable(str(error)) from error
        jpeg, at, sha256 = found
        return Picture(jpeg, at.decode(), sha256.decode()) if jpeg else None

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()
