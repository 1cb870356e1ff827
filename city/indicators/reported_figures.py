"""Figures of an emergency from what streets and agencies reported last: E04, E08 – E10 and E12."""

from collections.abc import Iterable, Mapping
from typing import Any

from city.dispatch.decision_rules import DecisionRules
from city.indicators.indicator import Indicator, Input, unknown
from city.response.event_span import situation_id
from city.response.figure_keys import shelters_of
from city.state.ledger_state import LedgerState
from city.state.response_records import RELOCATION_GROUPS, Figure

__all__ = ["number", "oldest_report", "outages", "part", "pumps", "relocated", "shelters_figures", "trees"]


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
    """E04: those moved of those who should move, by group, and the age of the oldest number."""
    groups: dict[str, dict[str, float]] = {}
    without = 0
    for told in streets.values():
        own = {key: one for key, one in told.items() if key.startswith("relocation.")}
        without += not any(key.endswith(".should") for key in own)
        for group in RELOCATION_GROUPS:
            for side in ("moved", "should"):
                one = own.get(f"relocation.{group}.{side}")
                if one is not None:
                    sums = groups.setdefault(group, {"moved": 0.0, "should": 0.0})
                    sums[side] += one.value
    moved, should = (sum(one[side] for one in groups.values()) for side in ("moved", "should"))
    more: dict[str, Any] = {} if oldest is None else {"oldest_s": now - oldest}
    by_group = {f"figure.group.{group}": one for group, one in groups.items()}
    return part("E04", moved, should, "no_reports", without=without, **by_group, **more)


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
    now = (
        unknown("E09", "count", "no_reports") if out is None else number("E09", out, restored=restored or 0.0)
    )
    back = restored or 0.0
    return [now, part("E09b", back, (out or 0.0) + back, "no_reports")]


def pumps(agencies: list[dict[str, Figure]]) -> Indicator:
    """E10: running pumps of those that are needed."""
    running, needed = _sum(agencies, "pumps.running"), _sum(agencies, "pumps.needed")
    if running is None or not needed:
        return unknown("E10", "percent", "no_reports", running=running or 0.0)
    return part("E10", min(running, needed), needed, running=running)


def shelters_figures(rules: DecisionRules, streets: Mapping[str, Mapping[str, Figure]]) -> list[Indicator]:
    """E12: open shelters of those planned; E12b: people in them of their capacity."""
    planned = opened = unsaid = 0
    people = room = 0.0
    for street, told in streets.items():
        for id_, capacity in shelters_of(rules, street).items():
            door, inside = (told.get(f"shelter.{id_}.{name}") for name in ("open", "occupied"))
            planned += 1
            unsaid += door is None
            is_open = door is not None and door.value > 0
            opened += is_open
            people += inside.value if inside is not None else 0.0
            room += (capacity or 0) if is_open else 0
    if unsaid == planned:
        return [unknown(key, "percent", "no_reports", planned=planned) for key in ("E12", "E12b")]
    return [
        part("E12", opened, planned, without=unsaid),
        part("E12b", people, room, "none_open", people=people),
    ]
