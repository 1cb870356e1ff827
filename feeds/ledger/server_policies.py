"""Policies: the settings and the state that the log server and the disk need for durable appends.

Checked when a process starts and every minute. With any of these problems an append can fail or be lost.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, cast

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError, ResponseError

from feeds.ledger.ledger import LedgerUnavailable

__all__ = ["Problem", "check_disk", "check_server", "judge_state"]

LEAST_VERSION = (7, 2)
WANTED = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


class Problem(msgspec.Struct, frozen=True):
    """A problem that makes appends unsafe: a code for programs, a text for the operator."""

    code: str
    text: str


async def check_server(client: redis.Redis) -> list[Problem]:
    """Return the problems in the log server's settings and state. Raises LedgerUnavailable."""
    try:
        info: dict[str, Any] = await client.info()
        settings = await _settings(client)
    except (RedisError, OSError) as error:
        raise LedgerUnavailable(str(error)) from error
    return [*_judge_settings(settings), *judge_state(info)]


async def _settings(client: redis.Redis) -> dict[str, str] | None:
    """Return the checked settings, None when the server does not allow reading them."""
    found: dict[str, str] = {}
    try:
        for name in WANTED:
            found.update(cast("dict[str, str]", await client.config_get(name)))
    except ResponseError:
        return None
    return found


def _judge_settings(settings: dict[str, str] | None) -> list[Problem]:
    if settings is None:
        text = "the log server does not let us read its settings (CONFIG GET), so they cannot be checked"
        return [Problem("settings_unreadable", text)]
    return [
        Problem(f"log_{name}", f"the log server's {name} is {settings.get(name)!r}, it must be {wanted!r}")
        for name, wanted in WANTED.items()
        if settings.get(name) != wanted
    ]


def judge_state(info: dict[str, Any]) -> list[Problem]:
    """Return the problems of a log server with this answer to INFO."""
    found = []
    version = str(info.get("redis_version", "0"))
    if "valkey_version" not in info and _numbers(version) < LEAST_VERSION:
        text = f"the log server is version {version}; it must be Redis 7.2 or newer, or Valkey"
        found.append(Problem("log_version", text))
    if info.get("redis_mode") == "cluster" or info.get("cluster_enabled") == 1:
        found.append(Problem("log_cluster", "the log server is a cluster; one ledger needs one server"))
    if info.get("role") == "slave":
        found.append(Problem("log_replica", "the log server is a replica; facts go to its master"))
    if info.get("aof_last_write_status", "ok") != "ok":
        text = "the log server could not write its file the last time: is its disk full?"
        found.append(Problem("log_not_written", text))
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def check_disk(data_dir: Path, min_free_mb: int) -> list[Problem]:
    """Return the problems of the data dir's disk: not writable, or less than ``min_free_mb`` MB free."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=data_dir, prefix="probe-", suffix=".partial") as probe:
            probe.write(b"probe")
            probe.flush()
            os.fsync(probe.fileno())
        free = shutil.disk_usage(data_dir).free // 1_000_000
    except OSError as error:
        text = f"cannot write in the data dir {data_dir}: {error.strerror or error}"
        return [Problem("data_dir_not_writable", text)]
    if free < min_free_mb:
        text = f"{free} MB are free in {data_dir}, at least {min_free_mb} are needed"
        return [Problem("disk_almost_full", text)]
    return []
