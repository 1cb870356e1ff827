"""The question of the boundary: how far a pin is from a street's boundary, before a case is returned."""

import math
from typing import Any, Final

from city.access import Person
from city.commands.subjects import find_key
from city.dispatch.decision_rules import DecisionRules
from city.places.outlines import local_rings
from city.state.ledger_state import CityState
from console.orders.order_session import Reply

__all__ = ["boundary", "degrees"]

SMALLEST_M: Final = 60.0
LARGEST_M: Final = 5_000.0


def boundary(state: CityState, rules: DecisionRules, person: Person, asked: Reply) -> Reply:
    """Return where a pin lies for a case of the person's holder; ``{}`` for another's case or no boundary.

    ``asked``: ``case`` (its mark), ``lon``, ``lat`` in WGS84 degrees, ``accuracy_m`` of the fix. The street
    is that of the holder, else that of the case, as when the case is returned. ``rings`` are metres east and
    north of the pin, to be seen in a picture of ``±window_m``.
    """
    case = find_key(state.ledger, str(asked.get("case")))
    lon, lat = degrees(asked.get("lon"), 180.0), degrees(asked.get("lat"), 90.0)
    if case is None or lon is None or lat is None or not person.holder or case.file.holder != person.holder:
        return {}
    street = person.holder if person.holder in rules.streets else case.place.street
    metres = rules.boundary_m(lon, lat, street)
    if not math.isfinite(metres):
        return {}
    error = degrees(asked.get("accuracy_m"), 1e6) or 0.0
    window = min(LARGEST_M, max(SMALLEST_M, 2.5 * metres, 2 * error))
    category = rules.categories.get(f"{case.kind}:{case.code}")
    told: dict[str, Any] = {
        "street": street, "there": rules.street_of(lon, lat), "metres": round(metres, 1),
        "window_m": round(window, 1), "rings": local_rings(rules.rings_of(street), lon, lat, window),
        "code_system": category.system if category else "",
    }  # fmt: skip
    return told


def degrees(value: object, most: float) -> float | None:
    """Return a number of at most ``most`` in either direction, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and abs(value) <= most else None
