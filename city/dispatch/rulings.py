"""Rulings that bind the next case: under which keys they stand in ``LedgerState.register``."""

from collections.abc import Mapping
from itertools import permutations

from city.dispatch.roads import road_names
from city.state import Registered

__all__ = ["SCOPES", "binding", "ruling_key"]

SCOPES = ("this_component", "this_road_segment", "category_in_area")
"""The scopes that bind later cases, the narrowest first; ``this_case`` binds none."""

CROSSING = 3
"""Roads of a crossing whose order does not matter."""


def ruling_key(scope: str, category: str, *, street: str = "", road: str = "", component: str = "") -> str:
    """Return the key of a ruling, '' when the scope binds no other case or lacks what it is about.

    ``category`` is a class key; ``road`` is the place as the case names it.
    """
    if scope == "this_component" and component:
        return f"component:{component}"
    if scope == "this_road_segment" and street and road:
        return f"road:{street}:{road}:{category}"
    if scope == "category_in_area" and street:
        return f"area:{street}:{category}"
    return ""


def binding(
    rulings: Mapping[str, Registered], category: str, *, street: str, road: str, component: str
) -> Registered | None:
    """Return the ruling that binds a case, of several the one with the narrowest scope.

    A crossing is the same in whatever order its roads are told.
    """
    for scope in SCOPES:
        for place in _told(road) if scope == "this_road_segment" else ("",):
            key = ruling_key(scope, category, street=street, road=place, component=component)
            if key and key in rulings:
                return rulings[key]
    return None


def _told(road: str) -> tuple[str, ...]:
    names = road_names(road)[:CROSSING]
    return (road, *("".join(order) for order in permutations(names))) if len(names) > 1 else (road,)
