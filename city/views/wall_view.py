"""The wall's view: the state as a wall may see it. Only this module builds it from the state."""

import numpy as np
import numpy.typing as npt

from city.clocks.city_clock import CityClock
from city.clocks.freshness import measured_as_of
from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.duty.authority import responsible_shift
from city.state.columns import Columns
from city.state.hotline_records import DEFER, Span
from city.state.ledger_state import Case, CityState, LedgerState
from city.state.row_keys import row_key_of
from city.video.privacy import HIDDEN_ON_WALL
from city.views.case_book import MARKED, CaseBook
from city.views.case_points import CasePoints
from city.views.case_view import wall_case
from city.views.cast_view import shows
from city.views.duplicate_groups import DuplicateGroups
from city.views.linkage_view import LinkageView
from city.views.measured_view import MeasuredView
from city.views.page_view import Kept, PageView
from city.views.response.command_view import command_seen
from city.views.response.situation_view import SituationView
from city.views.wall_seen import (
    CameraSeen,
    CaseSeen,
    StormSeen,
    WallSeen,
)
from city.views.weather_view import storms

__all__ = ["WallView", "row_key_of", "running_deferral"]

Duplicates = dict[str, tuple[CaseSeen, ...]]


class _OpenCases:
    """The open cases of one ledger, as of the last view."""

    def __init__(self, near_m: float, ledger: LedgerState | None = None) -> None:
        self.near_m, self.ledger, self.changed, self.marked = near_m, ledger, 0, 0
        self.book = CaseBook()
        self._same = DuplicateGroups(near_m)
        self.points = CasePoints()
        self._keys: set[str] = set()

    def update(self, case: Case, seen: CaseSeen | None) -> None:
        """Update a case; None = it is not open."""
        self.changed = max(self.changed, case.changed)
        if seen is None and case.key not in self._keys:
            return  # most cases of a start are over: their marks need not be computed
        (self._keys.discard if seen is None else self._keys.add)(case.key)
        mark = row_key_of(case.key)
        before = self.book.cases.get(mark)
        if _on_map(before) != _on_map(seen):
            self.marked = self.changed
        self.book.put(mark, seen)
        if seen is not None:
            self._same.put(seen)
            self.points.put(seen)
        elif before is not None:
            self._same.drop(mark)
            self.points.drop(mark)

    def seen(self) -> tuple[tuple[CaseSeen, ...], Duplicates, frozenset[str]]:
        cases = self.book.cases
        duplicates = {
            head: tuple(cases[mark] for mark in marks) for head, marks in self._same.groups().items()
        }
        duplicate_marks = frozenset(case.key for members in duplicates.values() for case in members)
        self.book.set_duplicates(duplicate_marks)
        return tuple(cases.values()), duplicates, duplicate_marks


