"""The session of an agency's page: its people's orders, its free units, and that the page is open."""

from collections.abc import Callable
from typing import Any

from city.access import Person, may_order
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import CityState
from city.views.own_units import own_units
from console.desk.boundary_question import boundary
from console.orders.order_service import Orders
from console.orders.order_session import OrderSession, Reply
from console.orders.presence import Presence

__all__ = ["AgencyServices", "AgencySession"]


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
        self.clock = clock


class AgencySession(OrderSession):
    """One agency's page. ``code`` is its scope; the centre's people read it and order nothing."""

    def __init__(
        self, services: AgencyServices, code: str, person_of: Callable[[bool], Person | None], *,
        owner: Callable[[], str] = str,
    ) -> None:  # fmt: skip
        super().__init__(
            services.orders,
            person_of,
            owner=owner,
            forbids=self._forbidden,
            asks={"units": self._units, "boundary": self._boundary},
        )
        self._services = services
        self._code = code
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
        if person is not None and may_order(person, "agency", self._code):
            self._watched_as = person
            self._services.pages.look(self._code, person.account, person.name)

    def _forbidden(self, person: Person, verb: str) -> str:
        return "" if may_order(person, "agency", self._code) else "reads_only"

    async def _units(self, person: Person, asked: Reply) -> Reply:
        services = self._services
        state, now = services.state(), services.clock()
        task = state.ledger.tasks.get(str(asked.get("task")))
        if task is None or task.agency != self._code:
            return {"units": []}
        return {"units": own_units(state, task, services.rules, now)}

    async def _boundary(self, person: Person, asked: Reply) -> Reply:
        if not may_order(person, "agency", self._code):
            return {}
        return boundary(self._services.state(), self._services.rules, person, asked)
