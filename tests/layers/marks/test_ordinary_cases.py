import numpy as np
import pytest
from bokeh.models import Plot

from layers.atlas.atlas import Box
from layers.base.base_map import map_figure
from layers.contract import MapSetting
from layers.marks.ordinary_cases import MOST, Ordinary
from layers.projection import to_mercator
from tests.seen_factory import NOW, PEOPLE_SQUARE, case, seen

LAYER = Ordinary(MapSetting((0.0, 0.0, 1.0, 1.0)))


def test_only_ordinary_cases_with_a_position_have_a_ring() -> None:
    nowhere = (float("nan"), float("nan"))
    cases = (case("n"), case("u", urgency="urgent"), case("p", urgency="critical"), case("a", place=nowhere))
    frame = LAYER.frame(seen(cases=cases), NOW)
    assert len(frame.columns["x"]) == 1
    assert frame.meta == {"count": 2, "unplaced": 1, "left_out": 0}
    assert frame.as_of == NOW - 590.0


def test_a_ring_stands_within_a_metre_of_its_case() -> None:
    x, y = to_mercator(*PEOPLE_SQUARE)
    columns = LAYER.frame(seen(cases=(case(),)), NOW).columns
    assert np.asarray(columns["x"], np.float64)[0] == pytest.approx(float(x), abs=1.0)
    assert np.asarray(columns["y"], np.float64)[0] == pytest.approx(float(y), abs=1.0)


def test_a_frame_stays_below_100_kilobytes_and_says_how_many_it_left_out() -> None:
    one = case()
    cases = tuple(case(f"n{n}", at=NOW - n) for n in range(3)) + (one,) * MOST
    frame = LAYER.frame(seen(cases=cases), NOW)
    assert sum(np.asarray(column).nbytes for column in frame.columns.values()) < 100_000
    assert frame.meta["left_out"] == 3


def test_a_ring_says_which_case_it_is() -> None:
    cases = (case("0a1b2c3d4e5f"), case("ffffffffffff"), case("no mark"))
    told = LAYER.frame(seen(cases=cases), NOW).columns["mark"]
    first, last, none = (float(number) for number in told)
    assert (f"{int(first):012x}", f"{int(last):012x}") == ("0a1b2c3d4e5f", "ffffffffffff")
    assert none != none


def test_rings_are_unseen_until_the_page_is_near_and_never_on_the_inset() -> None:
    figure: Plot = map_figure(Box(0, 0, 1000, 1000))
    frame = LAYER.frame(seen(cases=(case(),)), NOW)
    for prefix in ("inset", "beside"):
        LAYER.draw(figure, frame, prefix)
    assert figure.renderers == []
    LAYER.draw(figure, frame)
    (rings,) = figure.renderers
    assert not rings.visible
    assert figure.x_range.js_property_callbacks.keys() == {"change:end"}
