"""What is written on the map."""

import pytest

from layers.atlas.naming import of_street, road_kind, road_name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("潍坊新村街道", "潍坊"),
        ("陆家嘴街道", "陆家嘴"),
        ("川沙新镇", "川沙"),
        ("唐镇", "唐镇"),
        ("城关镇", "城关"),
    ],
)
def test_a_street_is_called_as_people_call_it(name, short):
    assert of_street("999001001", {"name": name}) == (name, short, short)


def test_own_short_and_english_names_go_first():
    about = {"name": "甲镇", "short": "甲甲", "english": "Jia"}
    assert of_street("310115004", about) == ("甲镇", "甲甲", "Jia")


def test_a_known_code_brings_its_english_name():
    assert of_street("310115145", {"name": "南汇新城镇"})[2] == "Nanhui New City"


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ({"name": "内环高架路"}, "ring"),
        ({"name": "上海绕城高速"}, "ring"),
        ({"name": "外环匝道"}, "minor"),
        ({"name": "某路", "scope": "major"}, "main"),
        ({"name": "某路", "highway": "motorway_link"}, "main"),
        ({"name": "某路", "highway": "residential"}, "minor"),
        ({"name": "内环", "kind": "minor"}, "minor"),
        ({}, "minor"),
    ],
)
def test_a_road_is_ring_main_or_minor(about, kind):
    assert road_kind(about) == kind


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("内环高架路", "内环"),
        ("上海绕城高速", "绕城"),
        ("外环 S20", "外环 S20"),
        ("华夏高架路", "华夏高架"),
        ("", ""),
    ],
)
def test_a_road_is_written_short(name, written):
    assert road_name(name) == written
