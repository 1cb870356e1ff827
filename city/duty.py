"""Duty: who is on shift at a moment, read from the roster table.

The shipped table is ``static/tables/roster.csv`` (invented people). One row is one stretch of duty that
comes back every day, whatever the weekday. Columns:

``role``    duty_leader, shift_lead, duty_officer, seat, sub_centre, workstation_all,
            workstation_online or workstation_unanswered
``name``    surname and title only: 王××（副区长）
``seat``    the agency's short name (agencies.csv), of role seat only
``deputy``  the AB person
``from``, ``to``  HH:MM of city time; ``to`` before ``from`` runs over midnight, equal means all day
``count``   of the last four roles: how many posts

A moment that no row of a seat covers is a planned gap: the seat is empty.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

__all__ = ["OnDuty", "Post", "RosterRow", "Seat", "on_duty", "posts_at", "read_roster"]

DAY_S: Final = 86_400
PEOPLE: Final = ("duty_leader", "shift_lead", "duty_officer", "seat")
COUNTS: Final = ("sub_centre", "workstation_all", "workstation_online", "workstation_unanswered")


class RosterRow(msgspec.Struct, frozen=True):
    """One stretch of duty; ``starts`` and ``ends`` are seconds of the day, ``ends`` up to two days on."""

    role: str
    name: str
    seat: str
    deputy: str
    starts: int
    ends: int
    count: int

    def covers(self, second: int) -> bool:
        """Whether this stretch holds a second of the day (0 to 86,399)."""
        return self.starts <= second < self.ends or self.starts <= second + DAY_S < self.ends


class Post(msgspec.Struct, frozen=True):
    """A person on duty; ``since`` is epoch seconds."""

    name: str
    deputy: str
    since: float


class Seat(msgspec.Struct, frozen=True):
    """An agency's seat in the hall; ``since`` (epoch seconds) is when it was taken or fell empty.

    An empty seat's ``name`` is empty and its ``deputy`` is whom to call.
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

    Raises ValueError naming the row (the header is row 1) and the column.
    """
    return tuple(_row(number, row) for number, row in enumerate(rows, start=2))


def on_duty(roster: Iterable[RosterRow], city_time: float, *, zone_offset_s: int = 28_800) -> OnDuty:
    """Return who is on duty at a city time (epoch seconds) in a zone east of UTC (seconds)."""
    rows = tuple(roster)
    second = int(city_time + zone_offset_s) % DAY_S
    midnight = city_time - second - city_time % 1
    by_role = {role: [row for row in rows if row.role == role] for role in PEOPLE + COUNTS}
    seats = dict.fromkeys(row.seat for row in by_role["seat"])
    changes = {row.starts for row in by_role["shift_lead"]}
    return OnDuty(
        duty_leader=_post(by_role["duty_leader"], second, midnight),
        shift_lead=_post(by_role["shift_lead"], second, midnight),
        duty_officer=_post(by_role["duty_officer"], second, midnight),
        seats=tuple(
            _seat([row for row in by_role["seat"] if row.seat == agency], second, midnight)
            for agency in seats
        ),
        handover_at=midnight + second + _next(changes, second) if changes else None,
        sub_centres=_count(by_role["sub_centre"], second),
        workstations=_count(by_role["workstation_all"], second),
        workstations_online=_count(by_role["workstation_online"], second),
        workstations_unanswered=_count(by_role["workstation_unanswered"], second),
    )


def posts_at(
    roster: Iterable[RosterRow], role: str, city_time: float, *, zone_offset_s: int = 28_800
) -> tuple[Post, ...]:
    """Return who holds the posts of a role at a city time (epoch seconds), in the roster's order."""
    second = int(city_time + zone_offset_s) % DAY_S
    midnight = city_time - second - city_time % 1
    rows = (row for row in roster if row.role == role and row.covers(second))
    return tuple(Post(row.name, row.deputy, _began(row.starts, second, midnight)) for row in rows)


def _next(changes: Iterable[int], second: int) -> int:
    """Return in how many seconds (1 to 86,400) the next of these seconds of the day comes."""
    return min((change - second - 1) % DAY_S + 1 for change in changes)


def _post(rows: list[RosterRow], second: int, midnight: float) -> Post | None:
    for row in rows:
        if row.covers(second):
            return Post(row.name, row.deputy, _began(row.starts, second, midnight))
    return None


def _seat(rows: list[RosterRow], second: int, midnight: float) -> Seat:
    agency = rows[0].seat
    post = _post(rows, second, midnight)
    if post is not None:
        return Seat(agency, present=True, name=post.name, deputy=post.deputy, since=post.since)
    last = max(rows, key=lambda row: _began(row.ends, second, midnight))
    since = _began(last.ends, second, midnight)
    return Seat(agency, present=False, name="", deputy=last.deputy, since=since)


def _began(second_of_day: int, second: int, midnight: float) -> float:
    """Return the last moment (epoch seconds) at or before now that is at this second of the day."""
    return midnight + second - (second - second_of_day) % DAY_S


def _count(rows: list[RosterRow], second: int) -> int:
    return sum(row.count for row in rows if row.covers(second))


def _row(number: int, row: Mapping[str, str]) -> RosterRow:
    if any(isinstance(value, list) for value in row.values()):  # where csv puts what has no column
        raise ValueError(f"row {number}: more cells than the header has columns")
    cells = {name: (value or "").strip() for name, value in row.items()}
    role = cells.get("role", "")
    if role not in PEOPLE + COUNTS:
        raise ValueError(f"row {number}, role: expected one of {PEOPLE + COUNTS}, got {role!r}")
    if role in PEOPLE and not cells.get("name"):
        raise ValueError(f"row {number}, name: a {role} needs one")
    if (role == "seat") != bool(cells.get("seat")):
        raise ValueError(f"row {number}, seat: rows of role seat need one, others have none")
    count = cells.get("count", "")
    if (role in COUNTS) != (count.isascii() and count.isdigit()):
        raise ValueError(f"row {number}, count: rows of {COUNTS} need a number, others have none")
    starts, ends = (_second(number, cells, column) for column in ("from", "to"))
    return RosterRow(
        role=role,
        name=cells.get("name", ""),
        seat=cells.get("seat", ""),
        deputy=cells.get("deputy", ""),
        starts=starts % DAY_S,
        ends=ends if ends > starts else ends + DAY_S,
        count=int(count or 0),
    )


def _second(number: int, cells: Mapping[str, str], column: str) -> int:
    hour, _, minute = cells.get(column, "").partition(":")
    if len(hour) == len(minute) == 2 and (hour + minute).isdigit():
        second = int(hour) * 3600 + int(minute) * 60
        if int(minute) < 60 and second <= DAY_S:
            return second
    raise ValueError(f"row {number}, {column}: expected HH:MM, got {cells.get(column)!r}")
