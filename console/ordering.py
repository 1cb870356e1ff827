"""Ordering: all of a console that takes orders, put together."""

import asyncio
from collections.abc import Callable
from typing import Any

from city.access import Person
from city.acts.terms import Terms
from city.desk_seen import DeskSeen
from city.state import CityState
from city.store import Store
from console.command_socket import CommandHandler, CommandSockets
from console.desk_session import DeskCounter
from console.district import District
from console.entrance import Entrance
from console.hands import Hands
from console.orders import Orders
from console.presence import Presence
from console.reasons import Reasons
from console.roster import person_of_account
from console.search import Search
from console.settings import Settings
from console.story import Stories
from feeds.connection import connect
from feeds.ledger import Ledger
from feeds.people import People
from feeds.tokens import TokenStore
from layouts.words import LANGUAGES, Names, catalogue

__all__ = ["Ordering"]


class Ordering:
    """Orders, questions, presence and ``/v1/command`` of one console."""

    def __init__(
        self, settings: Settings, district: District, ledger: Ledger, store: Store, *, terms: Terms,
        names: Names, seen: Callable[[], DeskSeen | None], fault: Callable[[], str],
        clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._people = People(settings.data_dir)
        self._entrance: Entrance | None = None
        self._pictures = connect(settings.pictures_url)
        self._state: Callable[[], CityState] = lambda: store.state
        self._clock = clock
        self._zone_offset_s = terms.zone_offset_s
        words = {lang: catalogue(lang, names) for lang in LANGUAGES}
        self.presence = Presence(self._pictures, clock=clock)
        self.orders = Orders(
            ledger, store, terms=terms, people=self._people, presence=self.presence, clock=clock,
            reasons=Reasons(words["zh"], district.timezone), fault=fault,
        )  # fmt: skip
        self.counter = DeskCounter(
            self.orders, self.presence, state=self._state, terms=terms, clock=clock, seen=seen,
            stories=Stories(ledger, self._name_of),
            search=Search(ledger, self._people, words=words.values(), clock=clock),
        )  # fmt: skip

    def hands(self, entrance: Entrance) -> Hands:
        """Return the maker of pages' visitors; stories then know the names of accounts."""
        self._entrance = entrance
        return Hands(self.counter, entrance, zone_offset_s=self._zone_offset_s)

    def _name_of(self, name: str) -> str:
        account = self._entrance.accounts.get(name) if self._entrance is not None else None
        return account.display if account is not None else ""

    def sockets(self, entrance: Entrance, tokens: TokenStore, origins: frozenset[str]) -> CommandSockets:
        """Return what serves ``/v1/command``."""

        def person_of(name: str) -> Person | None:
            account = entrance.accounts.get(name)
            return person_of_account(account, self._state(), self._clock(), zone_offset_s=self._zone_offset_s)

        return CommandSockets(self.orders, tokens, person_of, origins=origins)

    @staticmethod
    def pattern(sockets: CommandSockets) -> tuple[str, type[CommandHandler], dict[str, Any]]:
        """Return the address of the command socket, for ``extra_patterns``."""
        return (r"/v1/command", CommandHandler, {"sockets": sockets})

    async def run(self, sockets: CommandSockets) -> None:
        """Share presence and watch the sockets until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.presence.run())
            tasks.create_task(sockets.run())
