"""应急上报: the numbers that a workstation gives in an emergency, each with its age."""

import msgspec

from city.views.holders.field_seen import StationSeen
from layouts.contract import View

__all__ = ["StationNumbersCard"]


class StationNumbersCard:
    """Scalars: ``wanted`` (warning, incident, '' = not asked) and the fields of ``NumbersSeen``."""

    key = "station_numbers"
    reads = ("stations", "incidents", "warnings", "clock")

    def view(self, seen: StationSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {"wanted": seen.wanted, **msgspec.structs.asdict(seen.numbers)}, [])
