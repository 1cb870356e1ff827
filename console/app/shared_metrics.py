"""The gateway's figures, told through the picture store, so that one ``/metrics`` shows the whole."""

import contextlib
from collections.abc import Awaitable
from typing import Any, cast

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

__all__ = ["GatewayFigures", "read_figures", "write_figures"]

KEY = "figures:gateway"
KEPT_S = 30


class GatewayFigures(msgspec.Struct, frozen=True):
    """What a gateway counted since it started; lag in milliseconds, per topic."""

    accepted: dict[str, int] = {}
    duplicates: dict[str, int] = {}
    rejected: dict[str, int] = {}
    bad_frames: int = 0
    publishers: int = 0
    subscribers: int = 0
    cut: int = 0
    lag_ms: dict[str, int] = {}


async def write_figures(pictures: redis.Redis, figures: dict[str, Any]) -> None:
    """Leave the figures for a while; a store that does not answer loses them and nothing else."""
    with contextlib.suppress(RedisError, OSError):
        await pictures.set(KEY, msgspec.json.encode(figures), ex=KEPT_S)


async def read_figures(pictures: redis.Redis) -> GatewayFigures | None:
    """Return the newest figures, None when no gateway told any within half a minute."""
    try:
        data = await cast("Awaitable[bytes | None]", pictures.get(KEY))
        return None if data is None else msgspec.json.decode(data, type=GatewayFigures)
    except (RedisError, OSError, msgspec.MsgspecError):
        return None
