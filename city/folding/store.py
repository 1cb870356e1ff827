"""The store: the only writer of the city's state."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from city.facts.chain import Broken, Link, verify
from city.facts.fact import read_fact
from city.folding.fold import apply
from city.measures.fold_telemetry import join_registry, measure
from city.state.ledger_state import SCHEMA, CityState, LedgerState, SourceState

__all__ = ["ChainBroken", "Store", "read_snapshot", "write_snapshot"]


class ChainBroken(Exception):
    """The entries do not continue the chain; none of them was folded."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(f"position {broken.position}: {broken.reason}")
        self.broken = broken


class Store:
    """Holds the state and applies all changes to it: facts, measurements and the status of sources."""

    def __init__(self, ledger: LedgerState | None = None, *, keep_days: float = 0.0) -> None:
        """Begin with a state, or empty; then cases that are over leave after ``keep_days`` (0: never)."""
        self._keep_days = ledger.keep_days if ledger is not None else keep_days
        self.state = CityState(ledger or LedgerState(keep_days=keep_days))

    def reset(self) -> None:
        """Clear the state, because the ledger was replaced by another one."""
        revisions = self.state.revisions
        self.state = CityState(LedgerState(keep_days=self._keep_days))
        # Readers that kept a revision must see that every slice has changed.
        self.state.revisions = {name: count + 1 for name, count in revisions.items()}

    def commit(self, entries: Sequence[Link]) -> int:
        """Fold ledger entries that follow the present position; return how many were new.

        Entries at or before the present position are repeats and change nothing. Raises ChainBroken when
        the rest does not continue the chain; then nothing is folded.
        """
        ledger = self.state.ledger
        fresh = [entry for entry in entries if entry.position > ledger.position]
        end = verify(fresh, position=ledger.position, previous=ledger.hash)
        if isinstance(end, Broken):
            raise ChainBroken(end)
        touched: set[str] = set()
        for entry in fresh:
            try:
                fact = read_fact(entry.position, entry.recorded_at, entry.body)
            except ValueError:  # a body that is no fact must not stop the following ones
                ledger.refused["?"] = ledger.refused.get("?", 0) + 1
                continue
            touched.update(apply(ledger, fact))
        ledger.position, ledger.hash = end
        if "registry" in touched:
            join_registry(self.state)
        self.state.touch(*touched)
        return len(fresh)

    def measure(self, topic: str, records: Iterable[dict[str, Any]]) -> None:
        """Fold telemetry records of one topic; newest ``at`` per key wins."""
        self.state.touch(*measure(self.state, topic, records))

    def set_sources(self, sources: Iterable[SourceState]) -> None:
        """Set the status of the sources, as the gateway reports it."""
        by_name = {source.name: source for source in sources}
        if by_name != self.state.measured.sources:
            self.state.measured.sources = by_name
            self.state.touch("sources")


def write_snapshot(ledger: LedgerState, cursor: str) -> bytes:
    """Encode the ledger slices, and the feed cursor that continues after them, as bytes."""
    return msgspec.msgpack.encode([SCHEMA, ledger, cursor])


def read_snapshot(data: bytes) -> tuple[LedgerState, str]:
    """Decode a snapshot. Raises ValueError when it is damaged or of another schema."""
    try:
        schema, raw, cursor = msgspec.msgpack.decode(data, type=tuple[int, msgspec.Raw, str])
        if schema != SCHEMA:
            message = f"snapshot of schema {schema}, expected {SCHEMA}"
            raise ValueError(message)
        return msgspec.msgpack.decode(raw, type=LedgerState), cursor
    except msgspec.MsgspecError as error:
        message = f"snapshot cannot be read: {error}"
        raise ValueError(message) from error
