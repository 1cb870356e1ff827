"""The atlas is written and read back whole, and says what is wrong when it cannot be read."""

import shutil

import msgspec
import pytest

import static
from layers.atlas.atlas import Atlas, Box, UnreadableAtlas


@pytest.fixture(scope="module")
def atlas():
    return Atlas.read(static.path("district/atlas"))


def test_what_is_written_is_read_back_with_the_same_version(atlas, tmp_path):
    atlas.write(tmp_path / "atlas")
    again = Atlas.read(tmp_path / "atlas")
    assert again == atlas
    assert again.sha256 == atlas.sha256


def test_any_change_of_drawing_or_rings_is_another_version(atlas):
    drawing = msgspec.structs.replace(atlas.drawing, title="elsewhere")
    assert Atlas(drawing, atlas.lookup).sha256 != atlas.sha256
    assert Atlas(atlas.drawing, {**atlas.lookup, "x": 1}).sha256 != atlas.sha256


def test_the_built_in_district_finds_the_street_of_a_point(atlas):
    places = atlas.places()
    assert len(places.codes) == 36
    assert places.shorts[places.of(121.805, 31.15)[0]] == "祝桥"


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("atlas.json", None, "atlas.json: No such file"),
        ("atlas.json", b"{", "atlas.json: "),
        ("atlas.json", b"{}", "atlas.json: Object missing required field `form`"),
        ("streets.geojson", b"[]", "streets.geojson: Expected `object`"),
    ],
)
def test_an_unreadable_file_is_named(tmp_path, name, content, complaint):
    shutil.copytree(static.path("district/atlas"), tmp_path, dirs_exist_ok=True)
    (tmp_path / name).unlink()
    [(tmp_path / name).write_bytes(text) for text in [content] if text is not None]
    with pytest.raises(UnreadableAtlas, match=complaint):
        Atlas.read(tmp_path)


def test_another_form_is_refused_with_the_way_out(atlas, tmp_path):
    drawing = msgspec.structs.replace(atlas.drawing, form=99)
    Atlas(drawing, atlas.lookup).write(tmp_path)
    with pytest.raises(UnreadableAtlas, match="form 99, expected 1: import the district again"):
        Atlas.read(tmp_path)


def test_a_box_knows_its_sides_and_grows():
    assert (Box(0, 1, 4, 9).width, Box(0, 1, 4, 9).height) == (4, 8)
    assert Box(0, 1, 4, 9).grown(1) == Box(-1, 0, 5, 10)
