"""Calendars: a country's public holidays, and the deviations of single agencies.

``chinesecalendar`` (the State Council's holidays and make-up days) is used only here, and only for a district
whose city.toml says ``holidays = "china"`` or whose time zone is China's. Any other district has the holidays
of its table. A year without a day for everybody in the table is unknown; a limit that runs into it is marked.

The deviations are in ``calendars.csv``: ``holder`` (code of an agency or street, ``*`` = the whole district),
``date`` (ISO; empty = every working day), ``kind`` (``work`` or ``rest``), ``from`` and ``to`` (HH:MM, only
with ``work``; several rows make several periods), ``note``.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
from chinese_calendar import constants

from city.clocks.working_time import Calendar, Periods
from console.deployment.district import DistrictError, read_district, read_rows

__all__ = ["national_calendar", "read_calendars", "unknown_holders"]

TABLE = "calendars.csv"
COLUMNS = ("holder", "date", "kind", "from", "to", "note")
EVERYBODY = "*"
Rows = Sequence[tuple[str, dict[str, str]]]


def read_calendars(data_dir: Path) -> tuple[Calendar, dict[str, Calendar]]:
    """Return the district's calendar, and the calendars of holders that have their own, by holder.

    Raises DistrictError naming file, row and column.
    """
    by_holder: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for where, row in _own_rows(data_dir):
        by_holder.setdefault(row["holder"], []).append((where, row))
    everybodys = by_holder.pop(EVERYBODY, [])
    settings = read_district(data_dir)
    base = national_calendar() if settings.holidays == "china" else _weekdays(everybodys)
    district = _changed(msgspec.structs.replace(base, weekdays=settings.workdays), everybodys)
    calendars = {holder: _changed(district, rows) for holder, rows in by_holder.items()}
    for agency in read_rows(data_dir, "agencies.csv")[0]:
        code = agency.get("code") or ""
        if agency.get("all_hours") == "yes":
            own = calendars.get(code, district)
            calendars[code] = msgspec.structs.replace(own, all_hours=True)
    return district, calendars


def unknown_holders(data_dir: Path, known: Collection[str]) -> Iterator[str]:
    """Yield a text for every row whose holder is not in ``known``. Raises DistrictError, OSError."""
    for where, row in _own_rows(data_dir):
        if row["holder"] != EVERYBODY and row["holder"] not in known:
            yield f"{where}, holder: there is no agency or street {row['holder']!r}"


def national_calendar() -> Calendar:
    """Return a calendar with the library's holidays and make-up days."""
    return Calendar(
        holidays=frozenset(day.isoformat() for day in constants.holidays if day.weekday() < 5),
        make_up_days=frozenset(day.isoformat() for day in constants.workdays if day.weekday() >= 5),
        known_years=frozenset(day.year for day in constants.holidays),
    )


def _weekdays(rows: Rows) -> Calendar:
    """Return a calendar of weekdays; its known years are those with a day in the table."""
    return Calendar(known_years=frozenset(int(row["date"][:4]) for where, row in rows if _day(where, row)))


def _own_rows(data_dir: Path) -> Rows:
    """Return (file and row number, row) for every row of ``calendars.csv``."""
    rows = [{k: (v or "").strip() for k, v in row.items() if k} for row in read_rows(data_dir, TABLE)[0]]
    missing = {"holder", "date", "kind"} - set(rows[0] if rows else COLUMNS)
    if missing:
        message = f"{TABLE}: expected the columns holder, date, kind; missing {', '.join(sorted(missing))}"
        raise DistrictError(message)
    return [(f"{TABLE}, row {number}", row) for number, row in enumerate(rows, 2) if any(row.values())]


def _changed(calendar: Calendar, rows: Rows) -> Calendar:
    """Return a calendar changed by the days of ``rows``; raises DistrictError."""
    rest, work = set(calendar.holidays), set(calendar.make_up_days)
    hours: dict[str, Periods] = {}
    for where, row in rows:
        day, kind = _day(where, row), row["kind"]
        if kind == "rest" and day:
            rest.add(day)
            work.discard(day)
        elif kind == "work":
            if day:
                work.add(day)
                rest.discard(day)
            period = _period(where, row, needed=not day)
            if period:
                hours[day] = tuple(sorted((*hours.get(day, ()), period)))
        else:
            expected = "work, or rest with a date" if kind in ("work", "rest") else "work or rest"
            message = f"{where}, kind: expected {expected}, got {kind!r}"
            raise DistrictError(message)
    _no_overlap(hours, rows)
    usual = hours.pop("", calendar.periods)
    return msgspec.structs.replace(
        calendar, holidays=frozenset(rest), make_up_days=frozenset(work), periods=usual,
        hours={**calendar.hours, **hours},
    )  # fmt: skip


def _no_overlap(hours: Mapping[str, Periods], rows: Rows) -> None:
    for day, periods in hours.items():
        for (_, closes), (opens, _) in itertools.pairwise(periods):
            if opens < closes:
                where = next(where for where, row in rows if row["date"] == day)
                message = f"{where}, from: the periods of {day or 'every working day'} overlap"
                raise DistrictError(message)


def _day(where: str, row: Mapping[str, str]) -> str:
    text = row["date"]
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        message = f"{where}, date: expected an ISO date (2026-10-01), got {text!r}"
        raise DistrictError(message) from None


def _period(where: str, row: Mapping[str, str], *, needed: bool) -> tuple[int, int] | None:
    """Return the office period of a row in seconds of the day, None when it names none."""
    begin, end = row.get("from", ""), row.get("to", "")
    if not begin and not end and not needed:
        return None
    opens, closes = _seconds(where, "from", begin), _seconds(where, "to", end)
    if opens >= closes:
        message = f"{where}, to: expected later than {begin}, got {end}"
        raise DistrictError(message)
    return opens, closes


def _seconds(where: str, column: str, text: str) -> int:
    hours, _, minutes = text.partition(":")
    if hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2:
        seconds = int(hours) * 3600 + int(minutes) * 60
        if seconds <= 86_400 and int(minutes) < 60:
            return seconds
    message = f"{where}, {column}: expected HH:MM, got {text!r}"
    raise DistrictError(message)
