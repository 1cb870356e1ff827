"""Assembly of a console's order services: orders, desk sessions, presence and the command socket."""

import asyncio
from collections.abc import Callable
from typing import Any

from city.access import Person
from city.dispatch.decision_rules import DecisionRules
from city.folding.store import Store
from city.state.ledger_state import CityState
from city.views.desk_seen import DeskSeen
from console.app.access_services import AccessServices
from console.deployment.contacts import CALL, read_contacts
from console.deployment.district import District
from console.deployment.roster import person_of_account
from console.deployment.settings import Settings
from console.desk.agency_session import AgencyServices
from console.desk.case_story import CaseStories
from console.desk.desk_session import DeskServices
from console.desk.duty_questions import DutyQuestions
from console.desk.leader_questions import LeaderQuestions
from console.desk.page_sessions import PageSessions
from console.desk.search import Search
from console.orders.command_socket import CommandHandler, CommandSockets
from console.orders.order_service import Orders
from console.orders.photo_names import PhotoNames
from console.orders.presence import AGENCY_PAGES, Presence
from console.orders.refusal_texts import Reasons
from console.pages.duty_sheets import DutySheets
from console.pages.leader_sheets import LeaderSheets
from feeds.ledger.ledger import Ledger
from feeds.people.reporters import PeopleStore
from feeds.people.tokens import TokenStore
from feeds.storage.connections import connect
from feeds.storage.photo_files import PhotoFiles
from layouts.catalogues import LANGUAGES, Names, catalogue

__all__ = ["OrderServices"]


class OrderServices:
    """Orders, questions, presence and ``/v1/command`` of one console."""

    def __init__(
        self, settings: Settings, district: District, ledger: Ledger, store: Store, *, rules: DecisionRules,
        names: Names, seen: Callable[[], DeskSeen | None], fault: Callable[[], str],
        clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._people = PeopleStore(settings.data_dir)
        self._access: AccessServices | None = None
        self._pictures = connect(settings.pictures_url)
        self._state: Callable[[], CityState] = lambda: store.state
        self._clock = clock
        self._zone_offset_s = rules.zone_offset_s
        words = {lang: catalogue(lang, names) for lang in LANGUAGES}
        self.presence = Presence(self._pictures, clock=clock)
        self._agency_pages = Presence(self._pictures, clock=clock, key=AGENCY_PAGES)
        self.orders = Orders(
            ledger, store, rules=rules, people=self._people, presence=self.presence, clock=clock,
            photos=PhotoNames(PhotoFiles(settings.data_dir)),
            reasons=Reasons(words["zh"], district.timezone), fault=fault,
        )  # fmt: skip
        contacts = read_contacts(settings.data_dir, district.duty.get("call", CALL))
        self.desk_services = DeskServices(
            self.orders, self.presence, state=self._state, rules=rules, clock=clock, seen=seen,
            stories=CaseStories(ledger, self._name_of),
            search=Search(ledger, self._people, words=words.values(), clock=clock),
            duty=DutyQuestions(self._state, rules, contacts, words["zh"], clock=clock).asks(),
            leader=LeaderQuestions(self._state, rules, clock=clock).asks(),
        )  # fmt: skip
        self.sheets = DutySheets(
            self._state, rules, words=words, title=district.name, timezone=district.timezone, clock=clock
        )
        self.leader_sheets = LeaderSheets(
            self._state, rules, words=words, title=district.name, timezone=district.timezone, clock=clock
        )

        self._agency_services = AgencyServices(
            self.orders, self._agency_pages, state=self._state, rules=rules, clock=clock
        )

    def page_sessions(self, access: AccessServices) -> PageSessions:
        """Return the factory of page sessions; from now on case stories show the accounts' display names."""
        self._access = access
        return PageSessions(
            self.desk_services, self._agency_services, access.sessions, access.seats,
            zone_offset_s=self._zone_offset_s,
        )  # fmt: skip

    def _name_of(self, name: str) -> str:
        account = self._access.accounts.get(name) if self._access is not None else None
        return account.display if account is not None else ""

    def sockets(self, access: AccessServices, tokens: TokenStore, origins: frozenset[str]) -> CommandSockets:
        """Return the shared state of the sockets at ``/v1/command``."""

        def person_of(name: str) -> Person | None:
            account = access.accounts.get(name)
            return person_of_account(account, self._state(), self._clock(), zone_offset_s=self._zone_offset_s)

        return CommandSockets(self.orders, tokens, person_of, origins=origins)

    @staticmethod
    def pattern(sockets: CommandSockets) -> tuple[str, type[CommandHandler], dict[str, Any]]:
        """Return the URL pattern of the command socket, for ``extra_patterns``."""
        return (r"/v1/command", CommandHandler, {"sockets": sockets})

    async def run(self, sockets: CommandSockets) -> None:
        """Share presence and check the sockets' tokens until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.presence.run())
            tasks.create_task(self._agency_pages.run())
            tasks.create_task(sockets.run())
