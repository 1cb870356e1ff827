"""What a desk needs to act on levels: the versions of the responses, and what the warnings suggest."""

from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.response_rules import RELAXATIONS
from city.response.response_ids import ResponseId
from city.response.suggestions import Suggestion, counting, suggested
from city.state.ledger_state import CityState
from city.views.page_view import Kept
from city.views.response.response_seen import LevelDeskSeen, ResponseNow
from city.warnings.in_force import standing

__all__ = ["LevelDesk"]

HAZARD = "flood_typhoon"


class LevelDesk:
    """Builds it for the desk channel, anew only when responses or warnings changed."""

    def __init__(self, rules: DecisionRules) -> None:
        self._rules = rules
        self._kept = Kept()

    def see(self, state: CityState, city_now: float) -> LevelDeskSeen:
        """Return the district's response, its exercise and the city's, and the suggestion at a city time."""
        ledger, rules = state.ledger, self._rules
        warned = self._kept.get(
            "warned", (state, state.revision("warnings", "clock")),
            lambda: counting(standing(ledger.warnings.values(), city_now), rules, hazard=HAZARD),
        )  # fmt: skip
        own = ResponseId(rules.district, HAZARD)
        responses = self._kept.get(
            "responses", (state, state.revision("response")),
            lambda: tuple(
                ResponseNow(of.id, *((found.rank, found.version) if found else (0, 0)))
                for of in (own, own.city, ResponseId(rules.district, HAZARD, True))
                for found in [ledger.responses.get(of.id)]
            ),
        )  # fmt: skip
        switches = self._kept.get(
            "switches", (state, state.revision("relaxations")),
            lambda: tuple(
                (kind, held.version if (held := ledger.relaxations.get(kind)) else 0) for kind in RELAXATIONS
            ),
        )  # fmt: skip
        found: Suggestion = suggested(warned, city_now)
        return LevelDeskSeen(responses, found.rank, found.warnings, switches)
