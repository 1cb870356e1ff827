"""请求增援: what a street has asked the district for, and how far it is."""

from typing import Any

import msgspec

from city.views.holders.street_seen import StreetSeen
from layouts.contract import View

__all__ = ["StreetSupport"]


class StreetSupport:
    """Rows: the street's last requests, the newest first; the page has the form of a new one."""

    key = "street_support"
    reads = ("support",)

    def view(self, seen: StreetSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        rows: list[tuple[str, dict[str, Any]]] = []
        for one in seen.supports:
            told: dict[str, Any] = msgspec.to_builtins(one)
            rows.append((told.pop("id"), told))
        return View(now, {"code": seen.code}, rows)
