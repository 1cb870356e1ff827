"""The composite score of a street or an agency (domain §6.5), with the raw cases behind it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from city.indicators.indicator import FEW
from city.indicators.principles import OWN_EYES
from city.indicators.tally import SATISFIED, holder_due
from city.state.case_file import CaseFile
from city.state.hotline_records import DEFER
from city.state.ledger_state import Case, LedgerState

__all__ = ["SCALES", "Scale", "Score", "ScoredCase", "score_of"]

PAUSED: Final = frozenset({"suspended", "transferred_up"})
GONE: Final = frozenset({"rejected", "merged", "voided"})


class Scale(msgspec.Struct, frozen=True):
    """How a rate (percent) becomes 0 … 1: ``floor`` or worse is 0, ``target`` or better is 1.

    Where lower is better, ``floor`` is the larger number.
    """

    weight: float
    floor: float
    target: float

    def level(self, rate: float) -> float:
        """Return the level of a rate, 0 … 1."""
        return min(1.0, max(0.0, (rate - self.floor) / (self.target - self.floor)))


SCALES: Final[Mapping[str, Scale]] = {
    "in_time": Scale(25, 70, 95),
    "rework": Scale(10, 15, 2),
    "satisfied": Scale(15, 60, 95),
    "overruled": Scale(15, 20, 0),
    "make_safe": Scale(10, 70, 100),
    "discovery": Scale(10, 20, 70),
    "acknowledged": Scale(10, 70, 98),
    "data_quality": Scale(5, 80, 100),
}
"""Part of the score → its weight and scale. ``data_quality`` has no facts behind it yet: it never counts."""


class ScoredCase(msgspec.Struct, frozen=True):
    """A case (its key) or a linkage task (``task:<id>``) that one part counts, and whether it meets it."""

    key: str
    met: bool


class Score(msgspec.Struct, frozen=True):
    """A score with everything that it is made of; ``value`` is None when no part has enough data.

    ``indicators``: part → rate in percent, None when fewer than twenty are counted. ``counts``: part →
    (those that meet it, all). ``exempt`` are the keys of cases that an upheld appeal exempts.
    """

    holder: str
    value: float | None
    indicators: Mapping[str, float | None]
    weights: Mapping[str, float]
    counts: Mapping[str, tuple[int, int]]
    exempt: tuple[str, ...]
    cases: Mapping[str, tuple[ScoredCase, ...]]

    @property
    def band(self) -> str:
        """Return green (90 or more), yellow (75 or more) or red; '' without a score."""
        if self.value is None:
            return ""
        return "green" if self.value >= 90 else "yellow" if self.value >= 75 else "red"


def score_of(state: LedgerState, holder: str, period: tuple[float, float]) -> Score:
    """Return the score of a street or an agency, by its code, over [begin, end) in city epoch seconds.

    A refusal counts only when a ruling then gave the case to the one who had refused it.
    """
    counted = _Counted(state, holder, period)
    for case in state.cases.values():
        if case.file.own:
            counted.add(case)
    for task in state.tasks.values():
        if task.agency == holder and counted.within(task.ack_by):
            at = task.acknowledged.at if task.acknowledged is not None else None
            counted.acknowledge(f"task:{task.id}", at, task.ack_by)
    cases = {name: tuple(counted.cases[name]) for name in SCALES}
    counts = {name: (sum(one.met for one in found), len(found)) for name, found in cases.items()}
    rates = {
        name: round(100.0 * met / every, 1) if every >= FEW else None for name, (met, every) in counts.items()
    }
    weights = {name: SCALES[name].weight for name, rate in rates.items() if rate is not None}
    points = sum(weight * SCALES[name].level(rates[name] or 0.0) for name, weight in weights.items())
    value = round(100.0 * points / sum(weights.values()), 1) if weights else None
    return Score(holder, value, rates, weights, counts, tuple(counted.exempt), cases)


class _Counted:
    def __init__(self, state: LedgerState, holder: str, period: tuple[float, float]) -> None:
        self.holder = holder
        self._begin, self._end = period
        self._relaxation = state.relaxations.get(DEFER)
        self.cases: defaultdict[str, list[ScoredCase]] = defaultdict(list)
        self.exempt: list[str] = []

    def within(self, at: float | None) -> bool:
        return at is not None and self._begin <= at < self._end

    def add(self, case: Case) -> None:
        file = case.file
        if file.state in GONE:
            return
        for name, met in self._parts(case, file):
            self.cases[name].append(ScoredCase(case.key, met))

    def acknowledge(self, key: str, at: float | None, limit: float | None) -> None:
        met = at is not None and limit is not None and at <= limit
        self.cases["acknowledged"].append(ScoredCase(key, met))

    def _parts(self, case: Case, file: CaseFile) -> Iterator[tuple[str, bool]]:
        has_it, had_it = file.holder == self.holder, self.holder in file.handled_by
        if has_it and file.state not in PAUSED:
            due = holder_due(case, self._relaxation)
            if due is not None and self.within(due):
                yield "in_time", self._in_time(case, due)
            if self.within(file.sign_by):
                self.acknowledge(case.key, file.signed_at, file.sign_by)
        if had_it and file.check is not None and self.within(file.check.at):
            yield "rework", file.reworks >= 1
        if had_it and file.satisfaction not in ("", "unreachable") and self.within(file.closed_at):
            yield "satisfied", file.resolved == "solved" and file.satisfaction in SATISFIED
        if (has_it or had_it or self.holder in file.bounced) and self.within(file.first_dispatched_at):
            yield "overruled", self._overruled(file)
        safe = file.make_safe
        if safe is not None and safe.holder == self.holder and self.within(safe.due_at):
            yield "make_safe", safe.done_at is not None and safe.done_at <= safe.due_at
        if case.place.street == self.holder and self.within(file.filed_at):
            yield "discovery", case.channel in OWN_EYES

    def _in_time(self, case: Case, due: float) -> bool:
        """Whether it was handled in time; a case that an upheld appeal exempts counts, and is listed."""
        file = case.file
        at = file.closed_at if file.handled_at is None else file.handled_at
        in_time = file.state in ("handled", "closed") and at is not None and at <= due
        if file.timeout_exempt and not in_time:
            self.exempt.append(case.key)
        return in_time or file.timeout_exempt

    def _overruled(self, file: CaseFile) -> bool:
        """Whether it refused the case, and the last ruling after that gave it the case all the same."""
        refused_at = max(
            (bounce.at for bounce in file.bounces if bounce.counts and bounce.holder == self.holder),
            default=None,
        )
        if refused_at is None:
            return False
        after = [one for one in file.rulings if one.ruled_at is not None and one.ruled_at >= refused_at]
        return bool(after) and after[-1].holder == self.holder
