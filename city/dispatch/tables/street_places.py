"""Places that a street's sub-centre watches: low points, shelters, pumping stations, depots (domain §5.3).

``street_places.csv``: ``id``, ``kind``, ``street``, ``name``, ``lon``, ``lat`` (WGS84 degrees), ``device``
(its gauge, empty = none), ``capacity`` (persons of a shelter, m³/h of a pumping station, empty = unknown),
``version``, ``valid_from``, ``valid_to``.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from city.dispatch.tables.cells import Cells

__all__ = ["PLACE_KINDS", "StreetPlace", "places_by_street", "street_place_of"]

PLACE_KINDS: Final = ("low_point", "shelter", "pump_station", "depot")


class StreetPlace(msgspec.Struct, frozen=True):
    """One place of a street, valid from ``valid_from`` to ``valid_to``."""

    id: str
    kind: str
    street: str
    name: str
    lon: float
    lat: float
    device: str
    capacity: int | None
    version: str
    valid_from: str
    valid_to: str


def street_place_of(cells: Cells) -> StreetPlace:
    """Read one row of ``street_places.csv``. Raises WrongCell."""
    first, last = cells.days()
    return StreetPlace(
        cells.text("id"), cells.one_of("kind", PLACE_KINDS), cells.digits("street", 9), cells.text("name"),
        cells.degrees("lon", 180), cells.degrees("lat", 90), cells.maybe("device"),
        cells.whole("capacity", empty=0) or None, cells.text("version"), first, last,
    )  # fmt: skip


def places_by_street(places: Iterable[StreetPlace]) -> Mapping[str, tuple[StreetPlace, ...]]:
    """Return street code → its places, by kind and name."""
    found: dict[str, list[StreetPlace]] = {}
    for place in sorted(places, key=lambda one: (PLACE_KINDS.index(one.kind), one.name)):
        found.setdefault(place.street, []).append(place)
    return {street: tuple(ones) for street, ones in found.items()}
