"""Case tables: any CSV or Parquet of complaints, read by a mapping file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from city.moments import iso
from feeds.sources import tables
from feeds.sources.contract import (
    FieldError,
    OpenOptions,
    Record,
    Remark,
    SourceError,
    fingerprint,
    without_blanks,
)
from feeds.sources.mapping import CaseMapping, zone_of
from feeds.sources.positions import read_position
from feeds.sources.roads import crossing_of, named_road, road_of

__all__ = ["CaseRow", "CaseTable", "case_record", "told"]

TITLE_LENGTH = 200
OPEN_STATE, FIRST_STATE = "dispatched", "reported"
SYSTEM_OF_CODES = "GBT30428.2"


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One case as its source tells it, before our names. Moments in epoch seconds."""

    no: str
    at: float
    label: str
    detail: str = ""
    status: str = ""
    status_at: float | None = None
    due_at: float | None = None
    agency: str = ""
    position: tuple[float, float] | None = None
    address: str = ""
    road: str = ""


class CaseTable:
    """A table of cases; one record a row, in the order of the time reported."""

    topic = "case"
    rate: float | None = None

    def __init__(self, path: Path, mapping: CaseMapping, options: OpenOptions) -> None:
        self.name = options.name or path.stem
        self.total: int | None = None
        self.remarks: list[Remark] = []
        self._path = path
        self._mapping = mapping
        self._unfold = options.unfold
        self._zone = zone_of(mapping.zone)
        self._blank = frozenset({"", *mapping.blank})

    def records(self) -> Iterator[Record]:
        """Yield `case` records; a row that cannot be one is remarked on with its row number."""
        self.remarks = []
        cases = []
        for at, row in tables.rows(self._path):
            try:
                cases.append(self._case(f"row {at}", row))
            except FieldError as error:
                self.remarks.append(Remark.of(f"row {at}", error))
        yield from told(cases, self._mapping, unfold=self._unfold, source=self)

    def _case(self, where: str, row: dict[str, Any]) -> CaseRow:
        columns = self._mapping.columns
        no = self._text(row, columns.no)
        label = self._text(row, columns.category)
        at = self._moment(row, columns.at)
        needed = ((no, columns.no), (label, columns.category), (at, columns.at))
        for value, column in needed:
            if value in ("", None):
                raise FieldError(column, "is empty")
        assert at is not None
        position = None
        if columns.lon and columns.lat:
            position = read_position(
                self._text(row, columns.lon),
                self._text(row, columns.lat),
                columns=(columns.lon, columns.lat),
                bounds=self._mapping.bounds,
            )
        crossing = crossing_of([self._text(row, name) for name in columns.crossing])
        addresses = [self._text(row, name) for name in columns.address]
        address = next((a for a in addresses if a), "") or crossing
        if position is None and not address:
            raise FieldError(columns.lon, "no position and no address")
        return CaseRow(
            no=no,
            at=at,
            label=label,
            detail=self._text(row, columns.detail),
            status=self._text(row, columns.status),
            status_at=self._status_at(where, row, at),
            due_at=self._moment(row, columns.due),
            agency=self._text(row, columns.agency),
            position=position,
            address=address,
            road=named_road(self._text(row, columns.road)) or crossing or road_of(address),
        )

    def _text(self, row: dict[str, Any], column: str) -> str:
        return tables.text(row.get(column), self._blank) if column else ""

    def _moment(self, row: dict[str, Any], column: str) -> float | None:
        if not self._text(row, column):
            return None
        try:
            return tables.moment(row[column], self._mapping.times, self._zone)
        except ValueError as error:
            raise FieldError(column, str(error)) from error

    def _status_at(self, where: str, row: dict[str, Any], at: float) -> float | None:
        columns = self._mapping.columns
        state = self._mapping.statuses.get(self._text(row, columns.status), "")
        order = (columns.closed, columns.updated)
        for column in order if state == "closed" else reversed(order):
            found = self._moment(row, column)
            if found is not None and found >= at:
                return found
            if found is not None:
                reason = "is before the case was reported; the time is left out"
                self.remarks.append(Remark(where, column, reason, skipped=False))
        return None


def told(cases: list[CaseRow], mapping: CaseMapping, *, unfold: bool, source: Any) -> Iterator[Record]:
    """Yield the records of cases in time order; ``unfold`` tells the report before the status.

    Sets ``source.total``.
    """
    steps = [(case.at, case) for case in cases]
    if unfold:
        steps = [step for case in cases for step in _steps(case)]
    steps.sort(key=lambda step: step[0])
    source.total = len(steps)
    for _, case in steps:
        yield case_record(case, mapping)


def _steps(case: CaseRow) -> list[tuple[float, CaseRow]]:
    if case.status_at is None or case.status_at <= case.at:
        return [(case.at, case)]
    first = msgspec.structs.replace(case, status="", status_at=None)
    return [(case.at, first), (case.status_at, case)]


def case_record(case: CaseRow, mapping: CaseMapping) -> Record:
    """Return the `case` record of a case.

    The id is the number and a fingerprint of the status: the same status told twice is a duplicate,
    a new status updates the case, which is known by its external (system, no).
    """
    names = (f"{case.label} – {case.detail}", case.label)
    agency = mapping.agencies.get(case.agency, case.agency)
    unknown = OPEN_STATE if agency else FIRST_STATE
    mirror = without_blanks(
        {
            "state": mapping.statuses.get(case.status, unknown),
            "agency": agency,
            "due_at": None if case.due_at is None else iso(case.due_at),
            "at": None if case.status_at is None else iso(case.status_at),
        }
    )
    title = names[0] if case.detail else case.label
    position = case.position or (None, None)
    return without_blanks(
        {
            "id": f"{case.no}.{fingerprint(mirror)}"[-128:],
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


def _category(names: tuple[str, str], mapping: CaseMapping) -> dict[str, str]:
    code = next((mapping.categories[name] for name in names if name in mapping.categories), "")
    if not code:
        label = next((mapping.labels[name] for name in names if name in mapping.labels), names[1])
        return {"label": label}
    kind, _, number = code.partition(" ")
    if kind not in ("event", "component") or not number:
        message = f"categories: expected 'event 0113' or 'component 0137', got {code!r}"
        raise SourceError(message)
    return {"kind": kind, "code": number, "system": SYSTEM_OF_CODES}


def _urgency(names: tuple[str, str], mapping: CaseMapping) -> str:
    if _listed(names, mapping.critical):
        return "critical"
    return "urgent" if _listed(names, mapping.urgent) else "normal"


def _listed(names: tuple[str, str], listed: list[str]) -> bool:
    return any(name in listed for name in names)
