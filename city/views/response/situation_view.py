"""The situation in an emergency, built once for all pages and anew only when something changed."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from city.clocks.freshness import lost_mask, measured_as_of
from city.dispatch.decision_rules import DecisionRules
from city.linkage.gauges import GAUGE_KIND, IN_FORCE, is_underpass_gauge
from city.sensing.rules import STUCK
from city.state.columns import Columns
from city.state.ledger_state import CityState, LedgerState
from city.state.response_records import Forecast, ReportRound
from city.views.linkage_seen import LinkageSeen, TaskSeen
from city.views.response.forecasts_seen import next_forecasts, storm_ahead, warned_forecasts
from city.views.response.reported_figures import (
    OLD_ROUNDS,
    newest_round,
    report_state,
    reported_figures,
    street_cells,
)
from city.views.response.response_seen import (
    FigureSeen,
    ForecastSeen,
    RelaxationSeen,
    RoundSeen,
    SituationSeen,
)
from city.views.response.response_view import proposals_seen, public_name

__all__ = ["SituationView"]

SLICES: Final = (
    "situation", "response", "alarms", "registry", "relaxations", "closures", "clock", "warnings",
)  # fmt: skip
UNANSWERED: Final = ("issued", "delivered")
NEVER: Final = float("inf")


class SituationView:
    """Keeps the view of one channel. Its cost follows what changed, not the number of viewers."""

    def __init__(self, rules: DecisionRules | None) -> None:
        self._rules = rules
        self._points = _Points()
        self._ledger: LedgerState | None = None
        self._made: tuple[Any, ...] = ()
        self._linkage: LinkageSeen | None = None
        self._since, self._until = 0.0, 0.0
        self._seen = SituationSeen()
        self._storm: tuple[Any, ForecastSeen | None] = (None, None)
        self._warned: tuple[Forecast, ...] = ()

    def see(
        self, state: CityState, now: float, *, linkage: LinkageSeen, sources: tuple[int, int],
        deferred: int = 0,
    ) -> SituationSeen:  # fmt: skip
        """Return the situation at machine time ``now``.

        ``sources`` are those that are lost and all of them, ``deferred`` the cases that 灾害顺延 defers.
        """
        if self._rules is None:
            return SituationSeen(deferred=deferred)
        ledger = state.ledger
        city, lost = ledger.clock.at(now), self._points.lost(state, now)
        made = (state.revision(*SLICES), ledger.clock, lost, sources, deferred)
        is_same = ledger is self._ledger and linkage is self._linkage and made == self._made
        if not is_same or not self._since <= city < self._until:
            self._ledger, self._linkage, self._made, self._since = ledger, linkage, made, city
            self._seen = self._build(state, city, self._rules, linkage, lost, sources, deferred)
            self._until = self._changes(ledger, city, self._seen)
        return self._seen

    def _build(
        self, state: CityState, city: float, rules: DecisionRules, linkage: LinkageSeen,
        lost: frozenset[str], sources: tuple[int, int], deferred: int,
    ) -> SituationSeen:  # fmt: skip
        ledger = state.ledger
        asked = newest_round(ledger)
        cells = street_cells(ledger, rules, asked, city)
        figures = {
            **reported_figures(ledger, rules, cells, asked, city), **_tasks(linkage.tasks),
            "closures": FigureSeen(
                sum(one.state in IN_FORCE for one in linkage.closures), self._points.underpasses or None
            ),
            "waterlogging": _waterlogging(ledger, self._points.ids, lost),
            "sources_lost": FigureSeen(sources[0], sources[1], level="over" if sources[0] else ""),
        }  # fmt: skip
        storm = self._storm_ahead(state, rules, city)
        self._warned = warned_forecasts(ledger.warnings.values(), rules, city)
        held = (*ledger.forecasts.values(), *self._warned)
        relaxed = [
            RelaxationSeen(kind, span.at, span.end, public_name(span.name))
            for kind, one in ledger.relaxations.items()
            if (span := one.active(city)) is not None
        ]
        return SituationSeen(
            figures, (*next_forecasts(held, city), *([storm] if storm else [])), cells,
            _round(asked, city, rules) if asked is not None else None, tuple(relaxed), deferred,
            proposals_seen(ledger, rules, city),
        )  # fmt: skip

    def _storm_ahead(self, state: CityState, rules: DecisionRules, city: float) -> ForecastSeen | None:
        """Return the storm that comes near; its track is walked again only when it changed or was passed."""
        key, ahead = (state, state.revision("warnings", "clock")), self._storm[1]
        if self._storm[0] != key or (ahead is not None and ahead.at < city):
            self._storm = (key, storm_ahead(state.ledger.storms.values(), rules, city))
        return self._storm[1]

    def _changes(self, ledger: LedgerState, city: float, seen: SituationSeen) -> float:
        """Return the next city time at which the view changes without a fact."""
        rules, asked = self._rules, newest_round(ledger)
        moments = [float(np.nextafter(one.at, NEVER)) for one in seen.next]
        moments += [one.until for one in seen.relaxations]
        moments += [one.until for one in self._warned if one.until is not None]
        if asked is not None and rules is not None:
            moments += [asked.due_at, asked.due_at + rules.response.numbers.report_red_s]
            old_s = OLD_ROUNDS * asked.interval_s
            ages = [cell.as_of for cell in seen.cells] + [one.as_of for one in seen.figures.values()]
            moments += [float(np.nextafter(at + old_s, NEVER)) for at in ages if at is not None]
        return min((at for at in moments if at > city), default=NEVER)


def _tasks(tasks: tuple[TaskSeen, ...]) -> dict[str, FigureSeen]:
    p1 = [task for task in tasks if task.priority == "P1" and not task.is_over]
    waiting = [task.level for task in p1 if task.state in UNANSWERED]
    late = sum(task.level == "over" for task in p1)
    level = "over" if "over" in waiting else "near" if "near" in waiting else ""
    return {
        "p1_unacknowledged": FigureSeen(len(waiting), len(p1), level=level),
        "p1_late": FigureSeen(late, len(p1), level="over" if late else ""),
    }


def _waterlogging(ledger: LedgerState, points: frozenset[str], lost: frozenset[str]) -> FigureSeen:
    """Return the points with an open alarm of depth, and how many others have no data: they are not dry."""
    wet = {
        alarm.device
        for alarm in ledger.sensing.alarms.values()
        if alarm.state in ("active", "acked") and alarm.threshold != STUCK and alarm.op != "gap_gt"
        and alarm.device in points
    }  # fmt: skip
    return FigureSeen(len(wet), len(points), len(lost - wet)) if points else FigureSeen()


def _round(asked: ReportRound, city: float, rules: DecisionRules) -> RoundSeen:
    red_s = rules.response.numbers.report_red_s
    states = {holder: report_state(asked, holder, city, red_s=red_s) for holder in asked.holders}
    return RoundSeen(
        asked.id, asked.due_at, len(asked.holders), len(asked.reports),
        tuple(holder for holder, state in states.items() if state in ("late", "over")), asked.version,
        asked.rank, asked.opened_at, asked.opened_at + asked.interval_s if asked.interval_s else None,
        sum(one.late_s == 0 for one in asked.reports.values()),
    )  # fmt: skip


class _Points:
    """The depth gauges: ``ids`` of all, and how many of them are in underpasses.

    Their rows are looked up again only when a device was added or registered.
    """

    def __init__(self) -> None:
        self.ids: frozenset[str] = frozenset()
        self.underpasses = 0
        self._of: Columns | None = None
        self._known: tuple[object, ...] = ()
        self._rows: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._ids: NDArray[np.object_] = np.zeros(0, dtype=object)
        self._silent: frozenset[str] = frozenset()
        self._mask = b""
        self._lost: frozenset[str] = frozenset()

    def lost(self, state: CityState, now: float) -> frozenset[str]:
        """Return the ids of the gauges without valid data now; the same value while they stay the same."""
        r = state.measured.readings
        known = (len(r), state.revision("registry"), state)
        if r is not self._of or known != self._known:
            self._of, self._known, self._mask = r, known, b"?"
            self._rows = np.flatnonzero(r.column("kind") == GAUGE_KIND)
            self._ids = r.column("device")[self._rows]
            gauges = [one for one in state.ledger.devices.values() if one.kind == GAUGE_KIND]
            self.ids = frozenset(one.id for one in gauges)
            self.underpasses = sum(map(is_underpass_gauge, gauges))
            self._silent = self.ids - frozenset(map(str, self._ids))
        rows = self._rows
        as_of = measured_as_of(r.column("at")[rows], r.column("received")[rows], state.ledger.clock)
        bad = lost_mask(as_of, r.column("interval")[rows], now) | (r.column("quality")[rows] == "bad")
        mask = bad.tobytes()
        if mask != self._mask:
            self._mask = mask
            self._lost = self._silent | (self.ids & frozenset(map(str, self._ids[bad])))
        return self._lost
