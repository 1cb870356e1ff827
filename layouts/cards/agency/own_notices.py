"""智能发现告知: what a camera saw in the holder's area, which it may correct before a case is filed."""

from city.views.holders.agency_seen import AgencySeen
from layouts.contract import View

__all__ = ["MOST", "OwnNotices"]

MOST = 30
"""Rows that are sent; the first to end come first."""


class OwnNotices:
    """Rows by ids of detections. Scalars: ``notices`` (all of them).

    Of a row: ``class`` (key of its words), ``label`` and ``street`` (its camera's roads), ``at`` and
    ``until`` (city seconds), ``version``.
    """

    key = "own_notices"
    reads = ("detections", "registry")

    def view(self, seen: AgencySeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        rows = [
            (
                one.id,
                {
                    "class": one.category.replace(":", "."), "label": one.label, "street": one.street,
                    "at": one.at, "until": one.until, "version": one.version,
                },
            )
            for one in seen.notices[:MOST]
        ]  # fmt: skip
        return View(now, {"notices": len(seen.notices)}, rows)
