"""The counts behind the indicators of domain §6.1, gathered in one pass over the cases.

Own cases are counted. Mirrored cases count as reports only (K01), because their limits are unknown. ``P`` is
the period, its end excluded.
"""

from collections import defaultdict

from city.dispatch.ordinary import is_ordinary
from city.indicators.indicator import Counted, Indicator, Input, share
from city.state.case_file import CaseFile, Ruling
from city.state.hotline_records import Relaxation, shifted_due
from city.state.ledger_state import Case

__all__ = ["COMPLAINTS", "Tally", "holder_due"]

COMPLAINTS = frozenset({"hotline_12345", "hotline_12319", "web_app", "media"})
"""Channels by which the public complains."""
ORDERS = "hotline_12345"
MAKE_SAFE_S = 3600.0
NO_CASE = frozenset({"rejected", "merged", "voided"})
PAUSED = frozenset({"suspended", "transferred_up"})
HANDLED = frozenset({"handled", "closed"})
UNKNOWN = frozenset({"unknown", "disputed"})
MIRRORED = "mirrored"
"""Reason of a ruling that another system had requested: its limit is not ours."""
SATISFIED = frozenset({"very_satisfied", "satisfied"})


class Tally:
    """Counts of one period. ``now`` and the period's ends are city epoch seconds.

    ``relaxation`` shifts the holders' deadlines of ordinary cases (灾害顺延), never the citizens'.
    """

    def __init__(
        self, period: tuple[float, float], now: float, relaxation: Relaxation | None = None
    ) -> None:  # fmt: skip
        self.begin, self.end = period
        self.relaxation = relaxation
        self.now = now
        self.n: defaultdict[str, int] = defaultdict(int)
        self.shares: defaultdict[str, Counted] = defaultdict(Counted)
        """Indicator → what it counts."""
        self.channels: dict[str, int] = {}
        self.citizen_s: list[float] = []
        self.agency_s: list[float] = []
        self.oldest_return: float | None = None
        self.orders: list[Case] = []
        """Orders of the hotline reported in P."""
        self.closed: list[Case] = []
        """Cases closed in P."""

    def __getitem__(self, name: str) -> int:
        return self.n[name]

    def share(self, key: str, **inputs: Input) -> Indicator:
        """Return the share that has been counted for an indicator."""
        return share(key, self.shares[key], **inputs)

    def within(self, at: float | None) -> bool:
        """Whether a time lies in P."""
        return at is not None and self.begin <= at < self.end

    def add(self, case: Case) -> None:
        """Count one case."""
        file = case.file
        reported = self.within(case.at)
        if reported:
            self.n["reported"] += 1
            self.channels[case.channel] = self.channels.get(case.channel, 0) + 1
            if case.channel == ORDERS and case.state != "voided":
                self.orders.append(case)
        if not file.own:
            return
        if reported:
            self._reported(case, file)
        if self.within(file.filed_at):
            self._filed(case, file)
        self._dispatch(file)
        self._handling(case, file)
        self._closing(case, file)
        self._ruling(case, file)

    def _reported(self, case: Case, file: CaseFile) -> None:
        filed = file.filed_at is not None
        if filed or file.state in ("rejected", "merged"):
            self.shares["K02"].add(filed)
        if case.hazard and file.state not in NO_CASE:
            done = file.make_safe.done_at if file.make_safe is not None else None
            self.shares["K14"].add(done is not None and done - case.at <= MAKE_SAFE_S)
        if case.channel == "inspector":
            self.shares["K24"].add(filed)
            self.shares["K24b"].add(file.state == "merged")
        if case.channel == ORDERS and file.state != "voided":
            self._order(file)

    def _order(self, file: CaseFile) -> None:
        """Count the caller's answers in the call-back."""
        if not file.satisfaction and not file.resolved:
            return
        reached = file.satisfaction != "unreachable"
        self.shares["K15b"].add(reached and file.resolved == "solved")
        self.shares["K15d"].add(not reached)
        if reached and file.satisfaction:
            self.shares["K15c"].add(file.satisfaction in SATISFIED)

    def _filed(self, case: Case, file: CaseFile) -> None:
        self.n["filed"] += 1
        if case.kind == "component":
            self.shares["K03"].add(file.owner_state_at_filing in UNKNOWN)

    def _dispatch(self, file: CaseFile) -> None:
        first = file.first_dispatched_at
        if file.dispatch_by is not None and self.within(file.dispatch_by):
            gone = not file.is_open or file.state == "transferred_up"
            if first is not None or not gone:  # a case that ended before its dispatch was due does not count
                self.shares["K04"].add(first is not None and first <= file.dispatch_by)
        if self.within(first):
            bounced = any(bounce.counts for bounce in file.bounces)
            misdirected = bounced or any(bounce.reason == "wrong_category" for bounce in file.bounces)
            self.n["misdirected"] += misdirected
            self.shares["K05"].add(not misdirected)
            self.shares["K11"].add(bounced)
            looped = bool(file.bounces) and any(ruling.reason == "loop" for ruling in _rulings(file))
            self.shares["K11b"].add(looped)

    def _handling(self, case: Case, file: CaseFile) -> None:
        """Count cases that were due in P: by the holder's limit or, without a holder, by the citizen's."""
        due = file.fix_by_at if file.holder_due_at is None else holder_due(case, self.relaxation)
        if due is None or not self.within(due) or file.state in NO_CASE:
            return
        if file.state in PAUSED:
            self.n["due_paused"] += 1
            return
        at = file.closed_at if file.handled_at is None else file.handled_at
        handled = file.state in HANDLED  # a case that failed its check is in handling again
        self.shares["K06"].add(handled)
        self.shares["K06b"].add(handled and at is not None and at <= due)

    def _closing(self, case: Case, file: CaseFile) -> None:
        deadline = file.deadline_at
        closed_at = file.closed_at if file.state == "closed" else None
        if deadline is not None and self.within(deadline) and file.state not in NO_CASE:
            if file.state in PAUSED:
                self.n["deadline_paused"] += 1
            else:
                in_time = closed_at is not None and closed_at <= deadline
                self.shares["K07"].add(closed_at is not None)
                self.shares["K08"].add(closed_at is not None and (in_time or file.timeout_exempt))
                self.n["exempt"] += closed_at is not None and file.timeout_exempt and not in_time
        if file.check is not None and self.within(file.check.at):
            self.shares["K09"].add(file.reworks >= 1)
        if closed_at is not None and self.within(closed_at):
            self.closed.append(case)
            self.citizen_s.append(closed_at - case.at - file.suspended_s)
            if file.handled_at is not None and file.dispatched_at is not None:
                took = file.handled_at - file.dispatched_at - file.suspended_s
                self.agency_s.append(max(0.0, took))  # another holder's suspension counts too

    def _ruling(self, case: Case, file: CaseFile) -> None:
        if file.state == "ruling":
            self.n["hanging"] += 1
            since = file.first_return_at
            if since is not None and (self.oldest_return is None or since < self.oldest_return):
                self.oldest_return = since
        for ruling in _rulings(file):
            if ruling.reason != MIRRORED and self.within(ruling.due_at):
                in_time = ruling.ruled_at is not None and ruling.ruled_at <= ruling.due_at
                self.shares["K13"].add(in_time)
            if self.within(ruling.ruled_at):
                self.shares["K13b"].add(bool(ruling.registered))


def holder_due(case: Case, relaxation: Relaxation | None) -> float | None:
    """Return the holder's deadline; that of an ordinary case is shifted by 灾害顺延."""
    file = case.file
    due = file.holder_due_at
    if due is None or file.dispatched_at is None or not is_ordinary(case):
        return due
    return shifted_due(due, file.dispatched_at, relaxation)


def _rulings(file: CaseFile) -> tuple[Ruling, ...]:
    """Return every ruling that was requested on a case."""
    if file.ruling is None or file.ruling in file.rulings:
        return file.rulings
    return (*file.rulings, file.ruling)
