"""Log connection of the command line: to the configured server, a running demo's, or one started for it."""

import asyncio
import fcntl
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from console.deployment.settings import Settings
from feeds.ledger.ledger import Ledger, LedgerUnavailable
from feeds.storage.embedded_servers import EmbeddedServers

__all__ = ["DataDirTaken", "lock_data_dir", "open_ledger", "socket_dir"]


class DataDirTaken(OSError):
    """Another citywall process uses this data dir."""


@asynccontextmanager
async def open_ledger(settings: Settings) -> AsyncIterator[Ledger]:
    """Yield the ledger of these settings; starts a stopped demo's server while the ledger is in use.

    Raises LedgerUnavailable, DataDirTaken.
    """
    segments = settings.data_dir / "ledger"
    url = settings.log_url or f"unix://{socket_dir(settings.data_dir.resolve()) / 'log.sock'}"
    try:
        ledger = await Ledger.open(url, segments=segments)
    except LedgerUnavailable:
        if settings.log_url:
            raise
    else:
        try:
            yield ledger
        finally:
            await ledger.close()
        return
    lock = lock_data_dir(settings.data_dir)
    servers = EmbeddedServers(settings.data_dir, socket_dir=socket_dir(settings.data_dir.resolve()))
    await asyncio.to_thread(servers.start, take_over=True)
    try:
        ledger = await Ledger.open(servers.log_url, segments=segments)
        try:
            yield ledger
        finally:
            await ledger.close()
    finally:
        await asyncio.to_thread(servers.stop)
        lock.close()


def lock_data_dir(data: Path) -> IO[str]:
    """Lock a data dir for this process until the returned file is closed. Raises DataDirTaken."""
    lock = (data / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        message = f"data dir {data}: another citywall is running on it"
        raise DataDirTaken(message) from error
    return lock


def socket_dir(data: Path) -> Path:
    """Return the folder of the Unix sockets: a socket's path may have at most about 100 bytes."""
    if len(str(data)) < 80:
        return data
    mark = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"citywall-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
