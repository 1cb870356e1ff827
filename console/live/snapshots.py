"""Snapshots on disk: the folded ledger state at a position, so that a start need not fold all facts."""

from pathlib import Path

import structlog
import zstandard

from city.folding.store import read_snapshot, write_snapshot
from city.state.ledger_state import SCHEMA, LedgerState

__all__ = ["Snapshots"]

log = structlog.get_logger()


class Snapshots:
    """The folder ``snapshots/<position>.<schema>.zst``; the newest two are kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, ledger: LedgerState, cursor: str) -> None:
        """Write one; older ones are deleted only after it is complete."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{ledger.position:012d}.{SCHEMA}.zst"
        partial = path.with_suffix(".partial")
        partial.write_bytes(zstandard.ZstdCompressor().compress(write_snapshot(ledger, cursor)))
        partial.rename(path)
        for old in self._paths()[:-2]:
            old.unlink()

    def newest(self) -> tuple[LedgerState, str] | None:
        """Return the newest readable one with its cursor; None when there is none."""
        for path in reversed(self._paths()):
            try:
                return read_snapshot(zstandard.ZstdDecompressor().decompress(path.read_bytes()))
            except (OSError, ValueError, zstandard.ZstdError) as error:
                log.warning("snapshot_skipped", path=str(path), reason=str(error))
        return None

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(f"*.{SCHEMA}.zst"))
