"""零报告 · 应急数字: the round that asks this street or agency, and its numbers to fill."""

from typing import Any

import msgspec

from city.views.holders.agency_seen import AgencySeen
from city.views.holders.own_reports_seen import OwnReportsSeen
from layouts.contract import Row, View

__all__ = ["ZeroReportCard", "report_form"]


class ZeroReportCard:
    """Scalars: ``code`` and the fields of ``OwnReportsSeen``; none of them while nobody asks.

    Rows: ``f:<key>`` with ``value``, ``at`` and ``by_phone`` of each number that the holder reports, and
    ``s:<id>`` with ``name`` and ``capacity`` of its shelters. Times are city epoch seconds.
    """

    key = "zero_report"
    reads = ("situation", "response", "stations", "clock")

    def view(self, seen: AgencySeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        scalars, rows = report_form(seen.code, seen.reports)
        return View(now, scalars, rows)


def report_form(code: str, told: OwnReportsSeen | None) -> tuple[dict[str, Any], list[Row]]:
    """Return the scalars and the rows of a holder's form."""
    if told is None:
        return {"code": code, "situation": ""}, []
    scalars = {
        name: msgspec.to_builtins(getattr(told, name))
        for name in told.__struct_fields__ if name not in ("figures", "shelters")
    }  # fmt: skip
    rows: list[Row] = [
        (f"f:{one.key}", {"value": one.value, "at": one.at, "by_phone": one.by_phone}) for one in told.figures
    ]
    rows += [(f"s:{one.id}", {"name": one.name, "capacity": one.capacity}) for one in told.shelters]
    return {"code": code, **scalars}, rows
