"""数据源: the state of every source; late and lost ones are highlighted."""

from city.views.wall_seen import SourceSeen, WallSeen
from layouts.contract import Row, View, each_second

__all__ = ["Sources"]

ORDER = {"lost": 0, "late": 1, "live": 2}
SKEW_SHOWN_S = 60.0


class Sources:
    """Rows, the worst first: ``freshness``; ``heard_at`` (machine seconds) of those not live; ``skew_s``."""

    key = "sources"
    reads = ("sources", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        ranked = sorted(seen.sources, key=lambda s: (ORDER[s.freshness], s.name))
        return View(now, {}, [_row(source) for source in ranked])


def _row(source: SourceSeen) -> Row:
    # A live source sends every second; sending its time would be a change at every look.
    fields = {
        "freshness": source.freshness,
        "heard_at": None if source.freshness == "live" else source.heard_at,
        "skew_s": round(source.skew_s) if abs(source.skew_s) >= SKEW_SHOWN_S else 0,
    }
    return source.name, fields
