"""Maps of a report as SVG: the track of the storm, and the district with what happened in it."""

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

import msgspec

from city.state.warning_records import Storm, StormPoint

__all__ = ["Outline", "Spot", "district_map", "outlines_of", "track_map"]

WIDTH: Final = 640.0
HEIGHT: Final = 460.0
MARGIN: Final = 18.0
NAME_PX: Final = 7.0

STYLE: Final = """
text { font-size: 9px; fill: #222; }
.name { font-size: 7px; fill: #666; text-anchor: middle; }
.land { fill: #ddd; stroke: #888; stroke-width: 0.5; }
.street { stroke: #999; stroke-width: 0.6; }
.track { fill: none; stroke: #111; stroke-width: 1.6; }
.ahead { stroke-dasharray: 5 4; }
.fix { fill: #fff; stroke: #111; stroke-width: 1.2; }
.closed rect { fill: #c0161c; }
.early rect { fill: #fff; stroke: #c0161c; stroke-width: 1.4; }
.task circle { fill: none; stroke: #111; stroke-width: 1.2; }
"""
"""Inside the picture: a maker of PDF gives a picture no style of the page."""

Line = Sequence[tuple[float, float]]


class Outline(msgspec.Struct, frozen=True):
    """One street: code, name, rings (lon, lat), and how much of its relocation was done (0..1)."""

    code: str
    name: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    share: float | None = None


class Spot(msgspec.Struct, frozen=True):
    """Something at a place. ``kind``: closed (an underpass), early, silent, task (P1), shelter."""

    kind: str
    lon: float
    lat: float
    name: str


class _Frame:
    """Maps degrees to the picture: equal scale in both directions at the middle latitude."""

    def __init__(self, points: Iterable[tuple[float, float]]) -> None:
        lons, lats = zip(*points, strict=True)
        self._lon, self._lat = min(lons), max(lats)
        middle = math.cos(math.radians((min(lats) + max(lats)) / 2))
        wide = max((max(lons) - min(lons)) * middle, 1e-6)
        high = max(max(lats) - min(lats), 1e-6)
        self._scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
        self._middle = middle
        self.height = high * self._scale + 2 * MARGIN
        self._left = (WIDTH - wide * self._scale) / 2

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = self._left + (lon - self._lon) * self._middle * self._scale
        return round(x, 1), round(MARGIN + (self._lat - lat) * self._scale, 1)

    def path(self, line: Line, *, closed: bool = False) -> str:
        parts = [f"{x},{y}" for x, y in (self.at(*point) for point in line)]
        return "M" + "L".join(parts) + ("Z" if closed else "")


def outlines_of(document: dict[str, Any], lang: str) -> tuple[Outline, ...]:
    """Return the streets of an atlas' ``streets.geojson``."""
    return tuple(
        Outline(
            feature["properties"]["code"],
            feature["properties"]["short" if lang == "zh" else "english"],
            tuple(
                tuple((float(lon), float(lat)) for lon, lat, *_ in polygon[0])
                for polygon in _polygons(feature["geometry"])
            ),
        )
        for feature in document["features"]
    )


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    found: list[Any] = geometry["coordinates"]
    return [found] if geometry["type"] == "Polygon" else found


def track_map(storm: Storm, outlines: Sequence[Outline], moment: Any) -> str:
    """Return the storm's track as SVG: fixes as a line, the forecast dashed, wind as the size of the fix."""
    points = [(point.lon, point.lat) for point in storm.points]
    corners = [corner for one in outlines for ring in one.rings for corner in ring]
    frame = _Frame([*points, *corners])
    district = "".join(
        f'<path class="land" d="{frame.path(ring, closed=True)}"/>' for one in outlines for ring in one.rings
    )
    known = [point for point in storm.points if not point.forecast]
    coming = [point for point in storm.points if point.forecast]
    lines = ""
    if len(known) > 1:
        lines += f'<path class="track" d="{frame.path([(one.lon, one.lat) for one in known])}"/>'
    if coming:
        ahead = [(one.lon, one.lat) for one in (*known[-1:], *coming)]
        lines += f'<path class="track ahead" d="{frame.path(ahead)}"/>'
    fixes = ""
    for point in storm.points:
        x, y = frame.at(point.lon, point.lat)
        size = 2.5 + (point.wind_ms or 0.0) / 8
        wind = f" {point.wind_ms:g} m/s" if point.wind_ms is not None else ""
        fixes += f'<circle class="fix" cx="{x}" cy="{y}" r="{size:.1f}"/>'
        is_left = x >= WIDTH - 130
        at, anchor = (x - size - 3, "end") if is_left else (x + size + 3, "start")
        label = escape(moment(point.at) + wind)
        low = y + _clear_of_track(frame, storm, point, -1 if is_left else 1)
        fixes += f'<text x="{at:.1f}" y="{low:.1f}" text-anchor="{anchor}">{label}</text>'
    return _svg(frame, district + lines + fixes, storm.name)


