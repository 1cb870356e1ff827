"""Cases of other systems: their conversion to records, and tables of cases read with a mapping file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from city.clocks.timestamps import iso
from feeds.sources.contract import (
    FieldError,
    Items,
    OpenOptions,
    Record,
    Remark,
    fingerprint,
    shown,
    without_blanks,
)
from feeds.sources.positions import read_position
from feeds.sources.roads import crossing_of, named_road, road_of
from feeds.sources.tables.cells import Cells
from feeds.sources.tables.mapping import CaseMapping, absent, zone_of
from feeds.sources.tables.tables import Row, Table

__all__ = ["CaseItems", "CaseRow", "CaseTable", "case_record"]

TITLE_LENGTH = 200
IDENTITY_LENGTH = 100
OPEN_STATE, FIRST_STATE = "dispatched", "reported"
SYSTEM_OF_CODES = "GBT30428.2"
_SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
"""A long number as a spreadsheet shows it, without its last digits."""

Position = tuple[float, float]


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One case as given by its source. Times in epoch seconds; ``state`` is our state, '' if not given."""

    no: str
    at: float
    label: str
    detail: str = ""
    state: str = ""
    status_at: float | None = None
    due_at: float | None = None
    agency: str = ""
    position: Position | None = None
    address: str = ""
    road: str = ""


class CaseItems(Items):
    """Common base of case sources: numbers, positions, statuses, and the order of records."""

    topic = "case"
    rate: float | None = None

    def __init__(self, name: str, mapping: CaseMapping, *, unfold: bool) -> None:
        super().__init__()
        self.name = name
        self.total: int | None = None
        self._mapping = mapping
        self._unfold = unfold
        self._statuses = {status.casefold(): state for status, state in mapping.statuses.items()}

    def once_only(self, where: str, column: str, case: CaseRow) -> CaseRow:
        """Return a case; raises FieldError when another report has its number.

        The same report with another status is a later step of that case.
        """
        if _SHORTENED.fullmatch(case.no):
            reason = "was shortened by a spreadsheet: its last digits are lost"
            raise FieldError(column, reason, shown(case.no))
        report = [case.at, case.label, case.detail, case.position, case.address]
        self.once(where, column, case.no, report)
        return case

    def placed(self, lon: Any, lat: Any, columns: tuple[str, str], address: str) -> Position | None:
        """Return a case's position. A wrong one is dropped if there is an address; else raises FieldError."""
        try:
            found = read_position(lon, lat, columns=columns, bounds=self._mapping.bounds)
        except FieldError as error:
            if not address:
                raise
            self.changed(error, "the case is kept by its address")
            return None
        if found is None and not address:
            raise FieldError(columns[0], "no position and no address")
        return found

    def knows(self, status: str) -> bool:
        """Whether the mapping has a state for a status."""
        return status.casefold() in self._statuses

    def state(self, column: str, status: str) -> str:
        """Return our state for a status, '' for none; for an unknown one see the mapping's ``unknown``."""
        if not status:
            return ""
        found = self._statuses.get(status.casefold())
        if found is not None:
            return found
        error = FieldError(column, f"status {shown(status)} is not in the mapping")
        if self._mapping.unknown == "open":
            self.changed(error, "taken as open")
            return ""
        if self._mapping.unknown == "skip":
            raise error
        raise FieldError(column, f'{error.reason} (name it in [statuses], or set unknown = "open" or "skip")')

    def ordered(self, cases: list[CaseRow]) -> Iterator[Record]:
        """Yield the records of cases in time order; with ``unfold`` the report comes before the status."""
        steps = [(case.at, case) for case in cases]
        if self._unfold:
            steps = [step for case in cases for step in _steps(case)]
        # Of two statuses of one report the later one comes last.
        steps.sort(key=lambda step: (step[0], step[1].status_at or step[0]))
        self.total = len(steps)
        for _, case in steps:
            yield case_record(case, self._mapping)


