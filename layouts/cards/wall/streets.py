"""The streets: which streets have overdue or critical cases."""

from collections import Counter

from city.views.wall_seen import CaseSeen, WallSeen
from layouts.case_tally import CaseTally
from layouts.contract import View, each_second

__all__ = ["Streets"]


class Streets:
    """Rows: only the streets with ``overdue`` or ``critical`` open cases, worst first.

    Scalar ``known`` is False when no data were received yet. The page has all codes and their names.
    """

    key = "streets"
    reads = ("cases", each_second)

    def __init__(self) -> None:
        self._cases = CaseTally[CaseSeen](
            counts={
                "critical": lambda case: (case.street,) if case.urgency == "critical" else (),
                "street": lambda case: (case.street,),
            },
            orders={
                "due": lambda case, _: None if case.due_at is None else (case.street, case.due_at, case.key)
            },
        )

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        city = seen.clock.at(now)
        self._cases.follow(seen)
        critical, dues = self._cases.counts["critical"], self._cases.orders["due"]
        # By street, then by time: the overdue ones of a street are those between two keys.
        overdue = Counter(
            {code: dues.before(code, city) - dues.before(code) for code in self._cases.counts["street"]}
        )
        codes = sorted(
            (+overdue | critical).keys() - {""},
            key=lambda code: (-critical[code], -overdue[code], code),
        )
        rows = [(code, {"overdue": overdue[code], "critical": critical[code]}) for code in codes]
        return View(now, {"known": seen.position > 0}, rows)
