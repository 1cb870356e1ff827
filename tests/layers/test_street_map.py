"""The map of one street: what is around it is cut off, and its layers draw what the street may see."""

import pytest

import static
from city.places.streets import street_key
from layers.atlas.around import around_street, street_bounds
from layers.atlas.atlas import Atlas
from layers.fields.pictures import CLEAR
from layers.street_map import empty_frame, street_layers, street_setting


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return Atlas.read(static.path("district/atlas"))


def test_a_streets_map_has_that_street_alone_and_little_beside_it(atlas: Atlas) -> None:
    code = atlas.drawing.streets[3].code
    around = around_street(atlas, code).drawing
    bounds = street_bounds(atlas.drawing, code)
    margin = 1.2 * max(bounds.width, bounds.height)
    assert [street.code for street in around.streets] == [street_key(code)]
    assert around.bounds == bounds
    rings = [polygon[0] for polygon in (*around.land, *around.water)]
    rings += [path for road in around.roads for path in road.paths]
    assert rings
    assert min(min(ring.xs) for ring in rings) >= bounds.west - margin
    assert max(max(ring.ys) for ring in rings) <= bounds.north + margin
    assert {label.code for label in around.labels} <= {"", code}
    assert around.attribution == atlas.drawing.attribution


def test_every_street_of_the_district_has_a_map(atlas: Atlas) -> None:
    for street in atlas.drawing.streets:
        setting = street_setting(around_street(atlas, street.code), {}, size=(454.0, 704.0), text_px=15.0)
        assert setting.metres_per_px > 0


def test_an_unknown_street_has_none(atlas: Atlas) -> None:
    with pytest.raises(KeyError):
        around_street(atlas, "310115999")


def test_ordinary_cases_are_seen_at_once_on_a_streets_map(atlas: Atlas) -> None:
    around = around_street(atlas, atlas.drawing.streets[0].code)
    setting = street_setting(around, {}, size=(454.0, 704.0), text_px=15.0)
    assert setting.ordinary_below == float("inf")
    keys = [layer.key for layer in street_layers(setting)]
    assert keys[0] == "rain"
    assert keys[-4:] == ["cases", "callouts", "water_levels", "winds"]
    assert "own_cases" in street_layers(setting)[1].reads
    frames = [empty_frame(layer) for layer in street_layers(setting)]
    rain, *marks = frames
    assert rain.columns["png"] is CLEAR
    assert {len(column) for frame in marks for column in frame.columns.values()} == {0}
