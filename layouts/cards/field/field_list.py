"""今日清单: the cases that wait in the field, of a street for its inspectors or of a village."""

import math
from typing import Any

from city.views.holders.field_seen import CheckSeen, FieldCaseSeen, StationSeen
from layouts.contract import Row, View

__all__ = ["FieldList"]


class FieldList:
    """Rows: ``c:<mark>`` with the fields of ``FieldCaseSeen``; ``lon``, ``lat`` None = unknown.

    Scalars: ``street``; on a workstation's page ``village`` ('' = no unit grid tells how far it reaches, so
    that only its people's own reports are listed); ``done``, mark of an account → cases that it worked on
    today; ``cap`` a day; for inspectors ``photo_later``, until when a report needs no photo (city time),
    None = it needs one. The page leaves out what is not for its person: everybody gets the same bytes.
    """

    key = "field_list"
    reads = ("cases", "workloads", "clock")

    def view(self, seen: CheckSeen | StationSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        scalars: dict[str, Any] = {"street": seen.street, "done": dict(seen.done), "cap": seen.cap}
        if isinstance(seen, StationSeen):
            scalars["village"] = seen.village
        else:
            scalars["photo_later"] = seen.photo_later
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
