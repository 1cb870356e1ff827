"""The streets: which streets have overdue or critical cases."""

from collections import Counter

from city.views.wall_seen import WallSeen
from layouts.contract import View, each_second

__all__ = ["Streets"]


class Streets:
    """Rows: only the streets with ``overdue`` or ``critical`` open cases, worst first.

    Scalar ``known`` is False when no data were received yet. The page has all codes and their names.
    """

    key = "streets"
    reads = ("cases", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        city = seen.clock.at(now)
        overdue = Counter(
            case.street for case in seen.cases if case.due_at is not None and case.due_at < city
        )
        critical = Counter(case.street for case in seen.cases if case.urgency == "critical")
        codes = sorted(
            (overdue | critical).keys() - {""},
            key=lambda code: (-critical[code], -overdue[code], code),
        )
        rows = [(code, {"overdue": overdue[code], "critical": critical[code]}) for code in codes]
        return View(now, {"known": seen.position > 0}, rows)
