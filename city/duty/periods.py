"""Periods of the roster in absolute time: who is planned for a post, the week, and the gaps.

Overrides come before the roster. Times are city epoch seconds; posts are named as in ``city.duty.post_keys``,
seats by the agency's code where ``codes`` (short name → code) knows it.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import msgspec

from city.duty.roster import DAY_S, FIRST_DAY, PEOPLE, RosterRow
from city.state.duty_records import Override, Post

__all__ = ["Gap", "Period", "gaps", "periods", "planned_posts", "post_of_row", "week"]

WEEK_DAYS = 7


class Period(msgspec.Struct, frozen=True):
    """A person's time at a post. ``row`` is the number of its roster row (the header is row 1), 0 for an
    override, whose id is ``override``."""

    post: str
    starts_at: float
    ends_at: float
    person: str
    deputy: str
    row: int = 0
    override: str = ""


class Gap(msgspec.Struct, frozen=True):
    """A time without a person at a post; ``row`` is the row that ends before it, 0 for none."""

    post: str
    starts_at: float
    ends_at: float
    row: int = 0


def post_of_row(row: RosterRow, codes: Mapping[str, str]) -> str:
    """Return the post's key of a row of a person."""
    return f"seat:{codes.get(row.seat, row.seat)}" if row.role == "seat" else row.role


def periods(
    roster: Iterable[RosterRow], overrides: Iterable[Override], starts_at: float, ends_at: float, *,
    codes: Mapping[str, str] = {}, zone_offset_s: int = 28_800,  # never changed
) -> tuple[Period, ...]:  # fmt: skip
    """Return the periods that touch a time, ordered by post (as in the roster), start and row.

    An override replaces all of its post's periods for its time.
    """
    changes = tuple(overrides)
    posts: dict[str, list[Period]] = {}
    for number, row in enumerate(roster, start=2):
        if row.role in PEOPLE:
            key = post_of_row(row, codes)
            found = posts.setdefault(key, [])
            for begins, ends in _times(row, starts_at, ends_at, zone_offset_s):
                found.append(Period(key, begins, ends, row.name, row.deputy, number))
    for one in sorted(changes, key=lambda one: one.signed.at):
        if one.starts_at < ends_at and starts_at < one.ends_at:
            posts[one.post] = _overridden(posts.get(one.post, []), one)
    return tuple(
        period
        for found in posts.values()
        for period in sorted(found, key=lambda period: (period.starts_at, period.row))
    )


def planned_posts(found: Iterable[Period], at: float) -> dict[str, Post]:
    """Return the posts that are planned at a time; a second person of a role has the key ``<role>:2``."""
    posts: dict[str, Post] = {}
    counts: dict[str, int] = {}
    for period in found:
        if period.starts_at <= at < period.ends_at:
            counts[period.post] = number = counts.get(period.post, 0) + 1
            key = period.post if number == 1 else f"{period.post}:{number}"
            posts[key] = Post(key, period.person, period.deputy)
    return posts


def gaps(
    roster: Iterable[RosterRow], overrides: Iterable[Override], starts_at: float, days: int = WEEK_DAYS, *,
    codes: Mapping[str, str] = {}, zone_offset_s: int = 28_800,  # never changed
) -> tuple[Gap, ...]:  # fmt: skip
    """Return the gaps of the next days, ordered by start.

    A seat that has nobody at a time of the day on any of the days is not staffed then as planned: that is
    no gap. The posts of the centre are staffed all day.
    """
    ends_at = starts_at + days * DAY_S
    by_post: dict[str, list[Period]] = {}
    rows = tuple(roster)
    for row in rows:
        if row.role in PEOPLE:
            by_post.setdefault(post_of_row(row, codes), [])
    for one in periods(rows, overrides, starts_at, ends_at, codes=codes, zone_offset_s=zone_offset_s):
        by_post.setdefault(one.post, []).append(one)
    found = [
        gap
        for post, held in by_post.items()
        for gap in _holes(post, held, starts_at, ends_at)
        if not post.startswith("seat:") or _is_staffed(held, gap)
    ]
    return tuple(sorted(found, key=lambda gap: (gap.starts_at, gap.post)))


def week(
    roster: Iterable[RosterRow], overrides: Iterable[Override], monday: float, *,
    codes: Mapping[str, str] = {}, zone_offset_s: int = 28_800,  # never changed
) -> dict[str, tuple[Period, ...]]:  # fmt: skip
    """Return the periods of a week by post, cut to the week; ``monday`` is its first second."""
    ends_at = monday + WEEK_DAYS * DAY_S
    view: dict[str, list[Period]] = {}
    for one in periods(roster, overrides, monday, ends_at, codes=codes, zone_offset_s=zone_offset_s):
        cut = msgspec.structs.replace(
            one, starts_at=max(one.starts_at, monday), ends_at=min(one.ends_at, ends_at)
        )
        view.setdefault(one.post, []).append(cut)
    return {post: tuple(cells) for post, cells in view.items()}


def _times(
    row: RosterRow, starts_at: float, ends_at: float, zone_offset_s: int
) -> Iterator[tuple[float, float]]:
    """Yield the times of a row's periods that touch a time."""
    first = int(starts_at + zone_offset_s) // DAY_S - 2
    last = int(ends_at + zone_offset_s) // DAY_S
    for day in range(first, last + 1):
        if (day - FIRST_DAY) % row.every == row.nth:
            midnight = day * DAY_S - zone_offset_s
            begins, ends = float(midnight + row.starts), float(midnight + row.ends)
            if begins < ends_at and starts_at < ends:
                yield begins, ends


def _overridden(held: list[Period], one: Override) -> list[Period]:
    kept = []
    for period in held:
        if period.starts_at < one.starts_at:
            kept.append(msgspec.structs.replace(period, ends_at=min(period.ends_at, one.starts_at)))
        if period.ends_at > one.ends_at:
            kept.append(msgspec.structs.replace(period, starts_at=max(period.starts_at, one.ends_at)))
    there = next((p for p in held if p.starts_at < one.ends_at and one.starts_at < p.ends_at), None)
    deputy = one.deputy or (there.deputy if there else "")
    kept.append(Period(one.post, one.starts_at, one.ends_at, one.person, deputy, override=one.id))
    return kept


def _holes(post: str, held: list[Period], starts_at: float, ends_at: float) -> Iterator[Gap]:
    edges = [Period(post, starts_at, starts_at, "", ""), *sorted(held, key=lambda one: one.starts_at)]
    edges.append(Period(post, ends_at, ends_at, "", ""))
    covered, last = starts_at, 0
    for before, after in pairwise(edges):
        if before.ends_at >= covered:
            covered, last = before.ends_at, before.row
        if after.starts_at > covered:
            yield Gap(post, covered, min(after.starts_at, ends_at), last)


def _is_staffed(held: list[Period], gap: Gap) -> bool:
    """Whether the post is staffed at the gap's time of the day on another day."""
    for one in held:
        shift = -((one.starts_at - gap.starts_at) // DAY_S) * DAY_S  # to the day of the gap
        for offset in (shift - DAY_S, shift, shift + DAY_S):
            if one.starts_at + offset < gap.ends_at and gap.starts_at < one.ends_at + offset:
                return True
    return False
