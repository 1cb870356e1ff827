"""The common part of every channel's view: clock, warnings, duty, sources; and the duty log."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from city.clocks.freshness import freshness
from city.commands.duty.planning import shift_times
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.task_templates import DutyNumbers
from city.duty.roster import RosterRow, on_duty, read_roster
from city.response.in_force import summoned_seats
from city.state.briefing_records import HALL
from city.state.ledger_state import CityState, LedgerState, LogLine
from city.views.case_view import public_label, public_road
from city.views.duty.duty_seen import duty_by_facts
from city.views.response.forecasts_seen import next_forecasts, storm_ahead, warned_forecasts
from city.views.response.response_seen import ResponseSeen
from city.views.response.response_view import response_seen
from city.views.wall_seen import DutySeen, PageSeen, SourceSeen, WarningSeen
from city.views.weather_view import log_lines, warnings
from city.warnings.in_force import standing

__all__ = ["Kept", "PageView", "public_line"]

LOG_SHOWN: Final = 50
"""Lines of the duty log on a page's channel."""


class Kept:
    """Values that are built again only when their revision has changed."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[Any, Any]] = {}

    def get(self, name: str, revision: Any, build: Callable[[], Any]) -> Any:
        """Return the value of a name; ``build`` makes it when ``revision`` differs from the last one."""
        kept = self._values.get(name)
        if kept is None or kept[0] != revision:
            kept = self._values[name] = (revision, build())
        return kept[1]


class PageView:
    """Builds the common part once for all channels that look at the same machine time."""

    def __init__(self, *, zone_offset_s: int = 28_800, rules: DecisionRules | None = None) -> None:
        self.zone_offset_s = zone_offset_s
        self.rules = rules
        self._kept = Kept()
        self._last: PageSeen | None = None
        self._of: LedgerState | None = None
        self._at = 0.0

    def see(self, state: CityState, now: float) -> PageSeen:
        """Return what every page may see at machine time ``now`` (epoch seconds)."""
        seen, is_new = self._last, state.ledger is not self._of or now != self._at
        if seen is None or is_new or seen.revisions != state.revisions:
            seen = self._last = self._see(state, now)
            self._of, self._at = state.ledger, now
        return seen

    def log(self, state: CityState, warned: tuple[WarningSeen, ...]) -> tuple[LogLine, ...]:
        """Return the duty log's lines; labels and roads of cases are cleaned as for the wall's cases."""
        ledger = state.ledger
        lines = self._kept.get("log", (ledger.position, len(ledger.log)), lambda: self._lines(ledger))
        return log_lines(lines, warned)

    def _see(self, state: CityState, now: float) -> PageSeen:
        ledger = state.ledger
        city_now = ledger.clock.at(now)
        held = self._kept.get(
            "warnings", state.revision("warnings", "clock"),
            lambda: standing(ledger.warnings.values(), city_now),
        )  # fmt: skip
        return PageSeen(
            position=ledger.position,
            clock=ledger.clock,
            warnings=warnings(held, city_now),
            duty=_with_briefing(self._duty(state, city_now), ledger),
            sources=tuple(
                SourceSeen(s.name, freshness(s.heard_at, s.interval_s, now), s.heard_at, s.skew_s)
                for s in state.measured.sources.values()
            ),
            transplanted=ledger.transplanted > 0,
            revisions=dict(state.revisions),
            response=self._response(state, city_now),
        )

    def _response(self, state: CityState, city_now: float) -> ResponseSeen:
        ledger, rules = state.ledger, self.rules
        seen = response_seen(ledger, city_now, rules.response.numbers if rules is not None else None)
        if not seen.levels or rules is None:
            return seen
        # A storm's track is walked again when it changed, and once a minute: it may have passed.
        revision = (state.revision("situation", "warnings", "clock"), city_now // 60)
        storm = self._kept.get(
            "storm_ahead", revision, lambda: storm_ahead(ledger.storms.values(), rules, city_now)
        )
        warned = self._kept.get(
            "forecasts", revision, lambda: warned_forecasts(ledger.warnings.values(), rules, city_now)
        )
        held = (*ledger.forecasts.values(), *warned)
        ahead = (*next_forecasts(held, city_now), *((storm,) if storm else ()))
        return msgspec.structs.replace(seen, next=ahead)

    def _duty(self, state: CityState, city_now: float) -> DutySeen:
        numbers = self.rules.linkage.duty if self.rules is not None else DutyNumbers()
        seen = duty_by_facts(
            state.ledger, self._by_roster(state, city_now), city_now, unstaffed_s=numbers.unstaffed_s,
            summoned=self._summoned(state),
        )  # fmt: skip
        if seen.shift or self.rules is None:
            return seen
        # Nobody has signed in yet: entries go to the shift of this time.
        return msgspec.structs.replace(seen, shift=shift_times(self.rules).at(city_now).id)

    def _summoned(self, state: CityState) -> dict[str, float]:
        rules = self.rules
        if rules is None:
            return {}
        held: dict[str, float] = self._kept.get(
            "summoned", state.revision("response"), lambda: summoned_seats(state.ledger, rules)
        )
        return held

    def _by_roster(self, state: CityState, city_now: float) -> DutySeen:
        roster = self._kept.get("duty", state.revision("duty"), lambda: _roster(state.ledger))
        if not roster:
            return DutySeen()
        duty = on_duty(roster, city_now, zone_offset_s=self.zone_offset_s)
        return DutySeen(
            leader=duty.duty_leader.name if duty.duty_leader else "",
            shift_lead=duty.shift_lead.name if duty.shift_lead else "",
            seats=len(duty.seats),
            seats_present=duty.present,
            empty_seats=tuple((seat.agency, seat.since) for seat in duty.empty),
            hand_over_at=duty.handover_at,
            streets_on_post=duty.sub_centres or None,
            streets=sum(row.count for row in roster if row.role == "sub_centre") or None,
            workstations_online=duty.workstations_online or None,
            workstations=duty.workstations or None,
            unanswered=duty.workstations_unanswered if duty.workstations else None,
        )

    def _lines(self, ledger: LedgerState) -> tuple[LogLine, ...]:
        return tuple(public_line(line, self.rules) for line in ledger.log[-LOG_SHOWN:])


def _with_briefing(duty: DutySeen, ledger: LedgerState) -> DutySeen:
    briefing = ledger.briefings.get(HALL)
    if briefing is None:
        return duty
    until = briefing.ends_at if briefing.is_running else None
    return msgspec.structs.replace(duty, briefing_until=until, briefing_version=briefing.version)


def public_line(line: LogLine, rules: DecisionRules | None) -> LogLine:
    """Return a line of the duty log with its label and road cleaned as for the wall's cases."""
    cleaners = {"label": public_label, "road": public_road}
    names = {
        name: cleaners[name](text, rules) if name in cleaners else text for name, text in line.names.items()
    }
    return msgspec.structs.replace(line, names=names)


def _roster(ledger: LedgerState) -> tuple[RosterRow, ...]:
    """Return the roster's rows; () for an unreadable roster, which an old ledger may hold."""
    try:
        return read_roster(ledger.roster)
    except ValueError:
        return ()
