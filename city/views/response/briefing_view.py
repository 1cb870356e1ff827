"""The view of the visitors' page. Only this module builds it from the state; closed is its default."""

import msgspec

from city.response.briefing_cut_off import cut_off
from city.state.briefing_records import HALL, Briefing
from city.state.ledger_state import CityState
from city.views.page_view import Kept
from city.views.response.briefing_seen import BriefingSeen, Curve, Figures, Recorded
from city.warnings.in_force import standing

__all__ = ["BriefingView", "open_briefing"]

CLOSED = BriefingSeen()


def open_briefing(state: CityState, now: float) -> Briefing | None:
    """Return the briefing that visitors may see at machine time ``now``, None for none."""
    ledger = state.ledger
    briefing, city_now = ledger.briefings.get(HALL), ledger.clock.at(now)
    if briefing is None or not briefing.is_running or city_now < briefing.begun_at:
        return None  # before its own beginning: somebody has put the city's clock back
    return briefing if cut_off(ledger, briefing, city_now) is None else None


class BriefingView:
    """Builds the view. ``recorded`` is the data that we ship; its curves stand in for own ones in a demo."""

    def __init__(self, recorded: Recorded, *, is_demo: bool) -> None:
        self._recorded = recorded
        self._is_demo = is_demo
        self._kept = Kept()

    def see(self, state: CityState, now: float, figures: Figures | None) -> BriefingSeen:
        """Return what visitors may see at machine time ``now`` (epoch seconds)."""
        briefing, ledger = open_briefing(state, now), state.ledger
        if briefing is None:
            return CLOSED
        city_now = ledger.clock.at(now)
        held = self._kept.get(
            "warnings", state.revision("warnings", "clock"),
            lambda: standing(ledger.warnings.values(), city_now),
        )  # fmt: skip
        warned = {
            (one.info.hazard, one.info.colour)
            for one in held
            if one.state(city_now) == "in_force" and one.warned.status == "Actual" and one.info.rank > 0
        }
        return BriefingSeen(
            is_open=True, lang=briefing.lang, begun=briefing.begun_at, is_demo=self._is_demo,
            is_drill=not ledger.clock.is_real, warnings=tuple(sorted(warned)),
            figures=None if figures is None else self._with_recorded(figures), recorded=self._recorded,
        )  # fmt: skip

    def _with_recorded(self, figures: Figures) -> Figures:
        if not self._is_demo:
            return figures
        shipped = {curve.key: curve for curve in self._recorded.curves}
        return msgspec.structs.replace(
            figures, curves=tuple(_filled(curve, shipped.get(curve.key)) for curve in figures.curves)
        )


def _filled(own: Curve, shipped: Curve | None) -> Curve:
    """Return our own curve, or the shipped one in its months when it has too little data."""
    if own.lines or shipped is None:
        return own
    lines = tuple((code, values[-len(own.starts) :]) for code, values in shipped.lines)
    return msgspec.structs.replace(shipped, starts=own.starts, lines=lines, recorded=True)
