"""今日清单: the cases of a street that wait in the field, for its inspectors or for a workstation."""

import math
from typing import Any

from city.views.holders.field_seen import CheckSeen, FieldCaseSeen, StationSeen
from layouts.contract import Row, View

__all__ = ["FieldList"]


class FieldList:
    """Rows: ``c:<mark>`` with the fields of ``FieldCaseSeen``; ``lon``, ``lat`` None = unknown.

    Scalars: ``street``; ``done``, mark of an account → cases that it worked on today; ``cap`` a day. The page
    leaves out what is not for its person: everybody gets the same bytes.
    """

    key = "field_list"
    reads = ("cases", "workloads", "clock")

    def view(self, seen: CheckSeen | StationSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        scalars = {"street": seen.street, "done": dict(seen.done), "cap": seen.cap}
        return View(now, scalars, [_row(case) for case in seen.cases])


def _row(case: FieldCaseSeen) -> Row:
    fields: dict[str, Any] = {name: getattr(case, name) for name in case.__struct_fields__}
    fields |= {
        "id": case.key, "lon": None if math.isnan(case.lon) else case.lon,
        "lat": None if math.isnan(case.lat) else case.lat, "not_for": list(case.not_for),
        "handled_by": list(case.handled_by),
        "photos": [[photo.sha256, photo.stage, photo.at] for photo in case.photos],
    }  # fmt: skip
    del fields["key"]
    return f"c:{case.key}", fields
