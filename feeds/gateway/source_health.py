"""State of each source by its last batch: live, late or lost, and the error of its clock."""

from collections import deque
from collections.abc import Mapping
from statistics import median
from typing import Any

__all__ = ["DEFAULT_INTERVAL_S", "LATE", "LOST", "SourceHealth"]

DEFAULT_INTERVAL_S = 60.0
LATE, LOST = 2.0, 5.0
"""After so many of its intervals without a batch a source is late, then lost."""

_BATCHES = 50


class _Source:
    __slots__ = ("interval", "last_at", "received", "skews")

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.last_at = float("-inf")
        self.received = ""
        self.skews: deque[float] = deque(maxlen=_BATCHES)


class SourceHealth:
    """Every client that has published. Ages use the event loop's clock, which never jumps."""

    def __init__(self, intervals: Mapping[str, float]) -> None:
        self._intervals = intervals
        self._sources: dict[str, _Source] = {}

    def note(self, client: str, received: str, *, age: float, loop_time: float) -> _Source:
        """Record that a batch of ``client`` was received ``age`` seconds ago."""
        source = self._sources.get(client)
        if source is None:
            source = _Source(self._intervals.get(client, DEFAULT_INTERVAL_S))
            self._sources[client] = source
        source.last_at = max(source.last_at, loop_time - max(0.0, age))
        source.received = received
        return source

    def note_batch(self, client: str, received: str, *, age: float, loop_time: float, skew: float) -> None:
        """Record a batch and its skew: received − newest ``at`` in it, seconds of city time."""
        known = self._sources.get(client)
        same = known is not None and known.received == received and known.skews
        source = self.note(client, received, age=age, loop_time=loop_time)
        if same:  # another record of the same batch
            source.skews[-1] = min(source.skews[-1], skew)
        else:
            source.skews.append(skew)

    def report(self, loop_time: float) -> dict[str, dict[str, Any]]:
        """Return state, age and skew (seconds) of every source."""
        return {name: _state_of(source, loop_time) for name, source in self._sources.items()}


def _state_of(source: _Source, loop_time: float) -> dict[str, Any]:
    age = max(0.0, loop_time - source.last_at)
    intervals = age / source.interval
    state = "lost" if intervals > LOST else "late" if intervals > LATE else "live"
    skew = median(source.skews) if source.skews else 0.0
    return {"state": state, "age_s": round(age, 1), "skew_s": round(skew, 3)}
