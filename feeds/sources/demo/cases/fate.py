"""The planned course of an ordinary case: its acts and their times, unless the desk decides otherwise.

It is determined by the seed, the case's number, its class and its report time, so the feeds and the simulated
people need no shared state.
"""

from typing import Final

import msgspec

from city.dispatch.tables.categories import Category
from feeds.sources.demo.cases.limits import due
from feeds.sources.demo.chance import DAY_S, ZONE_S, Dice, about, dice, hour_of

__all__ = ["MIN", "Fate", "ordinary"]

MIN: Final = 60.0
_HOUR: Final = 3600.0
_SLACK_S: Final = 86 * MIN  # a case in time is closed before its last hour starts
_QUICK_SLACK_S: Final = 68 * MIN
_TIGHT: Final = 0.024
_OVERDUE: Final = 0.004
_SIGNED_LATE: Final = 0.012
_WORK_S: Final = {"urgent_hour": 22 * MIN, "office_hour": 45 * MIN, "office_day": 130 * MIN}
_REASONS: Final = ("no_problem", "no_problem", "out_of_district", "emergency_handed_over", "not_city_matter")


class Fate(msgspec.Struct, frozen=True):
    """Planned times (epoch seconds, in this order) and events of a case.

    ``reject`` is the reason why it is not filed, ``returns`` the times at which holders return it,
    ``rule_at`` when the leader's deputy rules on it, ``suspend_until`` the end of its suspension, ``late``
    whether its limit may be missed.
    """

    limit_at: float
    file_at: float
    sign_at: float
    done_at: float
    check_at: float
    reject: str = ""
    verify: bool = False
    returns: tuple[float, ...] = ()
    rule_at: float = 0.0
    reworks: int = 0
    extend: bool = False
    suspend_until: float | None = None
    late: bool = False

    @property
    def ends_at(self) -> float:
        """Return its end, epoch seconds."""
        return self.file_at if self.reject else self.check_at


def ordinary(seed: int, no: str, at: float, category: Category) -> Fate:
    """Return the fate of a case reported at ``at`` (epoch seconds) with the number ``no``."""
    rng = dice(seed, "fate", no)
    limit = due(at, category.limit_value, category.limit_unit)
    quick = category.limit_unit == "urgent_hour"
    kind = rng.random()
    filed = at + (about(rng, 2.5, 0.5, 0.6, 9) if quick else about(rng, 5.5, 0.65, 0.8, 26)) * MIN
    if kind < 0.022:
        return Fate(limit, filed, filed, filed, filed, reject=rng.choice(_REASONS))
    returns: tuple[float, ...] = ()
    again = filed
    if kind < 0.070 and not quick:
        returns = _returns(rng, filed, 2 if kind < 0.027 else 1)
        again = returns[-1] + about(rng, 6, 0.6, 1, 30) * MIN
    ruled = again + about(rng, 38, 0.5, 12, 110) * MIN if len(returns) > 1 else again
    signed = ruled + _to_sign(rng, quick)
    resumes = None
    late = False
    if 0.995 < kind < 0.998 and not quick:
        # No story is longer than a day, so that a restart always includes its end.
        resumes = signed + rng.uniform(6, 15) * _HOUR
        done = resumes + rng.uniform(1, 3) * _HOUR
    else:
        done, late = _done(rng, at, signed, limit, category.limit_unit)
    return Fate(
        limit, filed, signed, done,
        done + (about(rng, 4, 0.5, 1, 12) if quick else about(rng, 10, 0.55, 2, 30)) * MIN,
        verify=kind > 0.85 and not quick,
        returns=returns,
        rule_at=ruled,
        reworks=int(rng.random() < 0.04),
        extend=late and rng.random() < 0.5,
        suspend_until=resumes,
        late=late,
    )  # fmt: skip


def _to_sign(rng: Dice, quick: bool) -> float:
    """Return how long (seconds) a holder takes to sign; sometimes longer than allowed."""
    if quick:
        return about(rng, 4, 0.7, 0.7, 24) * MIN
    if rng.random() < _SIGNED_LATE:
        return rng.uniform(122, 150) * MIN
    return about(rng, 10, 0.75, 1, 55) * MIN


def _returns(rng: Dice, filed: float, count: int) -> tuple[float, ...]:
    moments = [filed + about(rng, 20, 0.5, 6, 80) * MIN]
    while len(moments) < count:
        moments.append(moments[-1] + about(rng, 25, 0.5, 10, 80) * MIN)
    return tuple(moments)


def _done(rng: Dice, at: float, signed: float, limit: float, unit: str) -> tuple[float, bool]:
    chance = rng.random()
    soon = limit - at < 4.2 * _HOUR  # not limits that wait for the office to open
    if chance < _OVERDUE and soon:
        return limit + rng.uniform(0.1, 0.8) * min(limit - at, 3 * _HOUR), True
    if chance < _TIGHT and soon:
        return max(signed + MIN, limit - rng.uniform(4, 50) * MIN), False
    work = about(rng, _WORK_S.get(unit, _HOUR), 0.7, 3 * MIN, 8 * _HOUR)
    done = signed + work if unit == "urgent_hour" else _by_day(rng, signed + work)
    latest = limit - (_QUICK_SLACK_S if unit == "urgent_hour" else _SLACK_S)
    if done > latest:
        done = signed + rng.uniform(0.3, 1.0) * (latest - signed)
    return max(signed + MIN, done), False


def _by_day(rng: Dice, at: float) -> float:
    """Return ``at``, or a time of the next morning if ``at`` is at night."""
    hour = hour_of(at)
    if 7 <= hour < 22:
        return at
    midnight = (at + ZONE_S) // DAY_S * DAY_S - ZONE_S
    morning = midnight + (7 * _HOUR if hour < 7 else DAY_S + 7 * _HOUR)
    return morning + rng.uniform(0, 110) * MIN
