"""The desk's view: the wall's view and what an officer needs to act, built once per look for all desks."""

from collections.abc import Mapping, Sequence

from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.dispatch.tables.unit_tasks import UnitTasks
from city.indicators.indicator import Indicator
from city.places.road_names import spot_in
from city.state.hotline_records import DEFER
from city.state.ledger_state import Case, CityState, LedgerState
from city.views.alarm_view import alarms_seen, maintained_seen, open_alarms
from city.views.case_book import CaseBook
from city.views.case_view import account_mark, see_case
from city.views.desk_seen import BounceSeen, DeskCase, DeskSeen, DetectionSeen
from city.views.hotline_view import HotlineSeen, HotlineView
from city.views.nearest_units import FreeUnits, NearestUnit
from city.views.page_view import Kept
from city.views.response.level_desk import LevelDesk
from city.views.response.recovery_view import recovery_seen
from city.views.response.response_seen import LevelDeskSeen
from city.views.wall_seen import UnitsSeen
from city.views.wall_view import WallView

__all__ = ["CasesInFull", "DeskView"]

NEAR_EVERY_S = 10.0
"""Machine seconds for which a nearest unit is kept, so that a label does not change while it is pressed."""
NEAR_AT_ONCE = 40
"""Maximum number of cases per look for which the nearest unit is computed."""
NEVER: tuple[float, NearestUnit | None] = (-NEAR_EVERY_S, None)


class DeskView:
    """Builds the view of the desk channel; unchanged cases are cached."""

    def __init__(self, *, zone_offset_s: int = 28_800, rules: DecisionRules | None = None) -> None:
        self._wall = CasesInFull(zone_offset_s=zone_offset_s, rules=rules)
        self._tasks = rules.unit_tasks if rules else UnitTasks()
        self._numbers = rules.numbers if rules else CaseNumbers()
        self._hotline = HotlineView(rules) if rules else None
        self._levels = LevelDesk(rules) if rules else None
        self._nearest: dict[str, tuple[float, NearestUnit | None]] = {}
        self._waiting = Kept()

    def see(
        self, state: CityState, now: float, presence: Mapping[str, Sequence[str]],
        figures: tuple[Mapping[str, Indicator], float | None] = ({}, None),
    ) -> DeskSeen:  # fmt: skip
        """Return the desk's state at machine time ``now``.

        ``presence`` is mark → names, ``figures`` the indicators and their machine time.
        """
        seen = self._wall.see(state, now)
        fields = {name: getattr(seen, name) for name in seen.__struct_fields__}
        ledger = state.ledger
        relaxed = ledger.relaxations.get(DEFER)
        outbox = ledger.outbox.values()
        hotline = self._hotline.see(ledger, ledger.clock.at(now)) if self._hotline else HotlineSeen()
        revision = (state, state.revision("alarms", "registry"))
        return DeskSeen(
            **fields, presence={mark: tuple(names) for mark, names in presence.items()},
            indicators=dict(figures[0]), indicators_at=figures[1],
            nearest_units=self._nearest_units(seen.book, seen.units, now),
            hotline=hotline, deferral=self._wall.deferral,
            relaxation_version=relaxed.version if relaxed else 0,
            alarms=alarms_seen(
                state, now, self._waiting.get("alarms", revision, lambda: open_alarms(state.ledger))
            ),
            maintained=self._waiting.get("maintained", revision, lambda: maintained_seen(state.ledger)),
            recovery=self._waiting.get(
                "recovery", (state, state.revision("response", "tasks", "closures")),
                lambda: recovery_seen(state.ledger),
            ),
            detections=self._waiting.get(
                "detections", state.revision("detections"), lambda: _detections(state.ledger)
            ),
            levels=self._levels.see(state, ledger.clock.at(now)) if self._levels else LevelDeskSeen(),
            outbox=len(outbox), outbox_failing=sum(item.tries > 0 for item in outbox),
        )  # fmt: skip

    def _nearest_units(
        self, book: CaseBook | None, units: UnitsSeen, now: float
    ) -> dict[str, NearestUnit]:  # fmt: skip
        in_danger, known = book.in_danger if book is not None else (), self._nearest
        self._nearest = {case.key: known.get(case.key, NEVER) for case in in_danger}
        due = [case for case in in_danger if now - self._nearest[case.key][0] >= NEAR_EVERY_S]
        if due:
            free = FreeUnits(units, self._numbers)
            # The oldest results first, and at most so many per look.
            for case in sorted(due, key=lambda one: self._nearest[one.key][0])[:NEAR_AT_ONCE]:
                kinds = self._tasks.kinds_for(f"{case.kind}:{case.code}")
                found = free.nearest(case.lon, case.lat, kinds, 1)
                self._nearest[case.key] = (now, found[0] if found else None)
        return {key: unit for key, (_, unit) in self._nearest.items() if unit is not None}


def _detections(ledger: LedgerState) -> tuple[DetectionSeen, ...]:
    """Return the detections that wait for a person."""
    waiting = [one for one in ledger.detections.values() if one.is_waiting]
    seen = []
    for one in waiting:
        camera = ledger.cameras.get(one.camera)
        until = one.screen_by if one.notice_by is None else one.notice_by
        seen.append(
            DetectionSeen(
                one.id, one.category, one.camera, spot_in(camera.name) if camera else "", one.place.street,
                one.at, until, one.state, one.hazard, one.confidence, one.algorithm, one.algo_version,
                one.notice_to, one.version,
            )
        )  # fmt: skip
    return tuple(sorted(seen, key=lambda one: (not one.hazard, one.until, one.id)))


class CasesInFull(WallView):
    """The wall's view with the cases of a desk, and with typed text of incidents and tasks."""

    full = True

    def see_case(self, case: Case) -> DeskCase:
        """Return an open case with everything that an officer needs to act on it."""
        file = case.file
        return DeskCase(
            **see_case(case, self.rules, self.deferral), no=file.no, co=file.co,
            why=file.why, why_names=file.why_names,
            bounces=tuple(BounceSeen(b.holder, b.reason, b.at, b.counts) for b in file.bounces),
            acted_by=tuple(sorted(map(account_mark, file.acted_by))),
            component=file.component,
            acknowledge_by=None if file.acknowledged_at is not None else file.acknowledge_by,
        )  # fmt: skip
