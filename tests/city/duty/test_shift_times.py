"""Shift times: each moment belongs to one shift, also where the day shift goes past midnight."""

import pytest

from city.clocks.timestamps import parse
from city.duty.shift_times import ShiftTimes


@pytest.mark.parametrize(("day", "night"), [("13:30", "01:30"), ("08:30", "20:30"), ("00:00", "12:00")])
def test_each_minute_of_a_day_is_in_one_shift_whichever_begins_first(day: str, night: str) -> None:
    def seconds(clock: str) -> int:
        hour, minute = map(int, clock.split(":"))
        return hour * 3600 + minute * 60

    times = ShiftTimes("310115", seconds(day), seconds(night))
    begin = parse("2026-11-30T00:00:00+08:00")
    for minute in range(0, 2 * 24 * 60, 10):
        now = begin + minute * 60
        span = times.at(now)
        assert span.starts_at <= now < span.ends_at
        assert span.ends_at - span.starts_at == 12 * 3600
        assert times.of(span.id) == span
        following = times.after(span, now)
        assert (following.starts_at, following.kind != span.kind) == (span.ends_at, True)
