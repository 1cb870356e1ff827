"""Open311 GeoReport v2: a ``requests.json`` as a city publishes it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from city.moments import parse
from feeds.sources.cases import CaseRow, told
from feeds.sources.contract import FieldError, OpenOptions, Record, Remark
from feeds.sources.mapping import CaseColumns, CaseMapping
from feeds.sources.positions import read_position
from feeds.sources.roads import road_of

__all__ = ["Open311Requests", "mapping_for"]

COLUMNS = CaseColumns(no="service_request_id", at="requested_datetime", category="service_name")
PLAIN = CaseMapping(
    system="Open311",
    header=[],
    columns=COLUMNS,
    channel="hotline_12345",
    zone="UTC",
    statuses={"closed": "closed", "open": "dispatched"},
)
"""What every city's list means when no mapping knows its names."""


class Open311Requests:
    """A list of service requests; the same external numbers as the same city's table."""

    topic = "case"
    rate: float | None = None

    def __init__(
        self, path: Path, requests: Sequence[Any], mapping: CaseMapping, options: OpenOptions
    ) -> None:
        self.name = options.name or path.stem
        self.total: int | None = None
        self.remarks: list[Remark] = []
        self._requests = requests
        self._mapping = mapping
        self._unfold = options.unfold

    def records(self) -> Iterator[Record]:
        """Yield `case` records; a request that cannot be one is remarked on with its index."""
        self.remarks = []
        cases = []
        for index, request in enumerate(self._requests):
            try:
                cases.append(self._case(request))
            except FieldError as error:
                self.remarks.append(Remark.of(f"request {index}", error))
        yield from told(cases, self._mapping, unfold=self._unfold, source=self)

    def _case(self, request: Any) -> CaseRow:
        if not isinstance(request, dict):
            raise FieldError("request", "expected an object")
        at = _moment(request, "requested_datetime")
        if at is None:
            raise FieldError("requested_datetime", "is missing")
        position = read_position(
            request.get("long"), request.get("lat"), columns=("long", "lat"),
            bounds=self._mapping.bounds,
        )  # fmt: skip
        address = _text(request, "address")
        if position is None and not address:
            raise FieldError("lat", "no position and no address")
        updated = _moment(request, "updated_datetime")
        notes = _text(request, "status_notes")
        # Only a note that the mapping knows is a status; any other is text for people.
        status = notes if notes in self._mapping.statuses else _text(request, "status")
        return CaseRow(
            no=_needed(request, "service_request_id"),
            at=at,
            label=_needed(request, "service_name"),
            # GeoReport's description may be a citizen's own words: a title takes short ones only.
            detail=_text(request, "description")[:60],
            status=status if status in self._mapping.statuses else status.capitalize(),
            status_at=updated if updated is not None and updated >= at else None,
            due_at=_moment(request, "expected_datetime"),
            agency=_text(request, "agency_responsible"),
            position=position,
            address=address,
            road=road_of(address),
        )


def mapping_for(requests: Sequence[Any], mappings: Sequence[CaseMapping]) -> CaseMapping:
    """Return the first mapping that knows most of the agencies of the list, else the plain one."""
    agencies = [_text(r, "agency_responsible") for r in requests if isinstance(r, dict)]
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
    return "" if value is None else " ".join(str(value).split())


def _moment(request: dict[str, Any], field: str) -> float | None:
    words = _text(request, field)
    if not words:
        return None
    try:
        return parse(words)
    except ValueError as error:
        raise FieldError(field, str(error)) from error
