"""What desks see of the hotline: callers who wait, the day's balance of reports, and what is deferred.

The cost of a look is the number of cases that changed since the last one.
"""

from collections import Counter, defaultdict
from typing import Final

import msgspec

from city.cases.callers import awaits_call_back, awaits_contact, ending_of, orders_of
from city.commands.hotline.order_limits import call_back_by, contact_by
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import Case, LedgerState
from city.state.row_keys import row_key_of

__all__ = ["BALANCE", "Due", "HotlineSeen", "HotlineView"]

DAY_S: Final = 86_400.0
BALANCE: Final = ("filed", "merged", "rejected", "waiting", "other")
"""What became of the reports of a day; together they are all of them."""


class Due(msgspec.Struct, frozen=True):
    """A caller who waits: the mark of the order, and until when (city epoch seconds)."""

    key: str
    at: float


class HotlineSeen(msgspec.Struct, frozen=True):
    """Callers who wait, most urgent first, and the balance of the reports of the present city day."""

    contact: tuple[Due, ...] = ()
    call_back: tuple[Due, ...] = ()
    reported: int = 0
    balance: dict[str, int] = {}


class HotlineView:
    """Keeps the lists and counts of one ledger; :meth:`see` updates them by the cases that changed."""

    def __init__(self, rules: DecisionRules) -> None:
        self._rules = rules
        self._begin(None)

    def _begin(self, ledger: LedgerState | None) -> None:
        self._ledger, self._changed, self._left = ledger, 0, 0
        self._contact: dict[str, Due] = {}
        self._call_back: dict[str, Due] = {}
        self._moved = True
        self._fate: dict[str, tuple[int, str]] = {}
        self._days: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._reported: Counter[int] = Counter()
        self._lists: tuple[tuple[Due, ...], tuple[Due, ...]] = ((), ())
        self._seen = HotlineSeen()
        self._day = 0

    def see(self, ledger: LedgerState, city_now: float) -> HotlineSeen:
        """Return what desks see at a city time; the same value while nothing changed."""
        if ledger is not self._ledger:
            self._begin(ledger)
        if ledger.left != self._left:
            self._left = ledger.left
            self._fate = {key: fate for key, fate in self._fate.items() if key in ledger.cases}
        changed = ledger.changed_since(self._changed)
        for case in changed:
            self._changed = max(self._changed, case.changed)
            self._count(case)
            for order in orders_of(ledger, case):  # their call-back depends on this case's end
                self._wait(ledger, order)
        day = self._day_of(city_now)
        if changed or day != self._day:
            self._day = day
            if self._moved:
                self._lists = (_sorted(self._contact), _sorted(self._call_back))
                self._moved = False
            self._seen = HotlineSeen(
                *self._lists, self._reported[day], {name: self._days[day][name] for name in BALANCE}
            )
        return self._seen

    def _day_of(self, at: float) -> int:
        return int((at + self._rules.zone_offset_s) // DAY_S)

    def _count(self, case: Case) -> None:
        day, fate = self._day_of(case.recorded_at), _fate(case)
        before = self._fate.get(case.key)
        if before is None:
            self._reported[day] += 1
        else:
            self._days[day][before[1]] -= 1
        self._fate[case.key] = (day, fate)
        self._days[day][fate] += 1

    def _wait(self, ledger: LedgerState, order: Case) -> None:
        rules, key = self._rules, order.key
        if not awaits_contact(order):
            self._moved |= self._contact.pop(key, None) is not None
        elif key not in self._contact:
            at = contact_by(order, rules.numbers, rules.calendar, rules.zone_offset_s)
            self._contact[key] = Due(row_key_of(key), at)
            self._moved = True
        end = ending_of(ledger, order) if awaits_call_back(order) else None
        if end is None or end.state != "closed" or end.file.closed_at is None:
            self._moved |= self._call_back.pop(key, None) is not None
        elif key not in self._call_back:
            at = call_back_by(end.file.closed_at, rules.numbers, rules.calendar, rules.zone_offset_s)
            self._call_back[key] = Due(row_key_of(key), at)
            self._moved = True


def _fate(case: Case) -> str:
    if case.state in ("reported", "verifying"):
        return "waiting"
    if case.state in ("merged", "rejected"):
        return case.state
    return "filed" if case.file.own and case.file.filed_at is not None else "other"


def _sorted(due: dict[str, Due]) -> tuple[Due, ...]:
    return tuple(sorted(due.values(), key=lambda one: (one.at, one.key)))
