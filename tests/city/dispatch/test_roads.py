"""The roads in a place name."""

import pytest

from city.dispatch.routing.roads import on_road, road_names


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("羽山路巨野路", ("羽山路", "巨野路")),
        ("川周公路新德路", ("川周公路", "新德路")),
        ("浦东大道源深路", ("浦东大道", "源深路")),
        ("东大公路石潭街", ("东大公路", "石潭街")),
        ("新金桥路台儿庄路", ("新金桥路", "台儿庄路")),
        ("沪芦高速 近两港大道", ("沪芦高速", "两港大道")),
        ("川杨河", ("川杨河",)),
        ("羽山路羽山路", ("羽山路",)),
        ("羽山路 / 巨野路", ("羽山路", "巨野路")),
        ("羽山路近巨野路", ("羽山路", "巨野路")),
        ("近胜路羽山路", ("近胜路", "羽山路")),
        ("川杨河（近唐陆路）", ("川杨河", "唐陆路")),
        ("川杨河路", ("川杨河路",)),
        ("赵家沟", ("赵家沟",)),
        ("Main Street", ()),
        ("", ()),
    ],
)
def test_a_crossing_is_told_apart_into_its_roads(place: str, names: tuple[str, ...]) -> None:
    assert road_names(place) == names


@pytest.mark.parametrize(
    ("place", "road", "expected"),
    [
        ("羽山路巨野路", "巨野路", True),
        ("张杨北路", "张杨路", False),
        ("杨高东路", "高东路", False),
        ("Main Street", "Main Street", True),
        ("羽山路", "", False),
        ("", "", False),
    ],
)
def test_a_place_lies_on_a_road_when_the_whole_name_is_in_it(place: str, road: str, expected: bool) -> None:
    assert on_road(place, road) is expected
