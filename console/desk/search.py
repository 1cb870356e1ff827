"""Search of cases by number, road, street, grid, class, call sign, external number, last phone digits."""

import asyncio
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import msgspec
import structlog

from city.access import Person, acting_role
from city.commands.command import Command, Decision, NewFact, Now
from city.commands.decide import decide
from city.dispatch.decision_rules import DecisionRules
from city.places.public_names import short_name
from city.state.ledger_state import Case, CityState, LedgerState, Place
from console.desk.case_index import CaseIndex
from console.orders.answers import signed
from console.orders.rate_limit import RateLimit
from feeds.ledger.ledger import Act, Ledger, LedgerUnavailable
from feeds.people.reporters import PeopleStore

__all__ = ["Search", "place_of"]

log = structlog.get_logger()

LONGEST: Final = 60
TAIL: Final = 4
NUMBER: Final = 5
"""From this length on, a text with a digit is also searched in the numbers of closed cases."""
OVER: Final = 200
"""The most closed cases in a result, the newest: every number of a district contains its code."""
GRID: Final = 5
"""From this length on, digits are searched in the codes of grids; four digits may be a phone's."""
TAILS_A_MINUTE: Final = 20
TAIL_KEPT_S: Final = 60.0
"""A page asks every two seconds; for this long it gets the same result without a new search."""
NOTED_S: Final = 600.0
"""The same digits within this time count as the same search: no new charge, and no new facts."""


class Clock(Protocol):
    """Machine time, epoch seconds."""

    def __call__(self) -> float:
        """Return now."""
        ...


class _Text(msgspec.Struct, frozen=True):
    """The searchable text of an open case, and the code of the unit grid of its place."""

    changed: int
    words: str
    place: Place
    grid: str

    def has(self, wanted: str) -> bool:
        return wanted in self.words or (len(wanted) >= GRID and wanted in self.grid)


class _Tail(msgspec.Struct):
    """The result of somebody's digits: ``asked`` is their last request, ``at`` the time of the search."""

    asked: float
    at: float = float("-inf")
    keys: frozenset[str] = frozenset()


