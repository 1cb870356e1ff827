"""The gateway's metrics, shared through the picture store, so that one ``/metrics`` shows all of them."""

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
    """Counts of a gateway since its start; lag in milliseconds per topic."""

    accepted: dict[str, int] = {}
    duplicates: dict[str, int] = {}
    rejected: dict[str, int] = {}
    bad_frames: int = 0
    publishers: int = 0
    subscribers: int = 0
    cut: int = 0
    lag_ms: dict[str, int] = {}


async def write_figures(pictures: redis.Redis, figures: dict[str, Any]) -> None:
    """Store the figures for 30 s. An unreachable store loses them; that is no error."""
    with contextlib.suppress(RedisError, OSError):
        await pictures.set(KEY, msgspec.json.encode(figures), ex=KEPT_S)


async def read_figures(pictures: redis.Redis) -> GatewayFigures | None:
    """Return the newest figures, None when no gateway wrote any within 30 s."""
    try:
        data = await cast("Awaitable[bytes | None]", pictures.get(KEY))
        return None if data is None else msgspec.json.decode(data, type=GatewayFigures)
    except (RedisError, OSError, msgspec.MsgspecError):
        return None
