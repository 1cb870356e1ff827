"""Figures of an emergency from what streets and agencies reported last: E04, E08 – E10 and E12."""

from collections.abc import Iterable, Mapping
from typing import Any

from city.dispatch.decision_rules import DecisionRules
from city.indicators.indicator import Indicator, Input, unknown
from city.response.event_span import situation_id
from city.response.figure_keys import moved_and_should, shelters_of
from city.state.ledger_state import LedgerState
from city.state.response_records import RELOCATION_GROUPS, Figure

__all__ = [
    "gates", "number", "oldest_report", "outages", "part", "pumps", "relocated", "shelters_figures", "trees",
]  # fmt: skip


def part(key: str, part: float, whole: float, why_not: str = "no_facts", **inputs: Input) -> Indicator:
    """Return a share in percent, however few they are; without any it has no value."""
    value = round(100.0 * part / whole, 1) if whole else None
    return Indicator(key, value, "percent", part, whole, inputs, f"formula.{key}", "" if whole else why_not)


def number(key: str, value: float, **inputs: Input) -> Indicator:
    """Return a number as it is."""
    return Indicator(key, value, "count", value, value, inputs, f"formula.{key}")


def oldest_report(
    state: LedgerState, streets: Mapping[str, Mapping[str, Figure]], *, exercise: bool
) -> float | None:  # fmt: skip
    """Return the age of the oldest number of people; a zero report says that a street's are still so."""
    ages = []
    for street, told in streets.items():
        own = [one.at for key, one in told.items() if key.startswith("relocation.")]
        if own:
            confirmed = state.situations[situation_id(street, exercise=exercise)].confirmed
            ages.append(max(min(own), confirmed or 0.0))
    return min(ages, default=None)


def relocated(
    streets: Mapping[str, Mapping[str, Figure]], oldest: float | None, now: float
) -> Indicator:  # fmt: skip
    """E04: those moved of those who should move, by group and street, and the age of the oldest number."""
    groups: dict[str, dict[str, float]] = {}
    without = 0
    by_street: dict[str, dict[str, float]] = {}
    for street, told in streets.items():
        own = {key: one for key, one in told.items() if key.startswith("relocation.")}
        people = moved_and_should(told)
        without += people is None
        if people is not None:
            by_street[f"street.{street}"] = {"moved": people[0], "should": people[1]}
        for group in RELOCATION_GROUPS:
            for side in ("moved", "should"):
                one = own.get(f"relocation.{group}.{side}")
                if one is not None:
                    sums = groups.setdefault(group, {"moved": 0.0, "should": 0.0})
                    sums[side] += one.value
    moved, should = (sum(one[side] for one in groups.values()) for side in ("moved", "should"))
    more: dict[str, Any] = {} if oldest is None else {"oldest_s": now - oldest}
    by_group = {f"figure.group.{group}": one for group, one in groups.items()}
    return part("E04", moved, should, "no_reports", without=without, **by_group, **more, **by_street)


def _sum(holders: Iterable[Mapping[str, Figure]], key: str) -> float | None:
    """Return the sum of a figure over its holders, None when nobody reported it."""
    told = [one[key].value for one in holders if key in one]
    return sum(told) if told else None


def trees(agencies: list[dict[str, Figure]]) -> Indicator:
    """E08: trees that block roads now; reported and cleared ones beside it."""
    told = {name: _sum(agencies, f"trees.{name}") for name in ("reported", "cleared", "blocking")}
    known = {name: value for name, value in told.items() if value is not None}
    if "blocking" not in known:
        return unknown("E08", "count", "no_reports", **known)
    return number("E08", known["blocking"], **known)


def outages(agencies: list[dict[str, Figure]]) -> list[Indicator]:
    """E09: customers without power now; E09b: restored of all that were without."""
    out, restored = _sum(agencies, "outage.out"), _sum(agencies, "outage.restored")
    told = {} if restored is None else {"restored": restored}
    now = unknown("E09", "count", "no_reports", **told) if out is None else number("E09", out, **told)
    if out is None or restored is None:  # what nobody reported is no zero
        return [now, unknown("E09b", "percent", "no_reports", **told)]
    return [now, part("E09b", restored, out + restored, "no_outage")]


def pumps(agencies: list[dict[str, Figure]]) -> Indicator:
    """E10: running pumps of those that are needed."""
    return _of_needed("E10", agencies, "pumps", "running")


def gates(agencies: list[dict[str, Figure]]) -> Indicator:
    """E10c: closed tide gates of those that must be closed."""
    return _of_needed("E10c", agencies, "gates", "closed")


def _of_needed(key: str, agencies: list[dict[str, Figure]], kind: str, state: str) -> Indicator:
    told, needed = _sum(agencies, f"{kind}.{state}"), _sum(agencies, f"{kind}.needed")
    inputs = {} if told is None else {state: told}
    if told is None or needed is None:
        return unknown(key, "percent", "no_reports", **inputs)
    return part(key, min(told, needed), needed, "none_needed", **inputs)


def shelters_figures(rules: DecisionRules, streets: Mapping[str, Mapping[str, Figure]]) -> list[Indicator]:
    """E12: open shelters of those planned; E12b: people in them of their capacity."""
    planned = opened = unsaid = uncounted = 0
    people = room = 0.0
    for street, told in streets.items():
        for id_, capacity in shelters_of(rules, street).items():
            door, inside = (told.get(f"shelter.{id_}.{name}") for name in ("open", "occupied"))
            planned += 1
            unsaid += door is None
            is_open = door is not None and door.value > 0
            opened += is_open
            own = inside.value if inside is not None else 0.0
            if capacity is None:
                uncounted += own > 0
            elif is_open or own > 0:
                people, room = people + own, room + capacity
    if unsaid == planned:
        return [unknown(key, "percent", "no_reports", planned=planned) for key in ("E12", "E12b")]
    return [
        part("E12", opened, planned, without=unsaid),
        part("E12b", people, room, "none_open", people=people, uncounted=uncounted),
    ]
