"""Questions about duty that a page asks through its session: typed text, telephone links and the log.

What only some may see is checked for the person who asks: typed text is class P2 (domain §4.9), a
telephone link is for those who may call now.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from city.access import Person, acting_role
from city.commands.duty.planning import seat_codes
from city.dispatch.decision_rules import DecisionRules
from city.duty.log_pages import LogRow, duty_log
from city.duty.roster_checks import roster_faults
from city.indicators.duty_figures import daily_figures
from city.personal_data import may_read_words
from city.state.ledger_state import CityState, LedgerState, LogLine
from city.state.row_keys import row_key_of
from city.views.page_view import public_line
from console.deployment.contacts import Contact
from console.orders.order_session import Answerer, Reply
from layouts.cards.wall.log import line_fields

__all__ = ["DutyQuestions", "report_day"]

MOST_LINES: Final = 200
ALWAYS: Final = (float("-inf"), float("inf"))
WRITTEN_S: Final = 7 * 3600.0
MOST_REFS: Final = 8
LONGEST_WORDS: Final = 60
MOST_ROWS: Final = 4000
MOST_FAULTS: Final = 100
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class DutyQuestions:
    """Answers for all pages of one console. ``words`` is the Chinese catalogue, for the search."""

    def __init__(
        self, state: Callable[[], CityState], rules: DecisionRules, contacts: Mapping[str, Contact],
        words: Mapping[str, str], *, clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._state = state
        self._rules = rules
        self._contacts = contacts
        self._words = words
        self._clock = clock

    def asks(self) -> dict[str, Answerer]:
        """Return every question with its answerer."""
        return {
            "contacts": self._may_call, "daily_report": self._daily, "duty_log": self._log,
            "handover_note": self._note, "refs": self._refs, "roster_check": self._check,
        }  # fmt: skip

    async def _may_call(self, person: Person, asked: Reply) -> Reply:
        if not acting_role(person, "call"):
            return {"contacts": []}
        return {"contacts": [msgspec.structs.asdict(one) for one in self._contacts.values()]}

    async def _note(self, person: Person, asked: Reply) -> Reply:
        """Return the typed text of a hand-over: its note, and the leaders' orders that are items of it."""
        shift = self._state().ledger.shifts.get(str(asked.get("shift")))
        draft = shift.handover if shift is not None else None
        if draft is None or not may_read_words(person):
            return {"note": "", "orders": {}}
        refs = {item.ref for item in draft.items if item.kind == "instruction"}
        entries = self._state().ledger.entries
        orders = {str(one.position): one.text for one in entries if f"entry:{one.position}" in refs}
        return {"note": draft.note, "orders": orders}

    async def _log(self, person: Person, asked: Reply) -> Reply:
        """Return the newest lines and entries, newest first; with words, those that contain them all."""
        ledger = self._state().ledger
        rows = duty_log(ledger, ALWAYS, _words(asked), say=self._told)
        if not may_read_words(person):
            rows = tuple(row for row in rows if row.kind == "fact")
        return {"lines": [self._row(row, ledger) for row in rows[:MOST_LINES]], "total": len(rows)}

    def _row(self, row: LogRow, ledger: LedgerState) -> Reply:
        if row.kind == "fact":
            line = public_line(LogLine(row.at, row.text, row.names, row.position), self._rules)
            return {
                "id": f"l{row.position}",
                "position": row.position,
                "at": row.at,
                "line": line_fields(line),
            }
        return {
            "id": f"e{row.position}", "position": row.position, "at": row.at, "kind": row.kind,
            "text": row.text, "refs": list(row.refs), "name": row.by.name if row.by else "", "seat": row.seat,
            "labels": {ref: _no_of(ledger, ref) for ref in row.refs},
            "corrects": row.corrects, "corrected": bool(row.corrections),
        }  # fmt: skip

    def _told(self, key: str, names: Mapping[str, str]) -> str:
        """Return a line's text with the words of its codes, to search in."""
        codes = (
            f"class.{names.get('kind')}.{names.get('code')}", f"street.{names.get('street')}",
            f"agency.{names.get('agency')}", f"role.{names.get('post', '').partition(':')[0]}",
            f"agency.{names.get('post', '').partition(':')[2]}", f"shift.{names.get('shift')}",
            f"incident.{names.get('incident_kind')}", f"task.{names.get('task_words')}",
        )  # fmt: skip
        return " ".join((self._words.get(key, ""), *(self._words.get(code, "") for code in codes)))

    async def _refs(self, person: Person, asked: Reply) -> Reply:
        """Return what a reference may mean: open incidents, tasks and cases; no typed text."""
        ledger, wanted = self._state().ledger, _words(asked)
        found: list[Reply] = []
        for ref, names in _references(ledger):
            if len(found) == MOST_REFS:
                break
            told = [*names.values(), self._words.get(f"incident.{names.get('incident')}", "")]
            told.append(self._words.get(f"class.{names.get('kind')}.{names.get('code')}", ""))
            if wanted in " ".join(told).casefold():
                found.append({"ref": ref, "names": names})
        return {"refs": found}

    async def _check(self, person: Person, asked: Reply) -> Reply:
        """Return every fault of a roster's table that somebody wants to load."""
        rows = asked.get("rows")
        if not acting_role(person, "load_roster") or not isinstance(rows, list):
            return {"faults": []}
        table = [
            {str(name): str(cell) for name, cell in row.items()}
            for row in rows[:MOST_ROWS]
            if isinstance(row, dict)
        ]
        ledger, rules = self._state().ledger, self._rules
        faults = roster_faults(
            table, list(ledger.overrides.values()), ledger.clock.at(self._clock()), codes=seat_codes(rules),
            days=rules.linkage.duty.gap_days, zone_offset_s=rules.zone_offset_s,
        )  # fmt: skip
        return {"faults": [msgspec.structs.asdict(fault) for fault in faults[:MOST_FAULTS]]}

    async def _daily(self, person: Person, asked: Reply) -> Reply:
        """Return the saved report of a day, or a draft with the day's figures."""
        ledger, zone = self._state().ledger, self._rules.zone_offset_s
        now = ledger.clock.at(self._clock())
        told = str(asked.get("day") or "")
        day = told if _DAY.fullmatch(told) else report_day(now, zone)
        if not may_read_words(person):
            return {"report": None}
        saved = ledger.reports.get(day)
        figures = dict(saved.figures) if saved is not None else {}
        if not figures:
            try:  # facts that are folded meanwhile may or may not be counted, as for the indicators
                figures = await asyncio.to_thread(daily_figures, ledger, day, zone_offset_s=zone)
            except ValueError:
                return {"report": None}
        signed = saved.signed if saved is not None else None
        return {
            "report": {
                "day": day, "text": saved.text if saved is not None else "", "figures": figures,
                "saved": {"name": signed.name, "at": signed.at} if signed is not None else None,
                "version": saved.version if saved is not None else 0,
            }
        }  # fmt: skip


