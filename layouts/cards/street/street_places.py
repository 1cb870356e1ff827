"""低洼点 · 避难 · 泵站: the places that a street watches, with the newest values of their gauges."""

from city.views.holders.street_seen import StreetSeen
from layouts.contract import View, each_second

__all__ = ["StreetPlaces"]


class StreetPlaces:
    """Rows: ``p:<id>``; ``as_of`` (of the value; None = no gauge, or never) is machine time."""

    key = "street_places"
    reads = ("readings", "registry", each_second)

    def view(self, seen: StreetSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`.

        The age of a good value is not sent: only a lost one changes with the clock.
        """
        rows = [
            (
                f"p:{one.id}",
                {
                    "kind": one.kind, "name": one.name, "capacity": one.capacity,
                    "has_gauge": one.has_gauge, "value": one.value, "unit": one.unit, "lost": one.lost,
                    "as_of": one.as_of if one.lost else None,
                },
            )
            for one in seen.places
        ]  # fmt: skip
        return View(now, {"places": len(seen.places)}, rows)
