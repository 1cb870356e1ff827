"""Roster: who is on shift at a given time, read from the roster table.

The shipped table is ``static/tables/roster.csv`` (invented people in four teams: day, night, two days off).
One row is one period of duty that recurs every day, or on certain days of a cycle. Columns:

``role``    duty_leader, rotating_leader, shift_lead, duty_officer, seat, sub_centre,
            workstation_all, workstation_online or workstation_unanswered
``name``    surname and title only: 王××（副区长）
``seat``    the agency's short name (agencies.csv), for role seat only
``deputy``  the deputy (AB person)
``from``, ``to``  HH:MM of city time; ``to`` before ``from`` runs over midnight, equal means all day
``count``   for the last four roles: the number of posts
``days``    may be missing or empty: every day. ``k/n``: the period begins on the k-th of every n days,
            counted from Monday, 1 January 2024: ``2/4`` is the second of four days, ``1/7`` every Monday

At a time that no row of a seat covers, the seat is empty as planned.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

__all__ = [
    "DAY_S", "FIRST_DAY", "PEOPLE", "OnDuty", "Post", "RosterError", "RosterRow", "Seat", "on_duty",
    "posts_at", "read_roster", "roster_row",
]  # fmt: skip

DAY_S: Final = 86_400
FIRST_DAY: Final = 19_723
"""1 January 2024, a Monday, in days since 1970: the first day of every cycle."""
LONGEST_CYCLE: Final = 366
PEOPLE: Final = ("duty_leader", "rotating_leader", "shift_lead", "duty_officer", "seat")
COUNTS: Final = ("sub_centre", "workstation_all", "workstation_online", "workstation_unanswered")


class RosterError(ValueError):
    """A row that cannot be read: its number (the header is row 1), the column ('' = the whole row)."""

    def __init__(self, row: int, column: str, message: str) -> None:
        place = f"row {row}, {column}" if column else f"row {row}"
        super().__init__(f"{place}: {message}")
        self.row = row
        self.column = column


class RosterRow(msgspec.Struct, frozen=True):
    """One period of duty; ``starts`` and ``ends`` are seconds of the day, ``ends`` up to two days later."""

    role: str
    name: str
    seat: str
    deputy: str
    starts: int
    ends: int
    count: int
    every: int = 1
    nth: int = 0
    """The period begins on days whose number (0 = first day of the cycle) modulo ``every`` is ``nth``."""

    def begun(self, now: "_Moment") -> int | None:
        """Return how many seconds ago the current period began, None outside of one."""
        for back in (0, 1):
            since = now.second + back * DAY_S
            if self._is_of(now.day - back) and self.starts <= since < self.ends:
                return since - self.starts
        return None

    def ended(self, now: "_Moment") -> int:
        """Return how many seconds ago the last period ended."""
        spans = (
            now.second + back * DAY_S - self.ends
            for back in range(self.every + 2)
            if self._is_of(now.day - back)
        )
        return min(span for span in spans if span >= 0)

    def begins(self, now: "_Moment") -> int:
        """Return in how many seconds (1 or more) the next period begins."""
        spans = (
            self.starts + ahead * DAY_S - now.second
            for ahead in range(self.every + 1)
            if self._is_of(now.day + ahead)
        )
        return min(span for span in spans if span > 0)

    def _is_of(self, day: int) -> bool:
        return day % self.every == self.nth


class _Moment(msgspec.Struct, frozen=True):
    """A city time: whole epoch seconds, day number (0 = first day of the cycle), second of the day."""

    at: float
    day: int
    second: int

    @classmethod
    def of(cls, city_time: float, zone_offset_s: int) -> "_Moment":
        """Split a city time (epoch seconds) in a zone east of UTC (seconds)."""
        day, second = divmod(int(city_time + zone_offset_s), DAY_S)
        return cls(city_time - city_time % 1, day - FIRST_DAY, second)


class Post(msgspec.Struct, frozen=True):
    """A person on duty; ``since`` is epoch seconds."""

    name: str
    deputy: str
    since: float


class Seat(msgspec.Struct, frozen=True):
    """An agency's seat in the hall; ``since`` (epoch seconds) is when it was taken or became empty.

    An empty seat has an empty ``name``; its ``deputy`` is the person to call.
    """

    agency: str
    present: bool
    name: str
    deputy: str
    since: float


class OnDuty(msgspec.Struct, frozen=True):
    """Who is on shift; times are epoch seconds, seats are in the roster's order."""

    duty_leader: Post | None
    shift_lead: Post | None
    duty_officer: Post | None
    seats: tuple[Seat, ...]
    handover_at: float | None
    sub_centres: int
    workstations: int
    workstations_online: int
    workstations_unanswered: int

    @property
    def present(self) -> int:
        """Return how many seats are taken."""
        return sum(seat.present for seat in self.seats)

    @property
    def empty(self) -> tuple[Seat, ...]:
        """Return the empty seats, longest empty first."""
        return tuple(sorted((s for s in self.seats if not s.present), key=lambda s: s.since))


