"""Snapshots of the folded ledger state, from which console and engine start."""

from pathlib import Path

from city.cases.leaving import LEAST_DAYS
from city.folding.store import read_snapshot, write_snapshot
from city.state.ledger_state import SCHEMA, LedgerState
from console.deployment.garbage_collection import lasting_objects
from console.deployment.settings import Settings
from feeds.storage.snapshot_files import SnapshotFiles

__all__ = ["Snapshots", "kept_days"]


class Snapshots:
    """The snapshots in a folder; only the engine writes them."""

    def __init__(self, folder: Path) -> None:
        self._files = SnapshotFiles(folder, SCHEMA)

    def write(self, ledger: LedgerState, cursor: str) -> None:
        """Write one; older ones are deleted only after it is complete."""
        self._files.write(ledger.position, [write_snapshot(ledger, cursor)])

    def newest(self, keep_days: float = 0.0) -> tuple[LedgerState, str] | None:
        """Return the newest readable one with its cursor; None when there is none.

        One whose cases leave after another number of days is skipped: it is not what a whole fold gives.
        """
        with lasting_objects():
            return self._files.newest(lambda pieces: _read(b"".join(pieces), keep_days))


def kept_days(settings: Settings) -> float:
    """Return for how many days the processes of a deployment keep cases that are over."""
    return max(LEAST_DAYS, settings.ledger_days)


def _read(data: bytes, keep_days: float) -> tuple[LedgerState, str]:
    ledger, cursor = read_snapshot(data)
    if ledger.keep_days != keep_days:
        message = f"snapshot keeps cases for {ledger.keep_days:g} days, expected {keep_days:g}"
        raise ValueError(message)
    return ledger, cursor
