"""The export of the ledger for auditors, in CSV or JSON Lines.

Every fact is one line: who, what, when (machine time and city time), a column for each time and code that
auditors need, and all of the fact's data. ``--people`` exports who was shown which field of whose data.
"""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Literal

import msgspec

from city.clocks.city_clock import REAL_TIME, CityClock
from city.clocks.timestamps import iso, parse
from city.facts.chain import Link
from city.state.row_keys import row_key_of
from feeds.ledger.audit import all_rows
from feeds.ledger.ledger import Ledger
from feeds.ledger.segments import Segments

__all__ = ["COLUMNS", "PEOPLE_COLUMNS", "Filter", "export"]

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_SIGNED = ("type", "v", "subject", "actor", "role", "seat", "shift", "reason")
TIMES = (
    "at", "fix_by_at", "deadline_at", "dispatch_by", "holder_due_at", "sign_by", "return_by", "verify_by",
    "due_at", "on_site_by", "check_by", "decide_by", "acknowledge_by", "answer_by", "until",
)  # fmt: skip
CODES = (
    "version", "command", "channel", "kind", "code", "street", "lon", "lat", "holder", "to",
    "late_s", "in_time",
)  # fmt: skip
_OWN = frozenset((*CODES, *TIMES))
COLUMNS = ("position", "recorded_at", "city_at", *_SIGNED, *CODES, *TIMES, "data", "hash")
PEOPLE_COLUMNS = (
    "position", "recorded_at", "city_at", "actor", "role", "seat", "shift", "subject", "ref", "field",
    "purpose", "text",
)  # fmt: skip

Form = Literal["jsonl", "csv"]


class Filter(msgspec.Struct, frozen=True):
    """Which facts to export: those that meet every given condition.

    ``case`` is a case's key or row key; ``since`` (included) and ``until`` (not included) are epoch seconds,
    compared with ``recorded_at``; ``people`` exports reveals only, one line for each field that was shown.
    """

    after: int = 0
    case: str = ""
    since: float | None = None
    until: float | None = None
    types: frozenset[str] = frozenset()
    people: bool = False

    def matches(self, exported: dict[str, Any]) -> bool:
        """Whether a fact (as exported) meets the conditions."""
        recorded = parse(exported["recorded_at"])
        kind = exported.get("type", "")
        return (
            exported["position"] > self.after
            and (self.since is None or recorded >= self.since)
            and (self.until is None or recorded < self.until)
            and (not self.types or kind in self.types)
            and (not self.people or kind == "PersonRevealed")
            and (not self.case or self._is_case(str(exported.get("subject", ""))))
        )

    def _is_case(self, subject: str) -> bool:
        key = subject.removeprefix("case:")
        wanted = self.case.removeprefix("case:").removeprefix("~")
        return key != subject and wanted in (key, row_key_of(key))


async def export(
    ledger: Ledger, segments: Segments, *, form: Form = "jsonl", only: Filter | None = None
) -> AsyncIterator[str]:
    """Yield the facts that match ``only`` as lines (with line ends); CSV begins with its columns.

    In CSV, a cell that a spreadsheet would read as a formula gets a leading apostrophe.
    Raises SegmentDamaged, LedgerUnavailable.
    """
    asked = only or Filter()
    columns = PEOPLE_COLUMNS if asked.people else COLUMNS
    if form == "csv":
        yield _csv(columns)
    clock = REAL_TIME
    async for row in all_rows(ledger, segments):  # from the first: it sets the city clock
        if row.position <= asked.after and b'"CityClockSet"' not in row.body:
            continue
        exported = _exported(row)
        clock = _clock(exported, clock)
        exported["city_at"] = iso(clock.at(parse(row.recorded_at)))
        if not asked.matches(exported):
            continue
        for line in _lines(exported, people=asked.people):
            yield _csv(_cells(line, columns)) if form == "csv" else _json(line)


def _exported(row: Link) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(row.body, type=dict[str, Any])
    except msgspec.MsgspecError:
        body = {"data": row.body.decode("utf-8", "replace")}
    return {"position": row.position, "recorded_at": row.recorded_at, "city_at": "", **body, "hash": row.hash}


def _clock(exported: dict[str, Any], before: CityClock) -> CityClock:
    """Return the city clock that is valid from this fact on."""
    if exported.get("type") != "CityClockSet":
        return before
    try:
        data = exported["data"]
        return CityClock(parse(data["city0"]), parse(data["machine0"]), float(data["rate"]))
    except (KeyError, TypeError, ValueError):
        return before  # as the fold does: an unreadable clock is ignored


def _lines(exported: dict[str, Any], *, people: bool) -> Iterator[dict[str, Any]]:
    if not people:
        yield exported
        return
    data = exported.get("data")
    data = data if isinstance(data, dict) else {}
    about = {name: exported.get(name, "") for name in PEOPLE_COLUMNS} | {
        name: data.get(name, "") for name in ("ref", "purpose", "text")
    }
    for field in data.get("fields") or [""]:
        yield {**about, "field": field}


def _cells(exported: dict[str, Any], columns: tuple[str, ...]) -> Iterator[str]:
    own = _own_columns(exported.get("data"))
    for name in columns:
        if name == "data":
            yield _cell(msgspec.json.encode(exported.get("data", {})).decode())
        else:
            yield _cell(exported[name] if name in exported else own.get(name))


def _own_columns(data: object) -> dict[str, Any]:
    """Return times and codes of a fact's data; for a report, those of its record."""
    record = data.get("record") if isinstance(data, dict) else None
    category = record.get("category") if isinstance(record, dict) else None
    mapped = category.get("mapped") if isinstance(category, dict) else None
    found: dict[str, Any] = {}
    for place in (category, mapped, record, data):  # later entries override earlier ones
        if isinstance(place, dict):
            found |= {
                name: value
                for name, value in place.items()
                if name in _OWN and value is not None and not isinstance(value, dict | list)
            }
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def _csv(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _json(exported: dict[str, Any]) -> str:
    return msgspec.json.encode(exported).decode() + "\n"