def read_roster(rows: Iterable[Mapping[str, str]]) -> tuple[RosterRow, ...]:
    """Return the roster's rows in the table's order.

    Raises RosterError that names the row (the header is row 1) and the column.
    """
    return tuple(roster_row(number, row) for number, row in enumerate(rows, start=2))


def on_duty(roster: Iterable[RosterRow], city_time: float, *, zone_offset_s: int = 28_800) -> OnDuty:
    """Return who is on duty at a city time (epoch seconds) in a zone east of UTC (seconds)."""
    rows = tuple(roster)
    now = _Moment.of(city_time, zone_offset_s)
    by_role = {role: [row for row in rows if row.role == role] for role in PEOPLE + COUNTS}
    seats = dict.fromkeys(row.seat for row in by_role["seat"])
    changes = [row.begins(now) for row in by_role["shift_lead"]]
    return OnDuty(
        duty_leader=_post(by_role["duty_leader"], now),
        shift_lead=_post(by_role["shift_lead"], now),
        duty_officer=_post(by_role["duty_officer"], now),
        seats=tuple(_seat([row for row in by_role["seat"] if row.seat == agency], now) for agency in seats),
        handover_at=now.at + min(changes) if changes else None,
        sub_centres=_count(by_role["sub_centre"], now),
        workstations=_count(by_role["workstation_all"], now),
        workstations_online=_count(by_role["workstation_online"], now),
        workstations_unanswered=_count(by_role["workstation_unanswered"], now),
    )


def posts_at(
    roster: Iterable[RosterRow], role: str, city_time: float, *, zone_offset_s: int = 28_800
) -> tuple[Post, ...]:
    """Return the holders of a role's posts at a city time (epoch seconds), in the roster's order."""
    now = _Moment.of(city_time, zone_offset_s)
    return tuple(_posts([row for row in roster if row.role == role], now))


def _posts(rows: list[RosterRow], now: _Moment) -> Iterator[Post]:
    for row in rows:
        begun = row.begun(now)
        if begun is not None:
            yield Post(row.name, row.deputy, now.at - begun)


def _post(rows: list[RosterRow], now: _Moment) -> Post | None:
    return next(_posts(rows, now), None)


def _seat(rows: list[RosterRow], now: _Moment) -> Seat:
    agency = rows[0].seat
    post = _post(rows, now)
    if post is not None:
        return Seat(agency, present=True, name=post.name, deputy=post.deputy, since=post.since)
    last = min(rows, key=lambda row: row.ended(now))
    return Seat(agency, present=False, name="", deputy=last.deputy, since=now.at - last.ended(now))


def _count(rows: list[RosterRow], now: _Moment) -> int:
    return sum(row.count for row in rows if row.begun(now) is not None)


def roster_row(number: int, row: Mapping[str, str]) -> RosterRow:
    """Return a row of the table. Raises RosterError."""
    if any(isinstance(value, list) for value in row.values()):  # csv puts cells without a column into a list
        raise RosterError(number, "", "more cells than the header has columns")
    cells = {name: (value or "").strip() for name, value in row.items()}
    role = cells.get("role", "")
    if role not in PEOPLE + COUNTS:
        raise RosterError(number, "role", f"expected one of {PEOPLE + COUNTS}, got {role!r}")
    if role in PEOPLE and not cells.get("name"):
        raise RosterError(number, "name", f"a {role} needs one")
    if (role == "seat") != bool(cells.get("seat")):
        raise RosterError(number, "seat", "only rows of role seat have one, and they need it")
    count = cells.get("count", "")
    if (role in COUNTS) != (count.isascii() and count.isdigit()):
        raise RosterError(number, "count", f"only rows of {COUNTS} have one, and they need a number")
    starts, ends = (_second(number, cells, column) for column in ("from", "to"))
    nth, every = _days(number, cells.get("days", ""))
    return RosterRow(
        role=role,
        name=cells.get("name", ""),
        seat=cells.get("seat", ""),
        deputy=cells.get("deputy", ""),
        starts=starts % DAY_S,
        ends=ends if ends > starts else ends + DAY_S,
        count=int(count or 0),
        every=every,
        nth=nth - 1,
    )


def _days(number: int, cell: str) -> tuple[int, int]:
    """Return k and n of a cell ``k/n``; (1, 1) for an empty cell."""
    if not cell:
        return 1, 1
    nth, _, every = cell.partition("/")
    are_numbers = (nth + every).isascii() and nth.isdigit() and every.isdigit()
    if are_numbers and 1 <= int(nth) <= int(every) <= LONGEST_CYCLE:
        return int(nth), int(every)
    raise RosterError(number, "days", f"expected k/n such as 2/4, or nothing, got {cell!r}")


def _second(number: int, cells: Mapping[str, str], column: str) -> int:
    hour, _, minute = cells.get(column, "").partition(":")
    if len(hour) == len(minute) == 2 and (hour + minute).isdigit():
        second = int(hour) * 3600 + int(minute) * 60
        if int(minute) < 60 and second <= DAY_S:
            return second
    raise RosterError(number, column, f"expected HH:MM, got {cells.get(column)!r}")
