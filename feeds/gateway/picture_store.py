"""The picture store: the newest picture of each camera, kept for a minute and written to no log.

For a day it also keeps since when a camera's pictures look the same.
"""

from pathlib import Path
from typing import Any, cast

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

from city.clocks.timestamps import parse
from feeds.gateway.picture_looks import Look, differs
from feeds.storage.connections import connect

__all__ = ["KEPT_S", "Picture", "Pictures", "PicturesUnavailable", "Since"]

KEPT_S = 60
LOOK_KEPT_S = 86_400

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


class Since(msgspec.Struct, frozen=True):
    """Since when a camera's pictures are the same, and since when black (ISO 8601); '' = they are not."""

    same: str = ""
    dark: str = ""


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

    async def note_look(self, camera: str, at: str, look: Look) -> Since:
        """Compare a picture with the camera's earlier ones and return since when they are alike.

        A picture older than the last one changes nothing. Raises PicturesUnavailable.
        """
        key = f"look:{camera}"
        try:
            found = await cast("Any", self._client.hmget(key, ["mark", "at", "same", "dark"]))
            mark, last, same, dark = ((one or b"").decode() for one in found)
            if last and parse(last) >= parse(at):
                return Since(same, dark)
            is_same = bool(mark) and not differs(mark, look.mark)
            since = Since((same or last) if is_same else "", (dark or at) if look.is_black else "")
            # The first picture of a row stays the one to compare with: a slow change is a change.
            held: dict[Any, Any] = {
                "mark": mark if is_same else look.mark,
                "at": at,
                "same": since.same,
                "dark": since.dark,
            }
            await cast("Any", self._client.hset(key, mapping=held))
            await cast("Any", self._client.expire(key, LOOK_KEPT_S))
        except (RedisError, OSError) as error:
            raise PicturesUnavailable(str(error)) from error
        return since

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
