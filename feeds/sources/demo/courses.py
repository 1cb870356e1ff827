"""Courses: how the staged cases go, from the report to the end that their period sets."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.categories import Category
from feeds.sources.demo.chance import Dice
from feeds.sources.demo.ground import Place
from feeds.sources.demo.life import holder
from feeds.sources.demo.story import Status

__all__ = ["COURSES", "Frame"]

_MIN: Final = 60.0
_REFUSERS: Final = {
    "component:0118": ("房管", "排水", "环卫"),
    "component:0123": ("通信", "电力", "排水", "燃气"),
}
_POLE_REFUSERS: Final = ("通信", "电力", "市政", "公安")


class Frame(msgspec.Struct, frozen=True):
    """When a story is reported, when it must have ended, when its limit runs out: epoch seconds."""

    at: float
    end: float
    limit: float
    critical: bool


def _plain(rng: Dice, frame: Frame, category: Category, place: Place) -> tuple[Status, ...]:
    """Signed soon, handled most of the time, checked at the end; reminded at half of the limit."""
    at, end, limit = frame.at, frame.end, frame.limit
    first = holder(category, place)
    sent = at + rng.uniform(0.5, 2) * _MIN
    signed = sent + rng.uniform(1, 5) * _MIN
    half = max(at + (limit - at) / 2, signed + _MIN)
    steps = [
        Status(at, "reported", next="file", next_at=at + 15 * _MIN),
        Status(sent, "dispatched", first, "sign", sent + 30 * _MIN),
        Status(signed, "handling", first, "remind", half),
    ]
    if half < end - 4 * _MIN:
        upward = "to_duty_leader" if frame.critical else "to_shift_lead"
        steps.append(Status(half, "handling", first, upward, limit, (), 1))
    done = end - rng.uniform(1, 3) * _MIN
    return (
        *steps,
        Status(done, "handled", first, "check", done + 30 * _MIN),
        Status(end, "closed", first),
    )


def _unsigned(rng: Dice, frame: Frame, category: Category, place: Place) -> tuple[Status, ...]:
    """Nobody signs: reminded twice, overdue after half an hour, signed only near the end."""
    at, end, limit = frame.at, frame.end, frame.limit
    first = holder(category, place)
    sent = at + 3 * _MIN
    over = sent + 30 * _MIN
    signed = end - rng.uniform(6, 9) * _MIN
    # While nobody signs, what comes next stays the limit that they let pass.
    reminders = (sent, sent + 15 * _MIN, over, over + 15 * _MIN)
    waiting = [
        Status(moment, "dispatched", first, "sign", over, (), number)
        for number, moment in enumerate(reminders)
        if moment < signed
    ]
    return (
        Status(at, "reported", next="file", next_at=at + 15 * _MIN),
        *waiting,
        Status(signed, "handling", first, "remind", limit, (), len(waiting) - 1),
        Status(end - 2 * _MIN, "handled", first, "check", end + 28 * _MIN),
        Status(end, "closed", first),
    )


def _ruling(rng: Dice, frame: Frame, category: Category, place: Place) -> tuple[Status, ...]:
    """Two agencies return it; it waits for a ruling, gets one, and is handled."""
    return _bounced(rng, frame, category, (8, 20, 26, 34), ruling_min=120, rest_min=44)


def _hazard_ruling(rng: Dice, frame: Frame, category: Category, place: Place) -> tuple[Status, ...]:
    """Do the same quickly: a hazard is ruled within half an hour."""
    return _bounced(rng, frame, category, (3, 9, 13, 22), ruling_min=30, rest_min=28)


def _bounced(
    rng: Dice,
    frame: Frame,
    category: Category,
    minutes: tuple[float, float, float, float],
    *,
    ruling_min: float,
    rest_min: float,
) -> tuple[Status, ...]:
    at, end = frame.at, frame.end
    one, two = rng.sample(_REFUSERS.get(category.key, _POLE_REFUSERS), 2)
    sent, back, again, refused = (at + minute * _MIN for minute in minutes)
    ruled = min(end - rest_min * _MIN, refused + (ruling_min - 2) * _MIN)
    both = (one, two)
    return (
        Status(at, "reported", next="file", next_at=at + 15 * _MIN),
        Status(sent, "dispatched", one, "sign", sent + 30 * _MIN),
        Status(back, "returned", "", "dispatch", back + 15 * _MIN, (one,)),
        Status(again, "dispatched", two, "sign", again + 30 * _MIN, (one,)),
        Status(refused, "ruling", "", "ruling", refused + ruling_min * _MIN, both),
        Status(ruled, "dispatched", two, "sign", ruled + 30 * _MIN, both),
        Status(ruled + 4 * _MIN, "handling", two, "remind", end, both),
        Status(end - 3 * _MIN, "handled", two, "check", end + 27 * _MIN, both),
        Status(end, "closed", two, "", 0.0, both),
    )


COURSES: Final[dict[str, Callable[[Dice, Frame, Category, Place], tuple[Status, ...]]]] = {
    "plain": _plain,
    "unsigned": _unsigned,
    "ruling": _ruling,
    "hazard_ruling": _hazard_ruling,
}
"""Shape of a track → how its stories go."""
