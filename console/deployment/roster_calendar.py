"""The roster as an iCalendar file (RFC 5545), for the calendars of those who are on it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event

from city.duty.periods import Period

__all__ = ["calendar_of"]


def calendar_of(
    periods: Iterable[Period], *, district: str, now: float, post_name: Callable[[str], str],
    deputy_word: str, person: str = "",
) -> bytes:  # fmt: skip
    """Return the events of some periods of the roster, as bytes in UTF-8.

    ``person`` (a display name): only theirs, as holder or deputy. ``post_name`` returns a post's key in
    words, ``deputy_word`` is the word for the deputy, ``now`` machine epoch seconds. An event has the same
    UID in every export, so that a calendar replaces it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Citywall//duty roster//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for period in periods:
        if person in ("", period.person, period.deputy):
            calendar.add_component(_event(period, district, now, post_name, deputy_word))
    return bytes(calendar.to_ical())


def _event(
    period: Period, district: str, now: float, post_name: Callable[[str], str], deputy_word: str
) -> Event:
    event = Event()
    starts = datetime.fromtimestamp(period.starts_at, UTC)
    source = f"row{period.row}" if period.row else period.override
    event.add("uid", f"{source}-{period.post.replace(':', '-')}-{starts:%Y%m%dT%H%M}@{district}.citywall")
    event.add("dtstamp", datetime.fromtimestamp(now, UTC))
    event.add("dtstart", starts)
    event.add("dtend", datetime.fromtimestamp(period.ends_at, UTC))
    event.add("summary", f"{post_name(period.post)} {period.person}".strip())
    if period.deputy:
        event.add("description", f"{deputy_word} {period.deputy}")
    return event
