"""The ordinary life of a case in its source's system: who gets it, how long it takes, how it ends."""

import math
from typing import Final

from city.categories import Category
from feeds.sources.demo.chance import DAY_S, ZONE_S, Dice, hour_of
from feeds.sources.demo.ground import Place
from feeds.sources.demo.limits import due
from feeds.sources.demo.story import Status

__all__ = ["holder", "ordinary"]

_MIN: Final = 60.0
_HOUR: Final = 3600.0
_SLACK_S: Final = 86 * _MIN  # a case in good order is closed before its last hour begins
_QUICK_SLACK_S: Final = 68 * _MIN
_TIGHT: Final = 0.03
_OVERDUE: Final = 0.002
_WORK_S: Final = {"urgent_hour": 22 * _MIN, "office_hour": 45 * _MIN, "office_day": 130 * _MIN}
_LINE_AGENCIES: Final = ("城管", "市政", "绿化市容", "交通", "水务", "房管", "建管委", "环卫")


def holder(category: Category, place: Place) -> str:
    """Return whom the class goes to first: its owner, or the street where it lies."""
    return place.short if category.territorial else category.owner


def ordinary(dice: Dice, at: float, category: Category, place: Place) -> tuple[float, tuple[Status, ...]]:
    """Return the limit and all statuses of a case reported at ``at`` (epoch seconds)."""
    limit = due(at, category.limit_value, category.limit_unit)
    kind = dice.random()
    quick = category.limit_unit == "urgent_hour"
    filed = at + dice.uniform(2, 5 if quick else 12) * _MIN
    begun = Status(at, "reported", next="file", next_at=at + 15 * _MIN)
    if kind < 0.020:
        return limit, (begun, Status(filed, "rejected"))
    if kind < 0.022:
        return limit, (begun, Status(filed, "voided"))
    steps = [begun]
    first = holder(category, place)
    sent = filed
    refused: tuple[str, ...] = ()
    if kind < 0.070 and not quick:
        sent, refused = _returned(dice, steps, filed, first)
        first = _other(dice, first)
    sign_by = sent + (30 * _MIN if quick else 2 * _HOUR)
    steps.append(Status(sent, "dispatched", first, "sign", sign_by, refused))
    signed = sent + dice.uniform(1, 8 if quick else 28) * _MIN
    warn = at + (0.5 if quick else 0.8) * (limit - at)
    steps.append(Status(signed, "handling", first, "remind", max(warn, signed), refused))
    if 0.995 < kind < 0.998 and not quick:
        # No story is longer than a day, so that a second start always finds its end.
        back = signed + dice.uniform(6, 15) * _HOUR
        limit = back + 6 * _HOUR
        steps.append(Status(signed + _HOUR, "suspended", first, "resume", back, refused, 0, limit))
        steps.append(Status(back, "handling", first, "remind", limit - _HOUR, refused, 0, limit))
        done = back + dice.uniform(1, 3) * _HOUR
    elif kind > 0.9995:
        up = signed + _HOUR
        steps.append(Status(up, "transferred_up", "市级", "", 0.0, refused))
        done = up + dice.uniform(2, 12) * _HOUR
    else:
        done = _done(dice, at, signed, limit, category.limit_unit)
    check_s = dice.uniform(2, 7 if quick else 24) * _MIN
    check_by = done + (30 * _MIN if quick else 4 * _HOUR)
    steps.append(Status(done, "handled", first, "check", check_by, refused))
    steps.append(Status(done + check_s, "closed", first, "", 0.0, refused))
    return limit, tuple(steps)


def _returned(dice: Dice, steps: list[Status], filed: float, first: str) -> tuple[float, tuple[str, ...]]:
    """Add a dispatch and its return; give the next dispatch's moment and who has returned so far."""
    steps.append(Status(filed, "dispatched", first, "sign", filed + 2 * _HOUR))
    back = filed + dice.uniform(8, 50) * _MIN
    steps.append(Status(back, "returned", "", "dispatch", back + 15 * _MIN, (first,)))
    return back + dice.uniform(3, 12) * _MIN, (first,)


def _other(dice: Dice, agency: str) -> str:
    return dice.choice([name for name in _LINE_AGENCIES if name != agency])


def _done(dice: Dice, at: float, signed: float, limit: float, unit: str) -> float:
    fate = dice.random()
    soon = limit - at < 4.2 * _HOUR  # not those that all wait for the office to open
    if fate < _OVERDUE and soon:
        return limit + dice.uniform(0.1, 0.8) * min(limit - at, 3 * _HOUR)
    if fate < _TIGHT and soon:
        return max(signed + _MIN, limit - dice.uniform(4, 50) * _MIN)
    work = _WORK_S.get(unit, _HOUR) * math.exp(dice.gauss(0, 0.6))
    done = signed + work if unit == "urgent_hour" else _by_day(dice, signed + work)
    slack = _QUICK_SLACK_S if unit == "urgent_hour" else _SLACK_S
    return max(signed + _MIN, min(done, limit - slack))


def _by_day(dice: Dice, at: float) -> float:
    """Return ``at``, or a moment of the morning after when it falls into the quiet of the night."""
    hour = hour_of(at)
    if 7 <= hour < 22:
        return at
    midnight = (at + ZONE_S) // DAY_S * DAY_S - ZONE_S
    morning = midnight + (7 * _HOUR if hour < 7 else DAY_S + 7 * _HOUR)
    return morning + dice.uniform(0, 110) * _MIN
