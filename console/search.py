"""Search: cases by number, road, street, class, call sign, external number, and by a phone's last digits."""

import asyncio
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import structlog

from city.access import Person, acting_role, may_see_person
from city.acts.command import Command, NewFact
from city.plain import short_name
from city.state import Case, CityState, LedgerState
from console.answers import signed
from console.budget import Budget
from feeds.ledger import Act, Ledger, LedgerUnavailable
from feeds.people import People

__all__ = ["Search", "finds"]

log = structlog.get_logger()

LONGEST: Final = 60
TAIL: Final = 4
NUMBER: Final = 5
"""So many digits at least are looked for in the numbers of cases that are over, too."""
TAILS_A_MINUTE: Final = 20
NOTED_S: Final = 600.0
"""The same digits asked again within this time make no new facts of the same cases."""


class Clock(Protocol):
    """Machine time, epoch seconds."""

    def __call__(self) -> float:
        """Return now."""
        ...


class Search:
    """One console's search. ``words`` is a catalogue: names of classes and streets are searched as read."""

    def __init__(
        self, ledger: Ledger, people: People, *, words: Iterable[Mapping[str, str]], clock: Clock
    ) -> None:
        self._ledger = ledger
        self._people = people
        self._words = tuple(words)
        self._clock = clock
        self._texts: dict[str, tuple[int, str]] = {}
        self._budget = Budget(TAILS_A_MINUTE, 60.0)
        self._noted: dict[tuple[str, str, str], float] = {}

    async def find(self, state: CityState, person: Person, words: str) -> set[str]:
        """Return the keys of the cases that the words find for this person.

        Four digits find reporters' phones too, for those who may see them; each hit is a fact of its case
        before it is told.
        """
        wanted = words.strip().casefold()[:LONGEST]
        if not wanted:
            return set()
        found = self._by_text(state, wanted)
        if len(wanted) == TAIL and wanted.isascii() and wanted.isdigit():
            found |= await self._by_tail(state.ledger, person, wanted)
        return found

    def _by_text(self, state: CityState, wanted: str) -> set[str]:
        is_number = len(wanted) >= NUMBER and any(letter.isdigit() for letter in wanted)
        units = {name.casefold(): unit for unit, name in _call_signs(state)}
        called = {unit for name, unit in units.items() if wanted in name}
        found = set()
        for key, case in state.ledger.cases.items():
            if case.is_open:
                if wanted in self._text(case) or called.intersection(case.file.units):
                    found.add(key)
            elif is_number and finds(case, wanted):
                found.add(key)
        return found

    def _text(self, case: Case) -> str:
        kept = self._texts.get(case.key)
        if kept is None or kept[0] != case.changed:
            if len(self._texts) > 200_000:  # closed ones are not asked for any more
                self._texts.clear()
            kept = self._texts[case.key] = (case.changed, self._read(case))
        return kept[1]

    def _read(self, case: Case) -> str:
        place, code = case.place, case.code
        told = [case.file.no, *(number for _, number in case.external), place.road, place.street, case.label]
        told += [code, f"{code[:2]}-{code[2:]}" if code else "", case.file.component]
        for words in self._words:
            told += [words.get(f"class.{case.kind}.{code}", ""), words.get(f"street.{place.street}", "")]
            told.append(words.get(f"agency.{case.holder}", short_name(case.holder)))
        return "\n".join(one for one in told if one).casefold()

    async def _by_tail(self, state: LedgerState, person: Person, tail: str) -> set[str]:
        if not acting_role(person, "reveal"):
            return set()
        refs = {
            case.reporter_ref: key
            for key, case in state.cases.items()
            if case.is_open and case.reporter_ref and may_see_person(person, case.holder, case.place.street)
        }
        if not refs:
            return set()
        if not self._budget.spend(person.account, self._clock()):
            log.warning("phone_search_refused", account=person.account)
            return set()
        try:
            matched = await asyncio.to_thread(self._matched, list(refs), tail)
            found = {refs[ref]: ref for ref in matched}
            await self._note(person, tail, found)
        except (LedgerUnavailable, sqlite3.Error, OSError) as error:
            log.warning("phone_search_failed", account=person.account, reason=str(error))
            return set()
        log.info("phone_searched", account=person.account, hits=len(found))
        return set(found)

    def _matched(self, refs: list[str], tail: str) -> list[str]:
        people = self._people.get(refs)
        return [ref for ref, person in people.items() if _digits(person.get("phone")).endswith(tail)]

    async def _note(self, person: Person, tail: str, found: Mapping[str, str]) -> None:
        """Write that a part of a person was seen, for every case told. Raises LedgerUnavailable."""
        now = self._clock()
        self._noted = {key: at for key, at in self._noted.items() if at > now - NOTED_S}
        acts = []
        for key, ref in found.items():
            if (person.account, tail, key) in self._noted:
                continue
            command = Command(f"search-{secrets.token_hex(8)}", "reveal", f"case:{key}")
            data: dict[str, Any] = {"ref": ref, "purpose": "search", "text": "", "fields": ["phone_tail"]}
            body = signed(NewFact("PersonRevealed", command.subject, data), person, command)
            acts.append(Act(f"cmd:{person.account}:{command.command_id}:{key}", (body,)))
        await self._ledger.append(acts)
        self._noted |= dict.fromkeys(((person.account, tail, key) for key in found), now)


def finds(case: Case, number: str) -> bool:
    """Whether a number (or a part of it) is the case's own or one that another system gave it."""
    numbers = (case.file.no, *(told for _, told in case.external))
    return any(number in one.casefold() for one in numbers)


def _call_signs(state: CityState) -> Iterable[tuple[str, str]]:
    units = state.measured.units
    return zip(units.ids, map(str, units.column("call_sign")), strict=True)


def _digits(phone: object) -> str:
    return "".join(letter for letter in str(phone or "") if letter.isdigit())
