import numpy as np
import pytest

import static
from city.seen import WarningArea
from layers.atlas import Atlas
from layers.contract import Frame, MapSetting
from layers.warnings import Warnings, lines
from tests.seen_factory import NOW, PUDONG, seen, warning, warning_area

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
    areas = (warning_area("blue", 1, ring),)
    x = Warnings(SETTING).frame(seen(warnings=(warning(areas=areas),)), NOW).columns["blue_x"]
    assert x[0] == x[3]


def test_a_warning_without_an_area_is_counted() -> None:
    frame = Warnings(SETTING).frame(seen(warnings=(warning(areas=()),)), NOW)
    assert frame.meta == {"in_force": 1, "without_area": 1}


def test_all_columns_have_one_length() -> None:
    frame = Warnings(SETTING).frame(seen(warnings=(warning(), warning("b", colour="red"))), NOW)
    assert len({len(column) for column in frame.columns.values()}) == 1


def test_each_area_of_a_warning_is_drawn_in_the_colour_of_its_own_statement() -> None:
    north = ((121.0, 31.5), (121.5, 31.5), (121.5, 31.9))
    both = warning(colour="red", rank=4, areas=(warning_area("red", 4), warning_area("blue", 1, north)))
    columns = Warnings(SETTING).frame(seen(warnings=(both,)), NOW).columns
    assert np.isfinite(columns["red_x"]).sum() == len(PUDONG)
    assert np.isfinite(columns["blue_x"]).sum() == len(north) + 1


def test_what_is_announced_only_has_no_outline_yet() -> None:
    frame = Warnings(SETTING).frame(seen(warnings=(warning(announced=True),)), NOW)
    assert not np.isfinite(frame.columns["blue_x"]).any()
    assert frame.meta == {"in_force": 0, "without_area": 0}


def test_a_path_goes_on_beyond_the_180th_meridian() -> None:
    x, _ = lines([[(179.0, 20.0), (-179.0, 21.0)]])
    half = 20_037_508.342789244
    assert x[:2] / half * 180.0 == pytest.approx([179.0, 181.0])


def test_a_street_that_is_named_by_its_code_has_its_own_outline() -> None:
    layer = Warnings(MapSetting((0.0, 0.0, 1.0, 1.0), atlas=Atlas.read(static.path("district/atlas"))))

    def named(code: str) -> Frame:
        return layer.frame(seen(warnings=(warning(areas=(WarningArea("blue", 1, code=code),)),)), NOW)

    assert np.isfinite(named("310115005").columns["blue_x"]).sum() > 3
    assert np.array_equal(
        named("310115005").columns["blue_x"], named("310115005000").columns["blue_x"], equal_nan=True
    )
    assert named("310115005").meta["without_area"] == 0
    assert named("310115").meta["without_area"] == 1
