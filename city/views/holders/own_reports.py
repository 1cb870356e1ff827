"""Builds what a street or an agency sees of its own zero report and figures."""

from collections.abc import Mapping
from typing import Any

from city.dispatch.decision_rules import DecisionRules
from city.response.event_span import counting, counts_from, is_exercise_now, situation_id
from city.response.figure_keys import known_keys
from city.state.ledger_state import CityState, LedgerState
from city.state.response_records import CITY, ReportRound
from city.views.holders.own_reports_seen import OwnFigureSeen, OwnReportsSeen, ShelterSeen, StationsSeen
from city.views.page_view import Kept
from city.views.response.reported_figures import OLD_ROUNDS, counting_since

__all__ = ["OwnReports"]


class OwnReports:
    """Keeps the views by holder; one is built again only when a figure, a round or a level changed."""

    def __init__(self, rules: DecisionRules) -> None:
        self._rules = rules
        self._kept = Kept()

    def see(self, state: CityState, holder: str) -> OwnReportsSeen | None:
        """Return a holder's report and figures; None while nobody asks for them."""
        stations: Mapping[str, StationsSeen] = self._kept.get(
            "stations", (state, state.revision("stations", "response", "clock")),
            lambda: _stations(state.ledger),
        )  # fmt: skip
        own = stations.get(holder)
        seen: OwnReportsSeen | None = self._kept.get(
            f"of:{holder}", (state, state.revision("situation", "response", "clock"), own),
            lambda: _see(state.ledger, self._rules, holder, own),
        )  # fmt: skip
        return seen


def _see(
    ledger: LedgerState, rules: DecisionRules, holder: str, stations: StationsSeen | None
) -> OwnReportsSeen | None:
    running = any(one.active for one in ledger.responses.values() if one.jurisdiction != CITY)
    asked = _round(ledger, holder)
    keys = known_keys(rules, holder)
    if asked is None and not (running and keys):
        return None
    exercise = asked.is_exercise if asked is not None else is_exercise_now(ledger)
    id_ = situation_id(holder, exercise=exercise)
    since, held = counting_since(ledger), ledger.situations.get(id_)
    known = counting(ledger, id_, since)
    figures = []
    for key in keys:
        one = known.get(key)
        figures.append(
            OwnFigureSeen(key) if one is None else OwnFigureSeen(key, one.value, one.at, one.by_phone)
        )
    shelters = (
        ShelterSeen(place.id, place.name, place.capacity)
        for place in rules.street_places.get(holder, ()) if place.kind == "shelter"
    )  # fmt: skip
    return OwnReportsSeen(
        f"situation:{id_}", held.version if held is not None else 0,
        **(_asked(asked, holder, rules) if asked is not None else {"is_exercise": exercise}),
        confirmed=held.confirmed if held is not None else None, figures=tuple(figures),
        shelters=tuple(shelters), stations=stations,
    )  # fmt: skip


def _round(ledger: LedgerState, holder: str) -> ReportRound | None:
    """Return the round that asks a holder, of several the real one of the highest level."""
    rounds = (ledger.report_rounds[id_] for id_ in ledger.open_rounds.values())
    asking = [one for one in rounds if holder in one.holders]
    return max(asking, key=lambda one: (not one.is_exercise, one.rank), default=None)


def _asked(asked: ReportRound, holder: str, rules: DecisionRules) -> dict[str, Any]:
    sent = asked.reports.get(holder)
    return {
        "round": asked.id, "version": asked.version, "rank": asked.rank, "is_exercise": asked.is_exercise,
        "opened_at": asked.opened_at, "due_at": asked.due_at,
        "next_at": asked.opened_at + asked.interval_s if asked.interval_s else None,
        "sent_at": sent.signed.at if sent else None, "sent_nil": sent.nil if sent else False,
        "sent_by_phone": sent.by_phone if sent else False,
        "late_s": sent.late_s if sent else 0.0, "red_s": rules.response.numbers.report_red_s,
        "old_s": OLD_ROUNDS * asked.interval_s or None,
    }  # fmt: skip


def _stations(ledger: LedgerState) -> Mapping[str, StationsSeen]:
    """Return street → the sum of its workstations that told a number in this emergency."""
    since, found = counts_from(ledger), dict[str, StationsSeen]()
    for one in ledger.stations.values():
        ages = [at for at in (one.should_at, one.moved_at) if at is not None and at >= since]
        if not ages:
            continue
        sums = found.get(one.street) or StationsSeen(0, 0, 0, ages[0])
        found[one.street] = StationsSeen(
            sums.should + (one.should or 0), sums.moved + (one.moved or 0), sums.told + 1,
            min(sums.as_of, *ages),
        )  # fmt: skip
    return found
