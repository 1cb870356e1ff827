"""What a machine with two cores must reach, and which of our figures has a peer in the same run."""

from typing import Any, Final

import msgspec

__all__ = ["PEERS", "TARGETS", "Peer", "Target", "number"]


class Target(msgspec.Struct, frozen=True):
    """A limit of one figure: at least or at most."""

    benchmark: str
    key: str
    limit: float
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Say whether the value is within the limit."""
        return value >= self.limit if self.at_least else value <= self.limit

    def used(self, value: float) -> float:
        """Return the share of the limit that the value uses: up to 1 is met, whichever way the limit is."""
        part, whole = (self.limit, value) if self.at_least else (value, self.limit)
        if not whole:  # a limit of nothing
            return 0.0 if self.is_met(value) else float("inf")
        return part / whole

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


class Peer(msgspec.Struct, frozen=True):
    """One of our figures beside that of the peer, from the same run."""

    benchmark: str
    label: str
    ours: str
    peer: str


TARGETS: Final = (
    Target("heat", "ratio_viewers", 100, at_least=True),
    Target("heat", "aggregate_ratio", 50, at_least=True),
    Target("heat", "refresh_ms", 10), Target("heat", "extra_viewer_ms", 0.2),
    Target("flow", "p50_ms", 30), Target("flow", "p99_ms", 120), Target("flow", "cpu_cores", 0.25),
    Target("flow", "city.cpu_cores", 1), Target("flow", "city.p50_ms", 60),
    Target("flow", "city.p99_ms", 250), Target("flow", "city.heat_lag_s", 2.5),
    Target("flow", "city.stalled.p50_ratio", 1.1), Target("flow", "city.stalled.p99_ratio", 1.2),
    Target("flow", "city.stalled.cpu_ratio", 1.05), Target("flow", "city.lost", 0),
    Target("flow", "city.burst.lost", 0), Target("flow", "city.burst.recovered_s", 10),
    Target("act", "answer_p99_ms", 40), Target("act", "seen_p99_ms", 150),
    Target("act", "commands_per_s", 1500, at_least=True),
    Target("screens", "rss_mb_per_1000", 20), Target("screens", "open_cpu_ms", 80),
    Target("screens", "reconnect50_s", 10),
    Target("browser", "script_ms", 16), Target("browser", "heap_mb_per_h", 1),
    Target("sensors", "page_p95_ms", 5000), Target("sensors", "unseen", 0),
    Target("sensors", "readings_s", 4950, at_least=True),
    Target("fold", "whole_s", 60), Target("fold", "tail_s", 5),
)  # fmt: skip

PEERS: Final = (
    Peer("flow", "send → wall, median, ms (peer: one plain Panel session a wall)", "p50_ms", "stock.p50_ms"),
    Peer("flow", "send → wall, 99 %, ms (the same)", "p99_ms", "stock.p99_ms"),
    Peer("flow", "cores (the same)", "cpu_cores", "stock.cpu_cores"),
    Peer(
        "heat", "a refresh, ms of a core: ours for 50 viewers, peer rasterize + shade for 1",
        "ours_50_viewers_ms", "stock_session_ms",
    ),
    Peer("act", "press → answer, median, ms (peer: a plain append)", "answer_p50_ms", "floor.p50_ms"),
    Peer("act", "press → answer, 99 %, ms (the same)", "answer_p99_ms", "floor.p99_ms"),
    Peer("draw", "ages in 200 rows, script ms (peer: by hand)", "ages.lit.script_ms", "ages.hand.script_ms"),
)  # fmt: skip


def number(figures: dict[str, Any], key: str) -> float | None:
    """Return a figure as a number, None where there is none."""
    value = figures.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return float(value)
