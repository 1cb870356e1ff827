import pytest

from layers.base.free_space import BESIDE, OVER, Boxes, Side, View, around
from layers.contract import MapSetting

VIEW = View(MapSetting((0.0, 0.0, 1000.0, 500.0), (100.0, 50.0)))


def test_pixels_count_from_the_upper_left_corner() -> None:
    assert VIEW.px(100.0, 400.0) == (10.0, 10.0)
    assert VIEW.box((0.0, 0.0, 100.0, 100.0)) == (0.0, 40.0, 10.0, 50.0)


def test_boxes_that_touch_do_not_overlap() -> None:
    boxes = Boxes()
    boxes.take((0.0, 0.0, 10.0, 10.0))
    assert boxes.overlap((10.0, 0.0, 20.0, 10.0)) == 0.0
    assert boxes.overlap((5.0, 5.0, 15.0, 15.0)) == 25.0


def test_a_text_takes_the_side_where_it_hides_nothing() -> None:
    taken = Boxes()
    taken.take((55.0, 0.0, 100.0, 50.0))
    assert VIEW.side("甲", (50.0, 25.0), 10.0, taken=taken, sides=BESIDE) == Side("right", -10.0, 0.0)


def test_two_texts_of_one_place_stand_on_two_sides() -> None:
    taken = Boxes()
    sides = [VIEW.side("甲", (50.0, 25.0), 10.0, taken=taken, sides=BESIDE, most=0.0) for _ in range(3)]
    assert sides == [*BESIDE, None]


@pytest.mark.parametrize(("x", "align"), [(2.0, "left"), (50.0, "center"), (98.0, "right")])
def test_a_text_at_the_rim_is_not_cut(x: float, align: str) -> None:
    side = VIEW.side("甲乙", (x, 40.0), 10.0, taken=Boxes(), sides=OVER)
    assert side is not None
    assert side.align == align


def test_a_text_that_does_not_fit_anywhere_has_no_side() -> None:
    assert VIEW.side("甲" * 20, (50.0, 25.0), 10.0, taken=Boxes(), sides=OVER) is None


def test_a_square_around_a_point() -> None:
    assert around((5.0, 5.0), 2.0) == (3.0, 3.0, 7.0, 7.0)
