"""The session of an agency's page: its people's orders, its free units, and that the page is open."""

from collections.abc import Callable
from typing import Any, Final

from city.access import Person, may_order
from city.commands.command import Now
from city.commands.subjects import find_key
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import CityState
from city.views.holders.own_cases import part_of
from city.views.holders.own_units import own_units, units_for_case
from console.desk.boundary_question import boundary
from console.desk.level_questions import level_press, level_run
from console.desk.nearby import cameras_near
from console.desk.score_question import ScoreQuestion
from console.orders.order_service import Orders
from console.orders.order_session import OrderSession, Reply
from console.orders.presence import Presence

__all__ = ["AgencyServices", "AgencySession"]

HOLDS: Final = ("lead", "co", "make_safe")
"""The parts of a holder that has work to do on a case."""


class AgencyServices:
    """Services shared by the sessions of all agencies' pages of a console."""

    def __init__(
        self, orders: Orders, pages: Presence, *, state: Callable[[], CityState], rules: DecisionRules,
        clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self.orders = orders
        self.pages = pages
        self.state = state
        self.rules = rules
        self.scores = ScoreQuestion(rules)
        self.clock = clock


class AgencySession(OrderSession):
    """The page of one agency or street. ``code`` is its scope; the centre's people order nothing there."""

    def __init__(
        self, services: AgencyServices, page: str, code: str, person_of: Callable[[bool], Person | None], *,
        owner: Callable[[], str] = str,
    ) -> None:  # fmt: skip
        super().__init__(
            services.orders,
            person_of,
            owner=owner,
            forbids=self._forbidden,
            asks={
                "units": self._units,
                "boundary": self._boundary,
                "score": self._score,
                "cameras": self._cameras,
                "level_press": self._level_press,
                "level_run": self._level_run,
            },
        )
        self._services = services
        self._page, self._code = page, code
        self._watched_as: Person | None = None

    async def handle(self, message: dict[str, Any]) -> Reply | None:
        """Return the answer to a message, None for none. Never raises because of invalid input."""
        if message.get("watching") is True:
            self._watch()
        return await super().handle(message)

    def close(self) -> None:
        """End the presence of this page: it is closed."""
        if self._watched_as is not None:
            self._services.pages.leave(self._code, self._watched_as.account, self._watched_as.name)

    def _watch(self) -> None:
        """Renew that the agency's own people have their page open: its tasks reach somebody."""
        person = self._person_of(False)
        if person is not None and may_order(person, self._page, self._code):
            self._watched_as = person
            self._services.pages.look(self._code, person.account, person.name)

    def _forbidden(self, person: Person, verb: str) -> str:
        return "" if may_order(person, self._page, self._code) else "reads_only"

    async def _units(self, person: Person, asked: Reply) -> Reply:
        services = self._services
        state, now = services.state(), services.clock()
        task = state.ledger.tasks.get(str(asked.get("task")))
        if task is not None and task.agency == self._code:
            return {"units": own_units(state, task, services.rules, now)}
        case = find_key(state.ledger, str(asked.get("case")))
        if case is None or not case.file.own or part_of(case, self._code) not in ("lead", "make_safe"):
            return {"units": []}
        return {"units": units_for_case(state, case, self._code, services.rules, now)}

    async def _boundary(self, person: Person, asked: Reply) -> Reply:
        if not may_order(person, self._page, self._code):
            return {}
        return boundary(self._services.state(), self._services.rules, person, asked)

    async def _cameras(self, person: Person, asked: Reply) -> Reply:
        services = self._services
        state = services.state()
        case = find_key(state.ledger, str(asked.get("case")))
        if case is None or not case.file.own or part_of(case, self._code) not in HOLDS:
            return {"cameras": []}
        return {"cameras": cameras_near(state, case, services.clock())}

    async def _level_press(self, person: Person, asked: Reply) -> Reply:
        """Return which proposals the flood office's head may decide on now."""
        services = self._services
        if not may_order(person, self._page, self._code):
            return {"press": {}}
        return level_press(services.state().ledger, person, services.rules)

    async def _level_run(self, person: Person, asked: Reply) -> Reply:
        """Return what a change of level would start: the flood office's page asks."""
        services = self._services
        if self._code != services.rules.response.numbers.flood_office:
            return {"run": None}
        ledger, now = services.state().ledger, services.clock()
        return level_run(ledger, asked, person, services.rules, Now(now, ledger.clock.at(now)))

    async def _score(self, person: Person, asked: Reply) -> Reply:
        services = self._services
        ledger = services.state().ledger
        return await services.scores.of(ledger, self._code, ledger.clock.at(services.clock()))