def _clear_of_track(frame: _Frame, storm: Storm, point: StormPoint, side: int) -> float:
    """Return how far below its fix a label stands, so that the track to that side runs past it."""
    x, y = frame.at(point.lon, point.lat)
    place = storm.points.index(point)
    others = (
        frame.at(one.lon, one.lat) for one in storm.points[max(0, place - 1) : place + 2] if one is not point
    )
    slopes = [(down - y) / abs(right - x) for right, down in others if (right - x) * side > 1.0]
    if not slopes:
        return 4.0
    return -6.0 if max(slopes, key=abs) > 0 else 14.0


def _names(frame: _Frame, outlines: Sequence[Outline]) -> str:
    """Return the names of the streets; of two that would overlap the larger street's stays."""
    found, taken = "", list[tuple[float, float, float]]()
    for one in sorted(outlines, key=lambda one: -_spread(one)):
        ring = max(one.rings, key=len)
        x, y = frame.at(sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring))
        half = sum(NAME_PX if character > "\u2e80" else NAME_PX / 1.8 for character in one.name) / 2
        if any(abs(x - far) < half + wide and abs(y - down) < NAME_PX + 1 for far, down, wide in taken):
            continue
        taken.append((x, y, half))
        found += f'<text class="name" x="{x}" y="{y}">{escape(one.name)}</text>'
    return found


def _spread(one: Outline) -> float:
    lons, lats = zip(*(corner for ring in one.rings for corner in ring), strict=True)
    return float((max(lons) - min(lons)) * (max(lats) - min(lats)))


def district_map(outlines: Sequence[Outline], spots: Sequence[Spot], title: str) -> str:
    """Return the district as SVG: each street by its share of relocation, and what happened where."""
    frame = _Frame([corner for one in outlines for ring in one.rings for corner in ring])
    streets = ""
    for one in outlines:
        shade = ' fill="#fafafa"' if one.share is None else f' fill="{_grey(one.share)}"'
        streets += "".join(
            f'<path class="street" d="{frame.path(ring, closed=True)}"{shade}/>' for ring in one.rings
        )
    names = _names(frame, outlines)
    marks = ""
    for spot in spots:
        x, y = frame.at(spot.lon, spot.lat)
        name = f"<title>{escape(spot.name)}</title>"
        marks += f'<g class="spot {escape(spot.kind)}">{name}{_mark(spot.kind, x, y)}</g>'
    return _svg(frame, streets + names + marks, title)


def _grey(share: float) -> str:
    level = int(245 - 70 * min(max(share, 0.0), 1.0))
    return f"#{level:02x}{level:02x}{level:02x}"


def _mark(kind: str, x: float, y: float) -> str:
    """Return a mark; kinds differ by shape, so that a black-and-white print tells them apart."""
    if kind in ("closed", "early"):
        return f'<rect x="{x - 5}" y="{y - 2}" width="10" height="4"/>'
    if kind == "silent":
        return f'<path d="M{x - 4},{y - 4}L{x + 4},{y + 4}M{x - 4},{y + 4}L{x + 4},{y - 4}"/>'
    if kind == "shelter":
        return f'<path d="M{x - 5},{y + 4}L{x},{y - 5}L{x + 5},{y + 4}Z"/>'
    return f'<circle cx="{x}" cy="{y}" r="3.5"/>'


def _svg(frame: _Frame, inside: str, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH:.0f} {frame.height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>{inside}</svg>"
    )
