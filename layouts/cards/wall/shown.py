"""投到大屏: what a desk shows on this or another wall, by whom and until when."""

from typing import Any

from city.views.wall_seen import ShowSeen, WallSeen
from layouts.contract import Row, View, each_second

__all__ = ["Shown"]


class Shown:
    """Rows by the walls' names; ``at``, ``until`` are machine time, ``lon, lat`` None without a position."""

    key = "shown"
    reads = ("shows", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {}, [_row(show) for show in seen.shows])


def _row(show: ShowSeen) -> Row:
    placed = show.lon == show.lon and show.lat == show.lat
    fields: dict[str, Any] = {
        "kind": show.kind, "id": show.id, "by": show.by, "at": show.at, "until": show.until,
        "lon": show.lon if placed else None, "lat": show.lat if placed else None,
        "view": None if show.view is None else list(show.view), "class": show.class_key,
        "label": show.label, "road": show.road, "street": show.street,
    }  # fmt: skip
    return show.wall, fields