class WallView:
    """Builds the view of the wall channels: ``see`` is called once per look for any number of viewers.

    Slices that did not change since the last view are cached. ``full`` includes typed text of incidents and
    tasks (class P2), which no wall may show.
    """

    full = False

    def __init__(
        self, *, zone_offset_s: int = 28_800, rules: DecisionRules | None = None, page: PageView | None = None
    ) -> None:
        self.rules = rules
        self._page = page or PageView(zone_offset_s=zone_offset_s, rules=rules)
        self._open = _OpenCases((rules.numbers if rules else CaseNumbers()).near_m)
        self._kept = Kept()
        self._measured = MeasuredView()
        self._linkage = LinkageView(rules, full=self.full)
        self._situation = SituationView(rules)
        self.deferral: Span | None = None
        self._units = frozenset(one.short for one in rules.agencies.values()) if rules else frozenset()

    def see(self, state: CityState, now: float) -> WallSeen:
        """Return the wall's state at machine time ``now`` (epoch seconds)."""
        ledger, ring = state.ledger, state.measured.detections
        self.use(running_deferral(ledger, now))
        cases, same, duplicate_marks = self._kept.get(
            "cases", (state.revision("cases"), self.deferral), lambda: self._cases(state)
        )
        seen = self._page.see(state, now)
        fields = {name: getattr(seen, name) for name in seen.__struct_fields__}
        fields["revisions"] = {**seen.revisions, "marks": self._open.marked}
        linkage = self._linkage.see(state, now)
        lost = sum(one.freshness == "lost" for one in seen.sources)
        return WallSeen(
            **fields,
            cases=cases,
            storms=self._storms(state, ledger.clock.at(now)),
            readings=self._measured.readings(state, now),
            units=self._measured.units(state, now),
            cameras=self._kept.get(
                "cameras", (state.revision("cameras", "registry"), ledger.clock), lambda: _cameras(state)
            ),
            detections_lon=ring.column("lon"),
            detections_lat=ring.column("lat"),
            detections_at=ring.column("at"),
            log=self._page.log(state, seen.warnings),
            shows=tuple(shows(ledger, now, self.rules)),
            duplicates=same,
            duplicate_marks=duplicate_marks,
            incidents=linkage.incidents,
            tasks=linkage.tasks,
            committed=self._linkage.committed(state, now),
            closures=linkage.closures,
            case_columns=self._open.points.seen(),
            book=self._open.book,
            command=command_seen(
                ledger, responsible_shift(ledger), seen.response.real_rank, ledger.clock.at(now),
                units=self._units,
            ),
            situation=self._situation.see(
                state, now, linkage=linkage, sources=(lost, len(seen.sources)),
                deferred=self._open.book.deferred,
            ),
        )  # fmt: skip

    def use(self, deferral: Span | None) -> None:
        """Take the running 灾害顺延 into account: when it begins or ends, every case is built again."""
        if deferral != self.deferral:
            self.deferral = deferral
            self._open = _OpenCases(self._open.near_m)

    def see_case(self, case: Case) -> CaseSeen:
        """Return an open case as this channel may see it; it is built only when the case has changed."""
        return wall_case(case, self.rules, self.deferral)

    def _storms(self, state: CityState, city_now: float) -> tuple[StormSeen, ...]:
        # Once a minute is often enough to see that a storm is over or has made landfall.
        revision = (state.revision("warnings", "clock"), city_now // 60)
        tracked = state.ledger.storms
        held: tuple[StormSeen, ...] = self._kept.get(
            "storms", revision, lambda: storms(tracked.values(), city_now, self.rules)
        )
        return held

    def _cases(self, state: CityState) -> tuple[tuple[CaseSeen, ...], Duplicates, frozenset[str]]:
        """Return the open cases, the groups of probable duplicates, and the marks of all duplicates."""
        if self._open.ledger is not state.ledger:
            self._open = _OpenCases(self._open.near_m, state.ledger)
        for case in state.ledger.changed_since(self._open.changed):
            self._open.update(case, self.see_case(case) if case.is_open else None)
        return self._open.seen()


def running_deferral(ledger: LedgerState, now: float) -> Span | None:
    """Return the 灾害顺延 that is switched on at machine time ``now``, None for none."""
    relaxed = ledger.relaxations.get(DEFER)
    return relaxed.active(ledger.clock.at(now)) if relaxed is not None else None


def _on_map(case: CaseSeen | None) -> tuple[object, ...] | None:
    """Return what maps show of one case; None for an ordinary one."""
    if case is None or case.urgency not in MARKED:
        return None
    return (
        case.urgency, case.hazard, case.kind, case.code, case.label, case.lon, case.lat, case.road,
        case.street, case.state, case.agency, case.returned_by, case.at, case.recorded_at, case.until,
    )  # fmt: skip


def _cameras(state: CityState) -> tuple[CameraSeen, ...]:
    cameras, clock = state.measured.cameras, state.ledger.clock
    as_of = np.fmax(_as_of(cameras, clock), _as_of(cameras, clock, "picture_at", "picture_received"))
    seen = []
    for camera in state.ledger.cameras.values():
        if camera.privacy in HIDDEN_ON_WALL:
            continue
        row = cameras.find(camera.id)
        seen.append(
            CameraSeen(
                camera.id, camera.name, camera.place.street, camera.place.lon, camera.place.lat,
                camera.azimuth,
                "" if row is None else str(cameras.column("state")[row]),
                None if row is None else _known(as_of[row]),
                *(
                    None if row is None else _known(cameras.column(name)[row])
                    for name in ("picture_at", "same_since", "dark_since")
                ),
            )
        )  # fmt: skip
    return tuple(seen)


def _as_of(
    measured: Columns, clock: CityClock, at: str = "at", received: str = "received"
) -> npt.NDArray[np.float64]:
    return measured_as_of(measured.column(at), measured.column(received), clock)


def _known(moment: float) -> float | None:
    return None if np.isnan(moment) else float(moment)
