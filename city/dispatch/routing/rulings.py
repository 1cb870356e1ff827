"""Rulings that bind later cases: their keys in ``LedgerState.register``."""

from collections.abc import Mapping

from city.dispatch.routing.roads import road_names
from city.state.ledger_state import Registered

__all__ = ["SCOPES", "binding", "ruling_key"]

SCOPES = ("this_component", "this_road_segment", "category_in_area")
"""The scopes that bind later cases, narrowest first; ``this_case`` binds none."""


def ruling_key(scope: str, category: str, *, street: str = "", road: str = "", component: str = "") -> str:
    """Return the key of a ruling, '' when the scope binds no other case or its object is missing.

    ``category`` is a class key; ``road`` is the place as the case names it. The order of its roads and the
    words between them do not matter.
    """
    if scope == "this_component" and component:
        return f"component:{component}"
    if scope == "this_road_segment" and street and road:
        return f"road:{street}:{_crossing(road)}:{category}"
    if scope == "category_in_area" and street:
        return f"area:{street}:{category}"
    return ""


def binding(
    rulings: Mapping[str, Registered], category: str, *, street: str, road: str, component: str
) -> Registered | None:
    """Return the ruling that binds a case; of several, the one with the narrowest scope.

    A crossing is the same in any spelling: the rulings hold it as their own cases named it.
    """
    for scope in SCOPES:
        key = ruling_key(scope, category, street=street, road=road, component=component)
        if key and scope == "this_road_segment":
            found = _on_road(rulings, key, f"road:{street}:", f":{category}")
        else:
            found = rulings.get(key) if key else None
        if found is not None:
            return found
    return None


def _on_road(rulings: Mapping[str, Registered], key: str, begin: str, end: str) -> Registered | None:
    """Return the latest ruling on a road or crossing."""
    about = key[len(begin) : -len(end)]
    same = [
        ruling
        for stored, ruling in rulings.items()
        if stored.startswith(begin)
        and stored.endswith(end)
        and _crossing(stored[len(begin) : -len(end)]) == about
    ]
    return max(same, key=lambda ruling: ruling.at, default=None)


def _crossing(road: str) -> str:
    """Return the roads of a place in a fixed order, without the words between them."""
    return "".join(sorted(road_names(road))) or road