def _references(ledger: LedgerState) -> Iterator[tuple[str, dict[str, str]]]:
    for incident in ledger.incidents.values():
        if incident.is_open:
            names = {"no": incident.no, "incident": incident.kind, "road": incident.place.road}
            yield f"incident:{incident.id}", names
    for task in ledger.tasks.values():
        if task.is_open:
            names = {"no": task.no, "task": task.words, "agency": task.agency, "road": task.place.road}
            yield f"task:{task.id}", names
    for case in reversed(ledger.cases.values()):
        if case.is_open:
            yield (
                f"case:~{row_key_of(case.key)}",
                {"no": case.file.no, "kind": case.kind, "code": case.code, "road": case.place.road},
            )


def _no_of(ledger: LedgerState, ref: str) -> str:
    """Return the number of a referenced subject, the reference itself when it has none."""
    kind, _, id_ = ref.partition(":")
    if kind == "case":
        case = ledger.cases.get(ledger.by_mark.get(id_.removeprefix("~"), id_))
        return (case.file.no if case is not None else "") or ref
    if kind == "incident":
        return ledger.incidents[id_].no if id_ in ledger.incidents else ref
    return ledger.tasks[id_].no if kind == "task" and id_ in ledger.tasks else ref


def report_day(city_now: float, zone_offset_s: int) -> str:
    """Return the ISO date of the report that is due or was due last: it is written from 07:00 on."""
    return datetime.fromtimestamp(city_now + zone_offset_s - WRITTEN_S, UTC).date().isoformat()


def _words(asked: Reply) -> str:
    return str(asked.get("words") or "").strip().casefold()[:LONGEST_WORDS]
