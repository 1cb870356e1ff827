"""The last hour of a gauge: what is not told is not known, and never zero."""

import random

import numpy as np
import pytest

from city.state.last_hour import HourSeen, LastHour, change, rain

NOW = 1_789_475_460.0


def hour(*samples: tuple[float, float], row: int = 0) -> HourSeen:
    """Samples as (minutes before now, value)."""
    kept = LastHour()
    for minutes, value in samples:
        kept.add(row, NOW - 60 * minutes, value)
    return kept.seen()


def every(minutes: int, value: float) -> list[tuple[float, float]]:
    return [(float(before), value) for before in range(0, 61, minutes)]


def fell(seen: HourSeen, interval_s: float = 60.0) -> tuple[float, float]:
    mm, share = rain(seen, np.full(len(seen.rows), interval_s), NOW)
    return float(mm[0]), float(share[0])


@pytest.mark.parametrize(("minutes", "interval_s"), [(1, 60.0), (5, 300.0), (30, 1800.0)])
def test_a_steady_rate_for_an_hour_is_its_millimetres(minutes: int, interval_s: float) -> None:
    assert fell(hour(*every(minutes, 48.0)), interval_s) == pytest.approx((48.0, 1.0))


def test_half_an_hour_of_rain_is_half_of_it() -> None:
    seen = hour(*[(float(before), 40.0 if before <= 30 else 0.0) for before in range(61)])
    assert fell(seen) == pytest.approx((20.0, 1.0))


def test_a_silence_is_an_unknown_share_and_not_dry() -> None:
    silent = hour(*[(float(before), 30.0) for before in range(61) if not 10 < before < 50])
    mm, share = fell(silent)
    # Of the 40 silent minutes a rate counts for two intervals, and the rest is not known.
    assert share == pytest.approx(22 / 60)
    assert mm == pytest.approx(30.0 * share)


def test_the_rain_before_the_hour_does_not_count() -> None:
    old = [(float(before), 90.0) for before in range(62, 100)]
    assert fell(hour(*old, *every(1, 0.0)))[0] == 0.0


def test_a_sample_from_the_future_counts_as_none() -> None:
    assert fell(hour(*every(1, 6.0), (-30.0, 300.0))) == pytest.approx((6.0, 1.0))


def test_the_order_of_samples_does_not_matter() -> None:
    samples = [(float(before), float(before)) for before in range(61)]
    mixed = random.Random(4).sample(samples, len(samples))
    assert fell(hour(*samples)) == fell(hour(*mixed))


def test_a_window_is_bounded() -> None:
    kept = LastHour()
    for second in range(0, 90_000, 20):
        kept.add(7, NOW + second, 1.0)
    assert kept.seen().at.shape == (1, 64)


def test_many_gauges_each_have_their_own_hour() -> None:
    kept = LastHour()
    for row in range(150):
        for before in range(61):
            kept.add(row * 3, NOW - 60 * before, float(row))
    seen = kept.seen()
    mm, _ = rain(seen, np.full(150, 60.0), NOW)
    assert mm.tolist() == pytest.approx([float(row) for row in range(150)])
    part = seen.of(np.array([3, 9, 10, 447]))
    assert part.rows.tolist() == [0, 1, 3]
    assert rain(part, np.full(3, 60.0), NOW)[0].tolist() == pytest.approx([1.0, 3.0, 149.0])


def test_a_change_is_that_of_an_hour_or_not_known() -> None:
    rising = hour(*[(float(before), 4.62 - 0.005 * before) for before in range(0, 61, 2)])
    assert change(rising, NOW).tolist() == pytest.approx([0.3])
    assert np.isnan(change(hour((0.0, 4.6), (20.0, 4.1)), NOW)).all()
    assert np.isnan(change(hour((58.0, 4.6)), NOW)).all()
    assert change(hour((3.0, 4.6), (66.0, 4.5)), NOW).tolist() == pytest.approx([0.1])