class Search:
    """One console's search. ``words`` are the catalogues: displayed class and street names are searched."""

    def __init__(
        self, ledger: Ledger, people: PeopleStore, *, words: Iterable[Mapping[str, str]], clock: Clock
    ) -> None:
        self._ledger = ledger
        self._people = people
        self._words = tuple(words)
        self._clock = clock
        self._texts: dict[str, _Text] = {}
        self._index = CaseIndex()
        self._tails: dict[tuple[str, str], _Tail] = {}
        self._budget = RateLimit(TAILS_A_MINUTE, 60.0)
        self._noted: dict[tuple[str, str, str], float] = {}

    async def find(self, state: CityState, person: Person, words: str, rules: DecisionRules) -> set[str]:
        """Return the keys of the cases that match for this person; of the closed ones, the newest 200.

        Four digits also match the end of reporters' phone numbers, for those who may see them. Each such
        match is written as a fact of its case before it is returned.
        """
        wanted = words.strip().casefold()[:LONGEST]
        if not wanted:
            return set()
        await self._index.update(state.ledger)
        found = self._by_text(state, wanted, rules)
        if len(wanted) == TAIL and wanted.isascii() and wanted.isdigit():
            found |= await self._by_tail(state.ledger, person, wanted, rules)
        return found

    def _by_text(self, state: CityState, wanted: str, rules: DecisionRules) -> set[str]:
        units = {name.casefold(): unit for unit, name in _call_signs(state)}
        called = {unit for name, unit in units.items() if wanted in name}
        found = {
            case.key
            for case in self._index.open_cases()
            if self._text(case, rules).has(wanted) or called.intersection(case.file.units)
        }
        if len(wanted) >= NUMBER and any(letter.isdigit() for letter in wanted):
            found.update(self._index.over(wanted, OVER))
        return found

    def _text(self, case: Case, rules: DecisionRules) -> _Text:
        kept = self._texts.get(case.key)
        if kept is None or kept.changed != case.changed:
            if len(self._texts) > 200_000:  # most are of closed cases, which are not searched here
                self._texts.clear()
            place = case.place
            grid = rules.grid_of(place.lon, place.lat) if kept is None or kept.place != place else kept.grid
            kept = self._texts[case.key] = _Text(case.changed, self._read(case), place, grid)
        return kept

    def _read(self, case: Case) -> str:
        place, code = case.place, case.code
        parts = [case.file.no, *(number for _, number in case.external), place.road, place.street, case.label]
        parts += [code, f"{code[:2]}-{code[2:]}" if code else "", case.file.component]
        for words in self._words:
            parts += [words.get(f"class.{case.kind}.{code}", ""), words.get(f"street.{place.street}", "")]
            parts.append(words.get(f"agency.{case.holder}", short_name(case.holder)))
        return "\n".join(part for part in parts if part).casefold()

    async def _by_tail(self, state: LedgerState, person: Person, tail: str, rules: DecisionRules) -> set[str]:
        if not acting_role(person, "reveal"):
            return set()
        kept = self._kept(person, tail)
        if kept is None:
            log.warning("phone_search_refused", account=person.account)
            return set()
        try:
            if kept.asked - kept.at >= TAIL_KEPT_S:
                kept.keys, kept.at = await self._look(tail), kept.asked
            cases = [case for key in kept.keys if (case := state.cases.get(key)) is not None]
            now = Now(kept.asked, state.clock.at(kept.asked))
            found = {
                case.key: case.reporter_ref
                for case in cases
                if case.is_open and _may_reveal(state, case, person, rules, now)
            }
            await self._note(person, tail, found)
        except (LedgerUnavailable, sqlite3.Error, OSError) as error:
            log.warning("phone_search_failed", account=person.account, reason=str(error))
            return set()
        return set(found)

    def _kept(self, person: Person, tail: str) -> _Tail | None:
        """Return the cached result of somebody's digits. New digits are charged; None when over the limit."""
        now = self._clock()
        self._tails = {key: one for key, one in self._tails.items() if one.asked > now - NOTED_S}
        kept = self._tails.get((person.account, tail))
        if kept is None:
            if not self._budget.spend(person.account, now):
                return None
            log.info("phone_searched", account=person.account)
            kept = self._tails[person.account, tail] = _Tail(now)
        kept.asked = now
        return kept

    async def _look(self, tail: str) -> frozenset[str]:
        refs: dict[str, list[str]] = {}
        for case in self._index.open_cases():
            if case.reporter_ref:
                refs.setdefault(case.reporter_ref, []).append(case.key)
        matched = await asyncio.to_thread(self._matched, list(refs), tail) if refs else []
        return frozenset(key for ref in matched for key in refs[ref])

    def _matched(self, refs: list[str], tail: str) -> list[str]:
        people = self._people.get(refs)
        return [ref for ref, person in people.items() if _digits(person.get("phone")).endswith(tail)]

    async def _note(self, person: Person, tail: str, found: Mapping[str, str]) -> None:
        """Write for every returned case that a part of the reporter was seen. Raises LedgerUnavailable."""
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


def _may_reveal(state: LedgerState, case: Case, person: Person, rules: DecisionRules, now: Now) -> bool:
    """Whether the rules would let a person reveal the reporter of a case."""
    args = {"purpose": "call_back"}
    asked = Command("search", "reveal", f"case:{case.key}", case.file.version, args)
    return isinstance(decide(state, asked, person, rules, now), Decision)


def _call_signs(state: CityState) -> Iterable[tuple[str, str]]:
    units = state.measured.units
    return zip(units.ids, map(str, units.column("call_sign")), strict=True)


def _digits(phone: object) -> str:
    return "".join(letter for letter in str(phone or "") if letter.isdigit())


def place_of(words: str) -> tuple[float, float, float] | None:
    """Return the place that a search names (``@lon,lat,metres``), None for other words."""
    parts = words.removeprefix("@").split(",")
    if not words.startswith("@") or len(parts) != 3:
        return None
    try:
        lon, lat, radius = (float(part) for part in parts)
    except ValueError:
        return None
    return lon, lat, radius
