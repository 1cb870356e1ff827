"""Questions that a leader's page asks through its session: the person's last look, and what they typed."""

from collections.abc import Callable
from typing import Final

from city.access import Person
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import CityState
from console.desk.boundary_question import degrees
from console.desk.level_questions import deputies, level_press
from console.orders.order_session import Answerer, Reply

__all__ = ["LeaderQuestions"]

SAME_LOOK_S: Final = 600.0
"""A page that is opened again within this time (city seconds) is the same look."""
MOST_ORDERS: Final = 40


class LeaderQuestions:
    """Answers for all leaders' pages of one console; what is personal is told to its person alone."""

    def __init__(
        self, state: Callable[[], CityState], rules: DecisionRules, *, clock: Callable[[], float]
    ) -> None:
        self._state, self._rules, self._clock = state, rules, clock

    def asks(self) -> dict[str, Answerer]:
        """Return every question with its answerer."""
        return {
            "last_look": self._look,
            "level_press": self._press,
            "deputies": self._deputies,
            "my_orders": self._orders,
            "leader_watch": self._watch,
            "here": self._here,
        }

    async def _deputies(self, person: Person, asked: Reply) -> Reply:
        """Return whom the commander may authorise; see ``level_questions``."""
        return deputies(self._state().ledger, person)

    async def _press(self, person: Person, asked: Reply) -> Reply:
        """Return which proposed levels the person may decide on now; see ``level_questions``."""
        return level_press(self._state().ledger, person, self._rules)

    async def _look(self, person: Person, asked: Reply) -> Reply:
        """Return what the person saw at their last look; ``is_new``: opening the page now is another look."""
        ledger = self._state().ledger
        looks = ledger.looks.get(person.account, ())
        if not looks:
            return {"look": None, "is_new": True}
        is_new = ledger.clock.at(self._clock()) - looks[-1].at >= SAME_LOOK_S
        # Opened again at once (a reload): the change still counts from the look before.
        look = looks[-1] if is_new or len(looks) == 1 else looks[-2]
        return {"look": {"at": look.at, "figures": look.figures}, "is_new": is_new}

    async def _orders(self, person: Person, asked: Reply) -> Reply:
        """Return the typed text of the person's own orders: task → text."""
        own = [task for task in self._state().ledger.tasks.values() if task.ordered.by == person.account]
        newest = sorted(own, key=lambda task: -task.issued_at)[:MOST_ORDERS]
        return {"texts": {task.id: task.text for task in newest if task.text and not task.words}}

    async def _watch(self, person: Person, asked: Reply) -> Reply:
        """Return what the outgoing leader typed into the newest hand-over: it is for leaders alone."""
        held = self._state().ledger.leader_handovers.get(str(asked.get("id")))
        return {"watch": held.watch if held is not None else ""}

    async def _here(self, person: Person, asked: Reply) -> Reply:
        """Return the street of a WGS84 point, '' outside the district; ``{}`` when it is no point."""
        lon, lat = degrees(asked.get("lon"), 180.0), degrees(asked.get("lat"), 90.0)
        return {} if lon is None or lat is None else {"street": self._rules.street_of(lon, lat)}
