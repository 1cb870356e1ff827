"""CAP areas: polygons, circles and geocodes. Positions are WGS84 degrees."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from city.places.rings import around
from city.state.warning_records import Area, Ring

__all__ = ["AreaError", "areas_of", "circle_ring", "listed", "named_values", "polygon_ring"]

_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_BETWEEN: Final = re.compile(r"[\s,;]*")
_FEWEST: Final = 3


class AreaError(ValueError):
    """A polygon or a circle cannot be read: what was expected, and what was found.

    ``number`` is True when the text contains something other than numbers.
    """

    def __init__(self, expected: str, got: str, *, number: bool = False) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.number = number


def polygon_ring(text: str) -> Ring:
    """Return the corners (lon, lat) of a CAP polygon ("lat,lon lat,lon …").

    White space around a comma is accepted, because many offices write it. Raises AreaError.
    """
    numbers = _numbers(text)
    if len(numbers) % 2 or len(numbers) < 2 * _FEWEST:
        raise AreaError(f"{_FEWEST} or more pairs of latitude and longitude", f"{len(numbers)} numbers")
    return tuple(_corner(lat, lon) for lat, lon in zip(numbers[::2], numbers[1::2], strict=True))


def circle_ring(text: str) -> Ring:
    """Return the ring of a CAP circle ("lat,lon radius", km); () for a radius of 0. Raises AreaError."""
    numbers = _numbers(text)
    if len(numbers) != 3:
        raise AreaError("latitude, longitude and a radius in km", f"{len(numbers)} numbers")
    lon, lat = _corner(numbers[0], numbers[1])
    if not 0.0 <= numbers[2] <= 20_000.0:
        raise AreaError("a radius of 0 to 20000 km", f"{numbers[2]:g}")
    return around(lon, lat, numbers[2]) if numbers[2] else ()


def areas_of(info: Mapping[str, Any]) -> tuple[Area, ...]:
    """Return the areas of an ``info`` without unreadable outlines, which publishers are told of."""
    return tuple(_area(area) for area in listed(info.get("area")) if isinstance(area, Mapping))


def listed(value: Any) -> list[Any]:
    """Return a value that may be single or a list as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def named_values(value: Any) -> list[tuple[str, str]]:
    """Return CAP's (valueName, value) pairs of a ``parameter``, ``eventCode`` or ``geocode``."""
    return [
        (str(pair.get("valueName", "")).strip(), str(pair.get("value", "")).strip())
        for pair in listed(value)
        if isinstance(pair, Mapping)
    ]


def _area(area: Mapping[str, Any]) -> Area:
    name = str(area.get("areaDesc") or "").strip()[:200]
    rings = [*_read(polygon_ring, area.get("polygon")), *_read(circle_ring, area.get("circle"))]
    return Area((name,) if name else (), tuple(sorted(set(named_values(area.get("geocode"))))), tuple(rings))


def _read(reader: Any, texts: Any) -> Iterable[Ring]:
    for text in listed(texts):
        try:
            ring = reader(text)
        except (AreaError, TypeError):
            continue
        if ring:
            yield ring


def _numbers(text: str) -> list[float]:
    numbers: list[float] = []
    end = 0
    for found in _NUMBER.finditer(text):
        if not _BETWEEN.fullmatch(text, end, found.start()) or (numbers and end == found.start()):
            break
        numbers.append(float(found[0]))
        end = found.end()
    if not _BETWEEN.fullmatch(text, end) or not all(map(math.isfinite, numbers)):
        raise AreaError("numbers separated by commas and spaces", repr(text[end : end + 40]), number=True)
    return numbers


def _corner(lat: float, lon: float) -> tuple[float, float]:
    if not -90.0 <= lat <= 90.0:
        raise AreaError("a latitude of -90 to 90 first", f"{lat:g}")
    if not -360.0 <= lon <= 360.0:
        raise AreaError("a longitude of -180 to 180 after the latitude", f"{lon:g}")
    return (lon if -180.0 <= lon <= 180.0 else lon - math.copysign(360.0, lon)), lat
