"""The principles of domain §6.2 as numbers: K18 – K23 and K25 – K27.

Own cases are counted; ``P`` is the period, its end excluded.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Final

from city.cases.fold_workloads import worker
from city.clocks.working_time import Calendar, due
from city.indicators.indicator import Counted, Indicator, change, count, share, unknown
from city.indicators.repeats import Nearby
from city.state.ledger_state import Case, LedgerState
from city.state.past_case import PastCase

__all__ = ["GridOf", "Principles"]

DAY_S: Final = 86_400.0
GridOf = Callable[[float, float], str]
"""The code of the unit grid of a WGS84 point, '' for none."""
SITE_S: Final = 30 * DAY_S
"""Time before and after a source action in which a site's cases are compared (K26)."""
VISITS_S: Final = 30 * DAY_S
FIELD_M: Final = 50.0
"""The largest distance of a check in the field from its case."""
ERRATUM_OFFICE_DAYS: Final = 10

OWN_EYES: Final = frozenset({"inspector", "sensor", "video_ai", "volunteer"})
"""Channels of own discovery (主动发现)."""
PUBLIC: Final = frozenset({
    "hotline_12345", "hotline_12319", "web_app", "media", "police_110", "fire_119", "ambulance_120",
})  # fmt: skip
"""Channels by which the public reports."""
EARLIER_M, EARLIER_S = 100.0, DAY_S
"""A public report this near and this recent was earlier than the own discovery (K20)."""
LOW: Final = frozenset({"village", "street"})
INSPECTORS: Final = worker("inspector", "")
ACTED: Final = "penalised"
"""The outcome that is a source action: the act against the site that caused the problem (K26)."""


