"""Reads and writes the gateway's snapshots, so that a start folds only the facts after the newest one."""

import asyncio
from pathlib import Path

import structlog

from feeds.gateway.ledger_rows import SCHEMA, LedgerRows, read_rows, write_rows
from feeds.ledger.ledger import Ledger
from feeds.storage.snapshot_files import SnapshotFiles

__all__ = ["SNAPSHOT_FACTS", "RowSnapshots"]

SNAPSHOT_FACTS = 50_000
"""A snapshot is written after so many facts, and at the end."""

log = structlog.get_logger(__name__)


class RowSnapshots:
    """The snapshots in ``folder`` of the rows of ``ledger``; without a folder there are none.

    The rows keep closed cases for ``keep_s`` seconds.
    """

    def __init__(self, folder: Path | None, ledger: Ledger, *, keep_s: float) -> None:
        self._keep_s = keep_s
        self._files = SnapshotFiles(folder, SCHEMA) if folder else None
        self._ledger = ledger
        self._written = 0
        self._writing: asyncio.Task[None] | None = None

    async def newest(self) -> LedgerRows:
        """Return the rows of the newest snapshot of this ledger; without one, none.

        Raises LedgerUnavailable, SegmentDamaged.
        """
        rows = await self._read()
        rows.keep_s = self._keep_s
        self._written = rows.position
        return rows

    async def _read(self) -> LedgerRows:
        found = await asyncio.to_thread(self._files.newest, read_rows) if self._files else None
        if found is None:
            return LedgerRows()
        epoch, rows = found
        entries = await self._ledger.at([rows.position]) if epoch == await self._ledger.epoch() else []
        if [entry.hash for entry in entries] != [rows.hash]:
            log.warning("snapshot_of_another_ledger", position=rows.position)
            return LedgerRows()
        return rows

    def write_when_due(self, rows: LedgerRows, epoch: str) -> None:
        """Write a snapshot in the background when enough facts were folded since the last one."""
        is_free = self._writing is None or self._writing.done()
        if is_free and rows.position - self._written >= SNAPSHOT_FACTS:
            self._writing = asyncio.create_task(self._write(rows, epoch))

    async def write_last(self, rows: LedgerRows, epoch: str) -> None:
        """Write a snapshot at the end, if there are facts after the last one."""
        if self._writing is not None:
            await self._writing
        if rows.position != self._written:
            await self._write(rows, epoch)

    async def _write(self, rows: LedgerRows, epoch: str) -> None:
        self._written = rows.position
        if self._files is None:
            return
        try:
            await asyncio.to_thread(self._files.write, rows.position, write_rows(rows.copy(), epoch))
        except OSError as error:  # only the next start takes longer
            log.warning("snapshot_not_written", reason=str(error))
