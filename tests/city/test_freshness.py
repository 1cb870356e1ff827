import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from city.freshness import LATE_AFTER, LOST_AFTER, freshness, lost_mask

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
