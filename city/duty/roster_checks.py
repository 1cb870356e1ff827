"""Checks of a roster before it is put in force: each fault is named by row and column."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from city.clocks.timestamps import iso
from city.duty.periods import Period, gaps, periods, post_of_row
from city.duty.roster import DAY_S, RosterError, RosterRow, roster_row
from city.state.duty_records import Override

__all__ = ["RosterFault", "roster_faults", "told"]

ONE_PERSON = ("shift_lead", "duty_leader", "rotating_leader", "seat")
"""Roles whose posts have one person at a time; there may be several duty officers."""
CHECKED_DAYS = 8


class RosterFault(msgspec.Struct, frozen=True):
    """A fault. ``row``: its number as in the file, the header is row 1; ``column`` '' = the whole row.

    ``what``: form, unknown_seat, two_leads, overlap or gap; ``told`` is the reader's message of a form fault.
    For the last three ``post`` has two persons, or nobody, from ``starts_at`` to ``ends_at``.
    """

    row: int
    column: str
    what: str
    told: str = ""
    post: str = ""
    starts_at: float = 0.0
    ends_at: float = 0.0


def told(fault: RosterFault) -> str:
    """Return a fault in English, for logs and command lines."""
    if fault.what == "form":
        return fault.told
    place = f"row {fault.row}, {fault.column}"
    if fault.what == "unknown_seat":
        return f"{place}: there is no agency {fault.told!r}"
    what = "nobody" if fault.what == "gap" else "two persons"
    return f"{place}: {what} at {fault.post} from {_minute(fault.starts_at)} to {_minute(fault.ends_at)}"


def _minute(at: float) -> str:
    return f"{iso(at)[:16]}Z"


def roster_faults(
    table: Sequence[Mapping[str, str]], overrides: Iterable[Override], now: float, *,
    codes: Mapping[str, str], days: int = 7, zone_offset_s: int = 28_800,
) -> tuple[RosterFault, ...]:  # fmt: skip
    """Return the faults of a roster's table, in the order of its rows.

    ``codes``: agencies' short names → codes. Gaps are looked for in the next ``days``; the periods of a
    cycle that begin in them are compared with each other for two persons at one post.
    """
    rows: list[RosterRow] = []
    faults: list[RosterFault] = []
    for number, cells in enumerate(table, start=2):
        try:
            row = roster_row(number, cells)
        except RosterError as error:
            faults.append(RosterFault(error.row, error.column, "form", str(error)))
            continue
        rows.append(row)
        if row.role == "seat" and row.seat not in codes:
            faults.append(RosterFault(number, "seat", "unknown_seat", row.seat))
    if faults:  # times of rows that cannot be read would be told as gaps
        return tuple(faults)
    changes = tuple(overrides)
    longest = max((row.every for row in rows), default=1)
    ahead = now + max(days, longest, CHECKED_DAYS) * DAY_S
    found = periods(rows, (), now, ahead, codes=codes, zone_offset_s=zone_offset_s)
    faults += _overlaps(found)
    faults += [
        RosterFault(
            gap.row or _first_row(rows, gap.post, codes),
            "to",
            "gap",
            "",
            gap.post,
            gap.starts_at,
            gap.ends_at,
        )
        for gap in gaps(rows, changes, now, days, codes=codes, zone_offset_s=zone_offset_s)
    ]
    return tuple(sorted(faults, key=lambda fault: (fault.row, fault.starts_at)))


def _overlaps(found: Iterable[Period]) -> list[RosterFault]:
    """Return each pair of rows once in which one post has two persons at a time."""
    by_post: dict[str, list[Period]] = {}
    for one in found:
        if one.post.partition(":")[0] in ONE_PERSON:
            by_post.setdefault(one.post, []).append(one)
    faults, told = [], set()
    for post, held in by_post.items():
        held.sort(key=lambda one: (one.starts_at, one.row))
        for number, one in enumerate(held):
            for other in held[number + 1 :]:
                if other.starts_at >= one.ends_at:
                    break
                pair = (one.row, other.row)
                if pair in told or one.row == other.row:
                    continue
                told.add(pair)
                what = "two_leads" if post == "shift_lead" else "overlap"
                ends = min(one.ends_at, other.ends_at)
                faults.append(RosterFault(max(pair), "from", what, "", post, other.starts_at, ends))
    return faults


def _first_row(rows: Sequence[RosterRow], post: str, codes: Mapping[str, str]) -> int:
    """Return the number of a post's first row: for a gap that no row ends before."""
    return next((n for n, row in enumerate(rows, start=2) if post_of_row(row, codes) == post), 2)