class CaseTable(CaseItems):
    """A table of cases; one record per row, in the order of the time reported."""

    def __init__(self, path: Path, mapping: CaseMapping, options: OpenOptions) -> None:
        super().__init__(options.name or path.stem, mapping, unfold=options.unfold)
        self._table = Table(path, mapping.encoding)
        zone = zone_of(mapping.zone)
        self._cells = Cells(blank=mapping.blank, times=mapping.times, zone=zone)

    def records(self) -> Iterator[Record]:
        """Yield `case` records; an invalid row is left out with a remark that has its row number."""
        self.begin()
        for name in absent(self._mapping.needed, self._table.header):
            self.remarks.append(Remark("row 1", name, "the mapping's column is not there", skipped=False))
        cases = []
        for row in self._table.rows():
            where = f"row {row.number}"
            with self.item(where):
                cases.append(self.once_only(where, self._mapping.columns.no, self._case(row)))
        yield from self.ordered(cases)

    def _case(self, row: Row) -> CaseRow:
        if row.fault:
            raise row.fault
        columns, cells, text = self._mapping.columns, row.cells, self._cells.text
        no, label, at = text(cells, columns.no), text(cells, columns.category), None
        for value, column in ((no, columns.no), (label, columns.category)):
            if not value:
                raise FieldError(column, "is empty")
        at = self._cells.moment(cells, columns.at)
        if at is None:
            raise FieldError(columns.at, "is empty")
        crossing = crossing_of([text(cells, name) for name in columns.crossing])
        address = next((a for name in columns.address if (a := text(cells, name))), "") or crossing
        state = self.state(columns.status, text(cells, columns.status))
        return CaseRow(
            no=no,
            at=at,
            label=label,
            detail=text(cells, columns.detail),
            state=state,
            status_at=self._status_at(cells, at, state),
            due_at=self._moment(cells, columns.due),
            agency=text(cells, columns.agency),
            position=self.placed(
                text(cells, columns.lon), text(cells, columns.lat), (columns.lon, columns.lat), address
            ),
            address=address,
            road=named_road(text(cells, columns.road)) or crossing or road_of(address),
        )

    def _moment(self, row: dict[str, Any], column: str) -> float | None:
        """Return an optional time; an unreadable one is removed with a remark."""
        try:
            return self._cells.moment(row, column)
        except FieldError as error:
            self.changed(error, "the time is left out")
            return None

    def _status_at(self, row: dict[str, Any], at: float, state: str) -> float | None:
        columns = self._mapping.columns
        order = (columns.closed, columns.updated)
        for column in order if state == "closed" else reversed(order):
            found = self._moment(row, column)
            if found is not None and found >= at:
                return found
            if found is not None:
                self.changed(FieldError(column, "is before the case was reported"), "the time is left out")
        return None


def _steps(case: CaseRow) -> list[tuple[float, CaseRow]]:
    if case.status_at is None or case.status_at <= case.at:
        return [(case.at, case)]
    first = msgspec.structs.replace(case, state="", status_at=None)
    return [(case.at, first), (case.status_at, case)]


def case_record(case: CaseRow, mapping: CaseMapping) -> Record:
    """Return the `case` record of a case.

    The id is the system, the number and a fingerprint of the status: a repeated status is a duplicate, a new
    status updates the case, which is identified by its external (system, no).
    """
    names = (f"{case.label} – {case.detail}", case.label)
    agency = mapping.agencies.get(case.agency, case.agency)
    mirror = without_blanks(
        {
            "state": case.state or (OPEN_STATE if agency else FIRST_STATE),
            "agency": agency,
            "due_at": None if case.due_at is None else iso(case.due_at),
            "at": None if case.status_at is None else iso(case.status_at),
        }
    )
    title = names[0] if case.detail else case.label
    position = case.position or (None, None)
    return without_blanks(
        {
            "id": f"{_identity(mapping.system, case.no)}.{fingerprint(mirror)}",
            "at": iso(case.at),
            "channel": mapping.channel,
            "category": _category(names, mapping),
            "title": title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…",
            "lon": position[0],
            "lat": position[1],
            "crs": mapping.crs if case.position else None,
            "address": case.address,
            "road": case.road,
            "urgency": _urgency(names, mapping),
            "hazard": True if _listed(names, mapping.hazards) else None,
            "external": [{"system": mapping.system, "no": case.no}],
            "mirror": mirror,
        }
    )


def _identity(system: str, no: str) -> str:
    """Return a case identity that is unique across systems, in at most 113 characters."""
    whole = f"{system}/{no}"
    if len(whole) <= IDENTITY_LENGTH:
        return whole
    return f"{whole[:IDENTITY_LENGTH]}~{fingerprint([system, no])}"


def _category(names: tuple[str, str], mapping: CaseMapping) -> dict[str, str]:
    code = next((mapping.categories[name] for name in names if name in mapping.categories), "")
    if not code:
        label = next((mapping.labels[name] for name in names if name in mapping.labels), names[1])
        return {"label": label}
    kind, _, number = code.partition(" ")
    return {"kind": kind, "code": number, "system": SYSTEM_OF_CODES}


def _urgency(names: tuple[str, str], mapping: CaseMapping) -> str:
    if _listed(names, mapping.critical):
        return "critical"
    return "urgent" if _listed(names, mapping.urgent) else "normal"


def _listed(names: tuple[str, str], listed: list[str]) -> bool:
    return any(name in listed for name in names)
