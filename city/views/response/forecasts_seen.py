"""What may get worse next: official forecasts, and a storm's published track; what is over vanishes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.water_lines import WaterStation
from city.places.distance import metres_to_points
from city.state.response_records import Forecast
from city.state.warning_records import Storm, StormPoint, WarningMessage
from city.views.response.response_seen import ForecastSeen
from city.views.weather_view import STORM_OVER_S
from city.warnings.in_force import Standing, standing

__all__ = ["KINDS", "next_forecasts", "storm_ahead", "warned_forecasts"]

KINDS: Final = ("tide", "rain_1h", "rain_3h")
NEAR_KM: Final = 100.0
"""A storm whose centre stays farther away is not the district's [J]."""
STEP_S: Final = 1800.0


def next_forecasts(held: Iterable[Forecast], city: float) -> tuple[ForecastSeen, ...]:
    """Return of each kind the worst forecast whose peak is to come; an exercise's only without a real one.

    Of one kind and place the newest issued counts. A tide is measured by its own line, rain by its amount.
    """
    newest: dict[tuple[str, str, bool], Forecast] = {}
    for one in held:
        key = (one.kind, one.place, one.exercise)
        if key not in newest or newest[key].issued_at <= one.issued_at:
            newest[key] = one
    coming = [
        one for one in newest.values()
        if one.peak_at >= city and (one.until is None or one.until > city)
        and (one.kind == "tide" or one.value > 0)
    ]  # fmt: skip
    found = []
    for kind in KINDS:
        worst = max((one for one in coming if one.kind == kind), key=_badness, default=None)
        if worst is not None:
            found.append(ForecastSeen(
                kind, worst.place, worst.value, worst.unit, worst.peak_at, worst.line, worst.source,
                worst.issued_at, worst.exercise,
            ))  # fmt: skip
    return tuple(found)


def warned_forecasts(
    messages: Iterable[WarningMessage], rules: DecisionRules, city: float
) -> tuple[Forecast, ...]:
    """Return what the messages in force at a city time forecast for places of the district.

    A tide keeps the line of its station of today, if it is told in that station's datum.
    """
    found: list[Forecast] = []
    for one in standing(messages, city, says=("warns", "tells")):
        if one.warned.sent <= city:
            found += _told(one, rules)
    return tuple(dict.fromkeys(found))


def _told(one: Standing, rules: DecisionRules) -> Iterator[Forecast]:
    source = one.info.sender_name or one.warned.sender
    exercise = one.warned.status == "Exercise"
    for told in one.info.forecasts:
        place, line, unit = told.place, None, "mm"
        if told.kind == "tide":
            station = _station(rules, told.place)
            if station is None:
                continue  # of another water
            unit, place = "m", station.station
            line = station.warning if told.datum.lower() in ("", station.datum) else None
        elif told.place != rules.district and told.place not in rules.streets:
            continue
        yield Forecast(
            told.kind, place, told.value, unit, told.at, source, one.warned.sent, line, exercise, one.ends
        )


def _station(rules: DecisionRules, name: str) -> WaterStation | None:
    """Return a station by its id, one of its names or one of its gauges."""
    return next(
        (
            one for one in rules.water_lines.stations
            if name in (one.station, *one.names.values(), *one.gauges)
        ), None,
    )  # fmt: skip


def _badness(one: Forecast) -> tuple[bool, bool, float, float]:
    """Return the sort key: real, over its line, by how much (without lines the value), the soonest."""
    above = one.value - one.line if one.line is not None else float("-inf")
    return not one.exercise, above >= 0, one.value if one.kind != "tide" else above, -one.peak_at


def storm_ahead(storms: Iterable[Storm], rules: DecisionRules, city: float) -> ForecastSeen | None:
    """Return when the first storm comes nearest by its published track, None when none comes near."""
    outline = _outline(rules)
    ahead = [_ahead(one, rules, outline, city) for one in storms if city - one.fixed_at <= STORM_OVER_S]
    return min((one for one in ahead if one is not None), key=lambda one: one.at, default=None)


def _outline(rules: DecisionRules) -> np.ndarray:
    rings = [ring for street in rules.streets for ring in rules.rings_of(street)]
    return np.concatenate(rings) if rings else np.zeros((0, 2))


def _ahead(storm: Storm, rules: DecisionRules, outline: np.ndarray, city: float) -> ForecastSeen | None:
    nearest: tuple[float, float] | None = None
    for at, lon, lat in _path(storm.points, city):
        if rules.street_of(lon, lat):
            nearest = (0.0, at)
            break
        if len(outline):
            km = float(np.min(metres_to_points(lon, lat, outline[:, 0], outline[:, 1]))) / 1000.0
            nearest = min(nearest or (km, at), (km, at))
    if nearest is None or nearest[0] > NEAR_KM or nearest[1] < city:
        return None
    is_ashore = any(one.at <= city for one in storm.landfalls)
    kind = "landfall" if nearest[0] == 0.0 and not is_ashore else "passing"
    return ForecastSeen(kind, storm.name, round(nearest[0]), "km", nearest[1], None, "storm_track", storm.at)


def _path(points: Sequence[StormPoint], city: float) -> Iterable[tuple[float, float, float]]:
    """Yield time, lon and lat along the track from the newest fix on, at most half an hour apart."""
    fixes = [one for one in points if not one.forecast]
    last = max(fixes, key=lambda one: one.at, default=None)
    ahead = [one for one in points if one.forecast and (last is None or one.at > last.at)]
    track = sorted([*([last] if last else []), *ahead], key=lambda one: one.at)
    for one, other in pairwise(track):
        steps = max(1, int(np.ceil((other.at - one.at) / STEP_S)))
        for step in range(steps):
            share = step / steps
            yield (
                one.at + share * (other.at - one.at), one.lon + share * (other.lon - one.lon),
                one.lat + share * (other.lat - one.lat),
            )  # fmt: skip
    for end in track[-1:]:
        yield end.at, end.lon, end.lat
