"""在岗: whether the people of a workstation are on post, and the call-out test that they answer."""

from typing import Any

from city.views.holders.field_seen import StationSeen
from layouts.contract import View

__all__ = ["StationPost"]


class StationPost:
    """Scalars: ``code``, ``street``, ``shift`` at which they sign in, ``state`` of the post ('' = nobody),
    ``since``, ``holder`` and ``mark`` of who is there, ``test``: id, started, limit and own answer or None.
    """

    key = "station_post"
    reads = ("duty", "call_outs", "clock")

    def view(self, seen: StationSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        test = seen.call_out
        scalars: dict[str, Any] = {
            "code": seen.code, "street": seen.street, "shift": seen.shift, "state": seen.post_state,
            "since": seen.post_since, "holder": seen.holder, "mark": seen.holder_mark,
            "test": [test.id, test.started_at, test.limit_at, test.answered_at] if test else None,
        }  # fmt: skip
        return View(now, scalars, [])
