"""本单位案件: the cases of one agency or street, hazards first, then by time left; refusals and rulings."""

import math
from typing import Any, Final

import msgspec

from city.views.holders.agency_seen import AgencySeen
from city.views.holders.own_cases_seen import OwnCaseSeen, OwnRecordSeen
from layouts.contract import Row, View

__all__ = ["OwnCases", "until"]

MOST_DONE: Final = 50
MOST_RECORDS: Final = 50
NOT_SENT: Final = ("key", "kind", "code", "lon", "lat", "holder_due_at", "due_at")
DONE: Final = ("handled", "closed", "rejected", "merged", "voided")


class OwnCases:
    """Rows: ``k:<mark>`` of a case, ``r:<mark>`` of a refusal or ruling (``OwnRecordSeen``), in this order.

    A case's row has the fields of ``OwnCaseSeen``, and ``id`` (its mark), ``class`` (``kind.code``),
    ``until`` (what its time counts down to, None = none), ``fix_by`` (the citizen's limit) and ``is_done``:
    there is nothing to do for this holder, so it is folded. Scalars: ``code``; ``cases``, those with
    something to do; ``waiting`` of them to be signed; ``done``, ``records``: all of them, also those
    without a row.
    """

    key = "own_cases"
    reads = ("cases",)

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, object, View]] = {}

    def view(self, seen: AgencySeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        kept = self._kept.get(seen.code)
        if kept is None or kept[0] is not seen.cases or kept[1] is not seen.records:
            kept = self._kept[seen.code] = (seen.cases, seen.records, _view(seen, now))
        return msgspec.structs.replace(kept[2], as_of=now)


def _view(seen: AgencySeen, now: float) -> View:
    done = [case for case in seen.cases if _is_done(case)]
    cases = [case for case in seen.cases if not _is_done(case)]
    scalars = {
        "code": seen.code, "cases": len(cases), "waiting": sum(_waits(case) for case in cases),
        "done": len(done), "records": len(seen.records),
    }  # fmt: skip
    shown = [*sorted(cases, key=_urgent_first), *sorted(done, key=_newest_first)[:MOST_DONE]]
    rows = [_case_row(case) for case in shown] + [_record_row(one) for one in seen.records[:MOST_RECORDS]]
    return View(now, scalars, rows)


def until(case: OwnCaseSeen) -> float | None:
    """Return what a case's time counts down to: to make it safe, the holder's own limit, the citizen's."""
    safe = case.make_safe
    if case.part == "make_safe" and safe is not None:
        return safe.due_at
    return case.holder_due_at if case.holder_due_at is not None else case.due_at


def _is_done(case: OwnCaseSeen) -> bool:
    return case.part == "former" or case.state in DONE


def _waits(case: OwnCaseSeen) -> bool:
    return case.part == "lead" and case.state == "dispatched"


def _urgent_first(case: OwnCaseSeen) -> tuple[bool, bool, float, float]:
    due = until(case)
    urgent = case.hazard or case.urgency == "critical" or case.part == "make_safe"
    return case.part == "co", not urgent, math.inf if due is None else due, case.at


def _newest_first(case: OwnCaseSeen) -> tuple[bool, float]:
    # What waits for its check stands before what is over or somebody else's.
    return case.state != "handled" or case.part == "former", -max(case.since, case.closed_at or 0.0)


def _case_row(case: OwnCaseSeen) -> Row:
    fields = _plain(case)
    fields |= {
        "id": case.key, "class": _class(case), "lon": _known(case.lon), "lat": _known(case.lat),
        "fix_by": case.due_at, "until": until(case), "is_done": _is_done(case),
    }  # fmt: skip
    return f"k:{case.key}", fields


def _record_row(one: OwnRecordSeen) -> Row:
    return f"r:{one.key}", _plain(one) | {"id": one.key, "class": _class(one)}


def _plain(seen: OwnCaseSeen | OwnRecordSeen) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(
        msgspec.structs.replace(seen, lon=0.0, lat=0.0) if isinstance(seen, OwnCaseSeen) else seen
    )
    return {name: value for name, value in fields.items() if name not in NOT_SENT}


def _class(seen: OwnCaseSeen | OwnRecordSeen) -> str:
    return f"{seen.kind}.{seen.code}" if seen.code else ""


def _known(degrees: float) -> float | None:
    return degrees if degrees == degrees else None
