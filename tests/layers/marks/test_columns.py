import numpy as np

from layers.marks.columns import newest, thin


def test_of_a_spot_the_worst_stays_and_says_for_how_many_it_stands() -> None:
    x, y = np.array([1.0, 2.0, 3.0, 95.0]), np.array([1.0, 2.0, 3.0, 95.0])
    rows, number = thin(x, y, np.array([1, 4, 2, 0], dtype=np.uint8), 10.0)
    assert rows.tolist() == [1, 3]
    assert number.tolist() == [3, 1]


def test_of_equals_the_first_stays_so_that_marks_do_not_flicker() -> None:
    rows, _ = thin(np.zeros(5), np.zeros(5), np.zeros(5, dtype=np.uint8), 10.0)
    assert rows.tolist() == [0]


def test_nothing_is_thinned_to_nothing() -> None:
    rows, number = thin(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.uint8), 10.0)
    assert len(rows) == len(number) == 0


def test_the_newest_of_nothing_is_now() -> None:
    assert newest(np.array([np.nan]), 7.0) == 7.0
    assert newest(np.array([3.0, 5.0, np.nan]), 7.0) == 5.0
