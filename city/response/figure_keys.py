"""Keys of reported figures: which holder reports which, so that no number is counted twice.

Streets report people moved, shelters and flooded points; of outages, trees, sites, pumps and gates each is
reported by the agencies that are named for it. A key has two or three parts, such as ``outage.out`` or
``relocation.<group>.should``.
"""

from collections.abc import Mapping
from typing import Final

from city.dispatch.decision_rules import DecisionRules
from city.state.response_records import RELOCATION_GROUPS, Figure

__all__ = ["AGENCY_KEYS", "NEVER_FALLS", "known_keys", "moved_and_should", "never_falls", "shelters_of"]

AGENCY_KEYS: Final = (
    "outage.out", "outage.restored", "trees.reported", "trees.cleared", "trees.blocking", "sites.stopped",
    "pumps.running", "pumps.needed", "gates.closed", "gates.needed",
)  # fmt: skip
WATERLOGGING: Final = ("waterlogging.open", "waterlogging.cleared")
NEVER_FALLS: Final = frozenset({"should", "moved", "restored", "reported", "cleared"})
"""Last parts of the keys that are totals of the event: a lower number is a correction and has a reason."""


def never_falls(key: str) -> bool:
    """Whether a lower number of a key is a correction."""
    return key.rpartition(".")[2] in NEVER_FALLS


def shelters_of(rules: DecisionRules, street: str) -> Mapping[str, int | None]:
    """Return the shelters of a street: id → capacity in persons, None = unknown."""
    places = rules.street_places.get(street, ())
    return {place.id: place.capacity for place in places if place.kind == "shelter"}


def known_keys(rules: DecisionRules, holder: str) -> tuple[str, ...]:
    """Return the keys that a holder reports, () for none."""
    if holder in rules.streets:
        people = (f"relocation.{one}.{part}" for one in RELOCATION_GROUPS for part in ("should", "moved"))
        shelters = shelters_of(rules, holder)
        doors = (f"shelter.{one}.{part}" for one in shelters for part in ("open", "occupied"))
        return (*people, *doors, *WATERLOGGING)
    named = rules.response.numbers.figures_of
    return tuple(key for key in AGENCY_KEYS if holder in named.get(key.partition(".")[0], ()))


def moved_and_should(figures: Mapping[str, Figure]) -> tuple[float, float] | None:
    """Return the people moved and those who should move, in all groups; None: nobody said how many."""
    should = [figures[f"relocation.{group}.should"].value for group in RELOCATION_GROUPS
              if f"relocation.{group}.should" in figures]  # fmt: skip
    if not should:
        return None
    moved = [figures[f"relocation.{group}.moved"].value for group in RELOCATION_GROUPS
             if f"relocation.{group}.moved" in figures]  # fmt: skip
    return sum(moved), sum(should)
