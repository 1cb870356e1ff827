"""The view of the duty page: the common part, the duty log, and duty in full."""

from city.dispatch.decision_rules import DecisionRules
from city.indicators.duty_figures import duty_indicators, workstations_of
from city.indicators.indicator import Indicator
from city.state.ledger_state import CityState
from city.views.duty.duty_board import duty_board, roster_week
from city.views.duty.duty_board_seen import DutyBoardSeen
from city.views.duty.duty_page_seen import DutyPageSeen
from city.views.page_view import Kept, PageView

__all__ = ["DutyPageView"]

DAY_S = 86_400.0
FIGURES_EVERY_S = 20.0


class DutyPageView:
    """Builds the view of the duty page's channel. What all pages have in common is built by ``page``."""

    def __init__(self, page: PageView) -> None:
        self._page = page
        self._rules = page.rules
        self._kept = Kept()

    def see(self, state: CityState, now: float) -> DutyPageSeen:
        """Return what the duty page may see at machine time ``now`` (epoch seconds)."""
        seen = self._page.see(state, now)
        fields = {name: getattr(seen, name) for name in seen.__struct_fields__}
        rules, city_now = self._rules, state.ledger.clock.at(now)
        board = DutyBoardSeen() if rules is None else self._board(state, rules, city_now)
        figures, at = self._figures(state, now)
        return DutyPageSeen(
            **fields, log=self._page.log(state, seen.warnings), board=board, indicators=figures,
            indicators_at=at,
        )  # fmt: skip

    def _figures(self, state: CityState, now: float) -> tuple[dict[str, Indicator], float]:
        """Return the figures of duty and when they were computed: at a change, else every 20 s."""
        ledger, rules = state.ledger, self._rules
        sub_centres = len(rules.streets) if rules is not None else 0

        def compute() -> tuple[dict[str, Indicator], float]:
            city, every = ledger.clock.at(now), workstations_of(ledger)
            return duty_indicators(
                ledger,
                city,
                sub_centres=sub_centres,
                workstations=every,
                zone_offset_s=self._page.zone_offset_s,
            ), now

        revision = (state.revision("duty", "call_outs"), now // FIGURES_EVERY_S)
        found: tuple[dict[str, Indicator], float] = self._kept.get("figures", revision, compute)
        return found

    def _board(self, state: CityState, rules: DecisionRules, city_now: float) -> DutyBoardSeen:
        # The plan of a week is new with the roster or an override, and at midnight.
        revision = (state.revision("duty"), (city_now + rules.zone_offset_s) // DAY_S)
        week = self._kept.get("week", revision, lambda: roster_week(state.ledger, rules, city_now))
        return duty_board(state.ledger, rules, city_now, week)
