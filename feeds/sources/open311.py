"""Open311 GeoReport v2: a ``requests.json`` as published by a city."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from feeds.sources.contract import FieldError, OpenOptions, Record
from feeds.sources.roads import road_of
from feeds.sources.tables.case_tables import CaseItems, CaseRow
from feeds.sources.tables.cells import iso_moment, plain_text
from feeds.sources.tables.mapping import CaseColumns, CaseMapping

__all__ = ["COLUMNS", "PLAIN", "Open311Requests", "mapping_for"]

COLUMNS = CaseColumns(no="service_request_id", at="requested_datetime", category="service_name")
PLAIN = CaseMapping(
    system="Open311",
    header=[],
    columns=COLUMNS,
    channel="hotline_12345",
    zone="UTC",
    statuses={"closed": "closed", "open": "dispatched"},
)
"""The mapping for lists whose names no other mapping knows."""


class Open311Requests(CaseItems):
    """A list of service requests; external numbers are the same as in the same city's table."""

    def __init__(
        self, path: Path, requests: Sequence[Any], mapping: CaseMapping, options: OpenOptions
    ) -> None:
        super().__init__(options.name or path.stem, mapping, unfold=options.unfold)
        self._requests = requests

    def records(self) -> Iterator[Record]:
        """Yield `case` records; an invalid request is left out with a remark that has its index."""
        self.begin()
        cases = []
        for index, request in enumerate(self._requests):
            where = f"request {index}"
            with self.item(where):
                cases.append(self.once_only(where, "service_request_id", self._case(request)))
        yield from self.ordered(cases)

    def _case(self, request: Any) -> CaseRow:
        if not isinstance(request, dict):
            raise FieldError("request", "expected an object")
        at = iso_moment(_needed(request, "requested_datetime"), "requested_datetime")
        address = _text(request, "address")
        agency = _text(request, "agency_responsible")
        return CaseRow(
            no=_needed(request, "service_request_id"),
            at=at,
            label=_needed(request, "service_name"),
            # GeoReport's description may be a citizen's own text: only a short one becomes the title.
            detail=_text(request, "description")[:60],
            state=self._state(request),
            status_at=self._updated(request, at),
            due_at=self._moment(request, "expected_datetime"),
            agency=agency,
            position=self.placed(request.get("long"), request.get("lat"), ("long", "lat"), address),
            address=address,
            road=road_of(address),
        )

    def _state(self, request: dict[str, Any]) -> str:
        notes = _text(request, "status_notes")
        # A note is a status only if the mapping knows it; any other is text for people.
        return self.state("status", notes if self.knows(notes) else _text(request, "status"))

    def _moment(self, request: dict[str, Any], field: str) -> float | None:
        """Return an optional time; an unreadable one is removed with a remark."""
        try:
            words = _text(request, field)
            return iso_moment(words, field) if words else None
        except FieldError as error:
            self.changed(error, "the time is left out")
            return None

    def _updated(self, request: dict[str, Any], at: float) -> float | None:
        found = self._moment(request, "updated_datetime")
        if found is None or found >= at:
            return found
        error = FieldError("updated_datetime", "is before the case was reported")
        self.changed(error, "the time is left out")
        return None


def mapping_for(requests: Sequence[Any], mappings: Sequence[CaseMapping]) -> CaseMapping:
    """Return the first mapping that knows most agencies of the list, else the general one."""
    agencies = [str(r.get("agency_responsible")) for r in requests if isinstance(r, dict)]
    for mapping in mappings:
        known = sum(agency in mapping.agencies for agency in agencies)
        if known * 2 > len(agencies):
            return msgspec.structs.replace(mapping, columns=COLUMNS)
    return PLAIN


def _needed(request: dict[str, Any], field: str) -> str:
    found = _text(request, field)
    if not found:
        raise FieldError(field, "is missing")
    return found


def _text(request: dict[str, Any], field: str) -> str:
    value = request.get(field)
    if isinstance(value, dict | list):
        raise FieldError(field, "expected text")
    return plain_text(value)
