"""Reporters: returns the reporter of a case to people who may see it."""

import asyncio
import sqlite3
from typing import Any

import structlog

from city.access import Person
from city.commands.decision import holder_code
from city.dispatch.decision_rules import DecisionRules
from city.personal_data import may_see_person
from city.state.ledger_state import Case
from feeds.people.reporters import PeopleStore

__all__ = ["Reporters"]

log = structlog.get_logger()


class Reporters:
    """Looks up the reporter of one case in the people store."""

    def __init__(self, people: PeopleStore, rules: DecisionRules) -> None:
        self._people = people
        self._rules = rules

    def may_see(self, person: Person, case: Case) -> bool:
        """Whether a person may see the reporter of a case, mirrored or our own."""
        # A mirrored case names its holder by the short name, an account by the code.
        return may_see_person(person, holder_code(case.holder, self._rules), case.place.street)

    async def of(self, case: Case | None, person: Person) -> dict[str, Any] | None:
        """Return the reporter, for this person's answer only; None without the right or a stored reporter."""
        if case is None or not self.may_see(person, case):
            return None
        try:
            found = await asyncio.to_thread(self._people.get, [case.reporter_ref])
        except (sqlite3.Error, OSError) as error:
            log.error("people_unreadable", error=str(error))
            return None
        return found.get(case.reporter_ref)
