"""Roads: a house number never reaches a wall."""

import pytest

from feeds.sources.roads import crossing_of, named_road, road_of


@pytest.mark.parametrize(
    ("address", "road"),
    [
        ("952 EAST 58 STREET", "EAST 58 STREET"),
        ("97-32 102 STREET", "102ND STREET"),
        ("11 AVENUE K", "AVENUE K"),
        ("1505 ST NICHOLAS AVENUE", "ST NICHOLAS AVENUE"),
        (" 87 STREET", "87TH STREET"),
        ("117 ST E", "117TH ST E"),
        ("张杨路500号", "张杨路"),
        ("浦东大道12弄3号501室", "浦东大道"),
        ("", ""),
    ],
)
def test_the_road_of_an_address_has_no_house_number(address, road):
    assert road_of(address) == road


def test_a_numbered_street_is_written_so_that_nobody_takes_it_for_a_house():
    assert named_road("5 AVE") == "5TH AVE"
    assert named_road("EAST   21 STREET") == "EAST 21 STREET"
    assert [named_road(f"{n} ST") for n in (1, 2, 3, 11, 112, 121)] == [
        "1ST ST", "2ND ST", "3RD ST", "11TH ST", "112TH ST", "121ST ST",
    ]  # fmt: skip


def test_a_crossing_names_both_roads_or_the_one_that_is_known():
    assert crossing_of(["WALTON AVE", "5 ST"]) == "WALTON AVE / 5TH ST"
    assert crossing_of(["", "5 ST"]) == "5TH ST"
    assert crossing_of(["", ""]) == ""
