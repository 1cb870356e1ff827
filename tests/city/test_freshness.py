import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.clock import CityClock
from city.freshness import LATE_AFTER, LOST_AFTER, freshness, lost_mask, measured_as_of

NOW = 1.8e9
AGES = st.integers(-1000, 10_000_000).map(float)
LIMITS = st.integers(1, 86_400).map(float)
ORDER = {"live": 0, "late": 1, "lost": 2}


def test_late_beyond_two_intervals_and_lost_beyond_five() -> None:
    assert freshness(NOW, 60.0, NOW) == "live"
    assert freshness(NOW - 120.0, 60.0, NOW) == "live"
    assert freshness(NOW - 120.5, 60.0, NOW) == "late"
    assert freshness(NOW - 300.0, 60.0, NOW) == "late"
    assert freshness(NOW - 300.5, 60.0, NOW) == "lost"
    assert (LATE_AFTER, LOST_AFTER) == (2.0, 5.0)


def test_what_was_never_heard_is_lost() -> None:
    assert freshness(None, 60.0, NOW) == "lost"
    assert freshness(float("nan"), 60.0, NOW) == "lost"
    assert lost_mask(np.array([np.nan]), np.array([60.0]), NOW).tolist() == [True]


@given(AGES, LIMITS)
def test_a_moment_in_the_future_counts_as_now(age: float, limit: float) -> None:
    assert freshness(NOW + abs(age), limit, NOW) == "live"


@given(AGES, LIMITS, st.integers(0, 10**6))
def test_nothing_gets_fresher_by_waiting(age: float, limit: float, wait: int) -> None:
    before, after = freshness(NOW - age, limit, NOW), freshness(NOW - age, limit, NOW + wait)
    assert ORDER[before] <= ORDER[after]


@given(st.lists(st.tuples(AGES, LIMITS), min_size=1, max_size=20))
def test_columns_say_the_same_as_single_values(rows: list[tuple[float, float]]) -> None:
    as_of = np.array([NOW - age for age, _ in rows])
    limits = np.array([limit for _, limit in rows])
    singly = [freshness(NOW - age, limit, NOW) == "lost" for age, limit in rows]
    assert lost_mask(as_of, limits, NOW).tolist() == singly


CLOCKS = st.builds(
    CityClock, st.integers(10**9, 2 * 10**9).map(float), st.integers(10**9, 2 * 10**9).map(float),
    st.sampled_from([0.5, 1.0, 4.0, 60.0]),
)  # fmt: skip


@given(CLOCKS, AGES, st.integers(0, 100_000).map(float))
def test_a_measurement_is_as_old_as_the_older_of_measured_and_received(
    clock: CityClock, measured_before: float, received_before: float
) -> None:
    received = NOW - received_before
    at = clock.at(NOW) - measured_before * clock.rate
    (as_of,) = measured_as_of(np.array([at]), np.array([received]), clock)
    assert NOW - as_of == pytest.approx(max(measured_before, received_before), abs=1e-3)


@given(CLOCKS, st.integers(0, 10_000_000).map(float), st.integers(0, 10**6).map(float))
def test_a_measurement_that_is_sent_again_gets_no_fresher(clock: CityClock, age: float, wait: float) -> None:
    at = np.array([clock.at(NOW) - age * clock.rate])
    once, again = (measured_as_of(at, np.array([NOW + later]), clock) for later in (0.0, wait))
    assert again == pytest.approx(once, abs=1e-3)


def test_while_the_city_clock_stands_what_was_old_stays_so_old_and_nothing_else_ages_by_it() -> None:
    clock = CityClock(NOW, NOW - 5000.0, 0.0)
    as_of = measured_as_of(np.array([NOW, NOW - 600.0]), np.array([NOW, NOW]), clock)
    assert as_of.tolist() == [NOW, NOW - 600.0]


def test_a_measurement_without_a_moment_is_as_old_as_never_heard() -> None:
    as_of = measured_as_of(np.array([np.nan, NOW]), np.array([NOW, np.nan]), CityClock(0.0, 0.0))
    assert np.isnan(as_of).all()
