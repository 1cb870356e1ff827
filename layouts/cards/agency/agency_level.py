"""Response levels on the flood office's page: what waits for its head, and what may be proposed."""

from typing import Any

import msgspec

from city.views.holders.agency_seen import AgencySeen
from layouts.contract import Row, View, each_second

__all__ = ["AgencyLevel"]


class AgencyLevel:
    """Rows: ``p:<response>`` for each proposal that the flood office's head may approve.

    Scalars: ``response``, ``rank`` and ``version`` of the district's response; ``response`` is None on the
    pages of other agencies, which decide on no level.
    """

    key = "agency_level"
    reads = ("response", "situation", each_second)

    def view(self, seen: AgencySeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        own = seen.level
        if own is None:
            return View(now, {"response": None})
        rows = [_row(msgspec.to_builtins(one)) for one in seen.proposals]
        return View(now, {"response": own.id, "rank": own.rank, "version": own.version}, rows)


def _row(fields: dict[str, Any]) -> Row:
    del fields["warnings"]  # their names are in the header
    return f"p:{fields['response']}", fields