class Principles:
    """Counts of one period, gathered in one pass over the cases with :meth:`add`."""

    def __init__(
        self, period: tuple[float, float], zone_offset_s: int, most_tasks: int, grid_of: GridOf
    ) -> None:  # fmt: skip
        self._grid_of = grid_of
        self._begin, self._end = period
        self._zone_offset_s = zone_offset_s
        self._most_tasks = most_tasks
        self._n: Counter[str] = Counter()
        self._shares: defaultdict[str, Counted] = defaultdict(Counted)
        self._filed_cases: list[Case] = []
        self._told: list[Case] = []
        self._sites: defaultdict[str, list[float]] = defaultdict(list)
        self._acted: dict[str, float] = {}

    def add(self, case: Case) -> None:
        """Count one case."""
        file = case.file
        is_recent = self._begin - EARLIER_S <= case.at < self._end
        if is_recent and case.channel in PUBLIC and case.state != "voided":
            self._told.append(case)
        if not file.own:
            return
        if self._within(file.filed_at):
            self._filed(case)
        if file.state == "closed" and self._within(file.closed_at):
            self._shares["K18"].add(file.reached in LOW)
            self._shares["K18b"].add(file.reached == "village")
        if file.check is not None and self._within(file.check.at):
            check = file.check
            near = check.distance_m is not None and check.distance_m <= FIELD_M
            self._shares["K21"].add(check.mode == "field" and near and check.photo_after_feedback)
        if file.source_site and file.filed_at is not None:
            self._sites[file.source_site].append(case.at)
            if file.outcome == ACTED and file.handled_at is not None:
                known = self._acted.get(file.source_site, math.inf)
                self._acted[file.source_site] = min(known, file.handled_at)

    def add_past(self, case: PastCase) -> None:
        """Count a case that has left the state: only its site may still matter."""
        if case.source_site:
            self._sites[case.source_site].append(case.at)
            if case.acted_at is not None:
                known = self._acted.get(case.source_site, math.inf)
                self._acted[case.source_site] = min(known, case.acted_at)

    def _within(self, at: float | None) -> bool:
        return at is not None and self._begin <= at < self._end

    def _filed(self, case: Case) -> None:
        self._filed_cases.append(case)
        self._n["public_filed"] += case.channel in PUBLIC
        self._n["inspector_filed"] += case.channel == "inspector"
        self._shares["K19"].add(case.channel in OWN_EYES)

    def figures(self, state: LedgerState, now: float, calendar: Calendar | None) -> list[Indicator]:
        """Return the indicators; ``now`` is city time, ``calendar`` the centre's (None: not loaded)."""
        of = self._shares
        return [
            share("K18", of["K18"]),
            share("K18b", of["K18b"]),
            share("K19", of["K19"]),
            share("K20", self._first(), own=of["K19"].met),
            share("K21", of["K21"]),
            self._visits(state),
            *self._tasks(state),
            self._missed(state),
            self._at_source(now),
            *self._errata(state, now, calendar),
        ]  # fmt: skip

    def _first(self) -> Counted:
        """Count the own discoveries that no public report of the class nearby preceded, of all filed."""
        told = Nearby(self._told, EARLIER_M)
        return Counted(
            case.channel in OWN_EYES and not told.within(case, case.at - EARLIER_S, case.at)
            for case in self._filed_cases
        )

    def _missed(self, state: LedgerState) -> Indicator:
        """Return K25: of what the public reported in grids patrolled in the day before it and of what
        inspectors reported themselves, both filed in P, the share of the public's."""
        n = self._n
        inputs = {"public_filed": n["public_filed"], "inspector_filed": n["inspector_filed"]}
        patrolled: defaultdict[str, list[float]] = defaultdict(list)
        for patrol in state.patrols.values():
            for grid, at in patrol.grids.items():
                if self._begin - 2 * DAY_S <= at < self._end:
                    patrolled[grid].append(at)
        if not patrolled:
            return unknown("K25", "percent", "no_patrols", **inputs)
        counted = Counted(False for _ in range(n["inspector_filed"]))
        for case in self._filed_cases:
            if case.channel in PUBLIC:
                times = patrolled.get(self._grid_of(case.place.lon, case.place.lat), ())
                if any(case.at - DAY_S <= at <= case.at for at in times):
                    counted.add(True)
        return share("K25", counted, **inputs, grids=len(patrolled))

    def _visits(self, state: LedgerState) -> Indicator:
        """Return K22: the visits of the 30 days before the end of P, by street."""
        visits = [one for one in state.visits if self._end - VISITS_S <= one.at < self._end]
        return count("K22", len(visits), **Counter(one.street for one in visits))

    def _tasks(self, state: LedgerState) -> list[Indicator]:
        """Return K23 and K23b of the days that begin in the period, counted as the lists of the field are."""
        done = [
            n
            for day, counts in state.workloads.items()
            if self._within(_begin_of(day) - self._zone_offset_s)
            for name, n in counts.items()
            if name.startswith(INSPECTORS)
        ]
        days, tasks = len(done), sum(done)
        if not days:
            mean = unknown("K23", "count", "no_tasks", tasks=0)
        else:
            mean = Indicator("K23", round(tasks / days, 1), "count", tasks, days, {}, "formula.K23")
        return [mean, share("K23b", Counted(n > self._most_tasks for n in done), most=self._most_tasks)]

    def _at_source(self, now: float) -> Indicator:
        """Return K26: the change of cases per acted site, 30 days after against 30 days before."""
        before = after = sites = waiting = 0
        for site, acted_at in self._acted.items():
            end = acted_at + SITE_S
            if end > now:
                waiting += 1
            elif self._within(end):
                sites += 1
                before += sum(acted_at - SITE_S <= at < acted_at for at in self._sites[site])
                after += sum(acted_at < at <= end for at in self._sites[site])
        return change("K26", after, before, sites=sites, before=before, after=after, waiting=waiting)

    def _errata(self, state: LedgerState, now: float, calendar: Calendar | None) -> list[Indicator]:
        ages = [now - erratum.at for erratum in state.errata.values()]
        age = unknown("K27b", "seconds", "none")
        if ages:
            age = Indicator("K27b", median(ages), "seconds", len(ages), len(ages), {}, "formula.K27b")
        return [count("K27", len(ages)), age, self._closed_errata(state, calendar)]

    def _closed_errata(self, state: LedgerState, calendar: Calendar | None) -> Indicator:
        if calendar is None:
            return unknown("K27c", "percent", "calendar")
        opened: list[tuple[float, float | None]] = [*state.errata_closed]
        opened += [(erratum.at, None) for erratum in state.errata.values()]
        due_in = Counted()
        for at, closed_at in opened:
            limit = due(
                at, ERRATUM_OFFICE_DAYS, "office_day", calendar, zone_offset_s=self._zone_offset_s
            ).at  # fmt: skip
            if self._within(limit):
                due_in.add(closed_at is not None and closed_at <= limit)
        return share("K27c", due_in)


def _begin_of(day: str) -> float:
    """Return midnight of a day (YYYYMMDD) as if the city's zone were UTC, epoch seconds."""
    return datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).timestamp()
