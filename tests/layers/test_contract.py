import numpy as np

from city.clocks.city_clock import CityClock
from layers.contract import Frame, MapSetting, machine_time, same, source_of


def frame(as_of: float = 1.0, **columns: object) -> Frame:
    return Frame("k", as_of, dict(columns), {"n": 1})  # type: ignore[arg-type]


def test_frames_with_equal_columns_are_the_same_whatever_their_age() -> None:
    one = frame(1.0, x=np.array([1.0, np.nan]), text=["a", "b"], png=b"p")
    assert same(one, frame(2.0, x=np.array([1.0, np.nan]), text=["a", "b"], png=b"p"))


def test_one_number_one_text_one_byte_or_one_column_makes_another_frame() -> None:
    one = frame(x=np.array([1.0]), text=["a"], png=b"p")
    assert not same(one, frame(x=np.array([2.0]), text=["a"], png=b"p"))
    assert not same(one, frame(x=np.array([1.0]), text=["b"], png=b"p"))
    assert not same(one, frame(x=np.array([1.0]), text=["a"], png=b"q"))
    assert not same(one, frame(x=np.array([1.0]), text=["a"]))
    assert not same(None, one)


def test_a_frame_is_the_same_as_itself_without_a_look_at_its_columns() -> None:
    column = np.zeros(10)
    one = frame(x=column)
    assert same(one, one)


def test_the_source_of_a_frame_is_found_by_its_name() -> None:
    assert source_of(frame(x=np.zeros(1)), "inset").name == "inset:k"


def test_a_city_moment_is_turned_back_into_machine_time() -> None:
    assert machine_time(CityClock(1000.0, 50.0, 10.0), 1100.0) == 60.0
    assert machine_time(CityClock(1000.0, 50.0, 0.0), 1100.0) == 50.0


def test_a_pixel_of_a_view_that_is_too_wide_is_that_of_its_width() -> None:
    assert MapSetting((0.0, 0.0, 1000.0, 100.0), (100.0, 100.0)).metres_per_px == 10.0
