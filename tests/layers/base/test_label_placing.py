"""Names never meet one another or what they must not cover."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from layers.base.label_placing import Extent, Wanted, place, text_width

PX = st.floats(0, 300)
WANTED = st.builds(
    Wanted,
    text=st.text("浦东新区陆家嘴AbW 1.", min_size=1, max_size=6),
    size=st.sampled_from([13.0, 17.0, 20.0]),
    spots=st.lists(st.tuples(PX, PX), min_size=1, max_size=3),
    beside=st.booleans(),
)
OBSTACLE = st.builds(Extent.around, PX, PX, st.floats(1, 80), st.floats(1, 80))


@settings(deadline=None)
@given(st.lists(WANTED, max_size=25), st.lists(OBSTACLE, max_size=4))
def test_no_two_labels_overlap_and_none_covers_an_obstacle_or_leaves_the_frame(wanted, obstacles):
    frame = Extent(0, 0, 300, 300)
    placed = place(wanted, frame=frame, obstacles=obstacles)
    boxes = [one.extent for one in placed]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert not any(box.overlaps(obstacle) for box in boxes for obstacle in obstacles)
    assert all(box.within(frame) for box in boxes)


@given(st.lists(WANTED, min_size=1, max_size=25))
def test_the_first_label_always_gets_its_first_spot(wanted):
    first = place(wanted)[0]
    assert (first.index, (first.x, first.y)) == (0, wanted[0].spots[0])


@given(st.lists(WANTED, max_size=25))
def test_a_placed_label_stands_near_one_of_its_spots(wanted):
    for one in place(wanted):
        label = wanted[one.index]
        reach = text_width(label.text, label.size) + 2 * label.size
        assert min(abs(one.x - x) + abs(one.y - y) for x, y in label.spots) <= reach


def test_a_label_whose_spot_is_taken_moves_beside_it_and_goes_when_there_is_no_room():
    twice = [Wanted("川沙", 17, [(50, 50)])] * 2
    assert [one.index for one in place(twice)] == [0, 1]
    assert [one.index for one in place(twice, frame=Extent(20, 35, 80, 65))] == [0]


def test_a_label_too_near_the_edge_is_pushed_in_just_so_far_and_the_name_of_a_line_is_not():
    frame = Extent(0, 0, 300, 100)
    sea, road = (Wanted("East China Sea", 17, [(290, 50)], beside=beside) for beside in (True, False))
    (found,) = place([sea], frame=frame)
    assert 298 < found.extent.right <= 300
    assert found.y == 50
    assert place([road], frame=frame) == []


def test_the_name_of_a_line_stands_on_the_line_or_not_at_all():
    twice = [Wanted("内环", 17, [(50, 50), (200, 50)], beside=False)] * 3
    assert [(one.x, one.y) for one in place(twice)] == [(50, 50), (200, 50)]


def test_a_chinese_character_is_as_wide_as_its_size_and_a_latin_letter_less():
    assert text_width("浦东", 20) == 40
    assert 0 < text_width("il", 20) < text_width("ab", 20) < text_width("MW", 20) < 40
    assert text_width("", 20) == 0
