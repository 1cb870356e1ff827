import numpy as np

from layers.contract import MapSetting
from layers.warnings import Warnings
from tests.seen_factory import NOW, seen, warning

SETTING = MapSetting((0.0, 0.0, 1.0, 1.0))


def test_an_outline_is_drawn_in_the_colour_of_its_word() -> None:
    columns = Warnings(SETTING).frame(seen(warnings=(warning(colour="orange"),)), NOW).columns
    assert np.isfinite(columns["orange_x"]).sum() == 4
    assert not np.isfinite(columns["blue_x"]).any()


def test_an_area_with_two_warnings_is_drawn_once_in_the_worse_colour() -> None:
    both = (warning("a", colour="red", rank=4), warning("b", colour="blue", rank=1))
    columns = Warnings(SETTING).frame(seen(warnings=both), NOW).columns
    assert np.isfinite(columns["red_x"]).any()
    assert not np.isfinite(columns["blue_x"]).any()


def test_an_open_ring_is_closed() -> None:
    ring = ((121.0, 31.0), (122.0, 31.0), (122.0, 32.0))
    x = Warnings(SETTING).frame(seen(warnings=(warning(polygons=(ring,)),)), NOW).columns["blue_x"]
    assert x[0] == x[3]


def test_a_warning_without_an_area_is_counted() -> None:
    frame = Warnings(SETTING).frame(seen(warnings=(warning(polygons=()),)), NOW)
    assert frame.meta == {"in_force": 1, "without_area": 1}


def test_all_columns_have_one_length() -> None:
    frame = Warnings(SETTING).frame(seen(warnings=(warning(), warning("b", colour="red"))), NOW)
    assert len({len(column) for column in frame.columns.values()}) == 1
