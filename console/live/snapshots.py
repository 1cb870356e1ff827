"""Snapshots of the folded ledger state, from which console and engine start."""

from pathlib import Path

from city.folding.store import read_snapshot, write_snapshot
from city.state.ledger_state import SCHEMA, LedgerState
from feeds.storage.snapshot_files import SnapshotFiles

__all__ = ["Snapshots"]


class Snapshots:
    """The snapshots in a folder; only the engine writes them."""

    def __init__(self, folder: Path) -> None:
        self._files = SnapshotFiles(folder, SCHEMA)

    def write(self, ledger: LedgerState, cursor: str) -> None:
        """Write one; older ones are deleted only after it is complete."""
        self._files.write(ledger.position, [write_snapshot(ledger, cursor)])

    def newest(self) -> tuple[LedgerState, str] | None:
        """Return the newest readable one with its cursor; None when there is none."""
        return self._files.newest(lambda pieces: read_snapshot(b"".join(pieces)))
