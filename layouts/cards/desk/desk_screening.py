"""人工复核: the detections that wait for a person, in the order in which their time ends."""

from typing import Any, Final

from city.views.desk_seen import DeskSeen, DetectionSeen
from layouts.contract import Row, View

__all__ = ["MOST", "DeskScreening"]

MOST: Final = 60
"""Rows that are sent; more than these nobody screens before they expire."""


class DeskScreening:
    """Rows by ids of detections. Scalars: ``waiting`` and ``hazards`` (counts; None = not known).

    Of a row: ``class`` (key of its words), ``label`` and ``street`` (its camera's roads), ``until`` (city
    seconds), ``state`` (screening, notice), ``algo`` (algorithm and version), and what a command needs:
    ``version``.
    """

    key = "desk_screening"
    reads = ("detections", "registry")

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        if not seen.position:
            return View(now, {"waiting": None, "hazards": None})
        waiting = seen.detections
        scalars = {"waiting": len(waiting), "hazards": sum(one.hazard for one in waiting)}
        return View(now, scalars, [_row(one) for one in waiting[:MOST]])


def _row(one: DetectionSeen) -> Row:
    fields: dict[str, Any] = {
        "class": one.category.replace(":", "."), "camera": one.camera, "label": one.label,
        "street": one.street, "at": one.at, "until": one.until, "state": one.state, "hazard": one.hazard,
        "confidence": one.confidence, "algo": " ".join(filter(None, (one.algorithm, one.algo_version))),
        "notice_to": one.notice_to, "version": one.version,
    }  # fmt: skip
    return one.id, fields
