"""Warnings and storms as all channels see them: only those that are not over at a city time."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import LogLine
from city.state.warning_records import Landfall, Storm
from city.views.wall_seen import StormSeen, WarningArea, WarningSeen
from city.warnings.in_force import Standing
from city.warnings.signals import OTHER

__all__ = ["STORM_OVER_S", "log_lines", "storms", "warnings"]

STORM_OVER_S: Final = 86_400.0
"""A storm whose newest fix is older (city seconds) is over: offices issue one every one to six hours [J]."""

NEAR_M: Final = 100_000.0
"""A landfall within so many metres counts as the district's own even if its place has no name [J]."""


def warnings(standings: Iterable[Standing], city_now: float) -> tuple[WarningSeen, ...]:
    """Return the warnings in force or announced at a city time, one per message and hazard."""
    groups: dict[tuple[str, str], list[Standing]] = {}
    for one in standings:
        if one.state(city_now) != "over":
            hazard = one.info.hazard if one.info.hazard != OTHER else one.info.event
            groups.setdefault((one.warned.key, hazard), []).append(one)
    messages = Counter(key for key, _ in groups)
    return tuple(
        _warning(key if messages[key] == 1 else f"{key}#{hazard}", group, city_now)
        for (key, hazard), group in groups.items()
    )


def _warning(key: str, group: Sequence[Standing], city_now: float) -> WarningSeen:
    now = [one for one in group if one.state(city_now) == "in_force"]
    counted = now or group
    worst = max(counted, key=lambda one: one.info.rank)
    heads = {language: text for one in counted for language, text in one.info.headlines.items()}
    areas = [area for one in now for area in _areas(one)]
    last = max(counted, key=lambda one: one.ends)
    return WarningSeen(
        key=key,
        hazard=worst.info.hazard,
        colour=worst.info.colour,
        rank=worst.info.rank,
        headlines={**heads, **worst.info.headlines},
        sender_name=worst.info.sender_name,
        sent=worst.warned.sent,
        begins=min(one.info.begins for one in counted),
        ends=last.ends,
        assumed=last.assumed,
        announced=not now,
        exercise=worst.warned.status == "Exercise",
        areas=tuple(dict.fromkeys(areas)),
    )


def _areas(one: Standing) -> list[WarningArea]:
    colour, rank = one.info.colour, one.info.rank
    if one.area.rings:
        return [WarningArea(colour, rank, ring) for ring in one.area.rings]
    return [WarningArea(colour, rank, code=code) for _, code in one.area.codes]


def storms(tracked: Iterable[Storm], city_now: float, rules: DecisionRules | None) -> tuple[StormSeen, ...]:
    """Return the storms that are not over, nearest to the district first (without ``rules`` newest first)."""
    alive = [storm for storm in tracked if city_now - storm.fixed_at <= STORM_OVER_S]
    if rules is None:
        alive.sort(key=lambda storm: (-storm.fixed_at, storm.key))
    else:
        alive.sort(key=lambda storm: (_storm_away_m(storm, rules), storm.key))
    return tuple(
        StormSeen(storm.key, storm.name, storm.points, storm.received, _landfall(storm, city_now, rules))
        for storm in alive
    )


def log_lines(log: Iterable[LogLine], warned: Iterable[WarningSeen]) -> tuple[LogLine, ...]:
    """Return the duty log's lines without "issued" lines of warnings that are over."""
    alive = {warning.key.split("#")[0] for warning in warned}
    return tuple(line for line in log if line.text != "log.warning" or line.names.get("warned") in alive)


def _storm_away_m(storm: Storm, rules: DecisionRules) -> float:
    fixes = [point for point in storm.points if not point.forecast] or list(storm.points)
    if not fixes:
        return math.inf
    last = max(fixes, key=lambda point: point.at)
    return _away_m(last.lon, last.lat, rules)


def _landfall(storm: Storm, city_now: float, rules: DecisionRules | None) -> Landfall | None:
    """Return the landfall in or nearest to the district; one elsewhere only if its place has a name."""
    been = [landfall for landfall in storm.landfalls if landfall.at <= city_now]
    if rules is None:
        return been[-1] if been else None
    away = [(_away_m(one.lon, one.lat, rules), -one.at, one) for one in been]
    near = [row for row in away if row[0] <= NEAR_M or row[2].place]
    return min(near, key=lambda row: row[:2])[2] if near else None


def _away_m(lon: float, lat: float, rules: DecisionRules) -> float:
    """Return the metres from a WGS84 point to the district, 0 inside."""
    if rules.street_of(lon, lat):
        return 0.0
    return min((rules.boundary_m(lon, lat, code) for code in rules.streets), default=math.inf)
