"""A folder of GeoJSON becomes an atlas, or the feature that prevents it is named."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from city.datum import from_wgs84
from layers.atlas import Atlas
from layers.atlas_import import import_atlas
from layers.geojson import AtlasError
from layers.projection import to_mercator

REAL = Path(__file__).parents[3] / "shared" / "data" / "city"
WEST, EAST = [[121.50, 31.20], [121.60, 31.20], [121.60, 31.30], [121.50, 31.30], [121.50, 31.20]], [
    [121.60, 31.20], [121.70, 31.20], [121.70, 31.30], [121.60, 31.30], [121.60, 31.20]
]  # fmt: skip


def feature(form, coordinates, **properties):
    geometry = {"type": form, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def street(code, ring, **more):
    return feature("Polygon", [ring], code=code, **{"name": "甲镇", **more})


def sides(box):
    return [box.west, box.south, box.east, box.north]


def write(folder, **files):
    for name, features in files.items():
        document = {"type": "FeatureCollection", "features": features}
        (folder / f"{name}.geojson").write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path, streets=[street("999001001", WEST), street("999001002000", EAST)])


def test_streets_alone_are_an_atlas_with_nine_digit_codes(folder):
    drawing = import_atlas(folder).drawing
    assert [s.code for s in drawing.streets] == ["999001001", "999001002"]
    (west, east), (south, north) = to_mercator([121.5, 121.7], [31.2, 31.3])
    assert sides(drawing.bounds) == pytest.approx([west, south, east, north], abs=1)


def test_lookup_rings_are_whole_and_in_wgs84(folder):
    lookup = import_atlas(folder).lookup
    assert np.array(lookup["features"][0]["geometry"]["coordinates"][0]) == pytest.approx(np.array(WEST))


@pytest.mark.parametrize("crs", ["GCJ02", "BD09"])
def test_a_shifted_folder_comes_to_the_same_place(tmp_path, folder, crs):
    moved = tmp_path / "moved"
    moved.mkdir()
    rings = [[list(from_wgs84(*point, crs)) for point in ring] for ring in (WEST, EAST)]
    write(moved, streets=[street("999001001", rings[0]), street("999001002", rings[1])])
    there, here = import_atlas(moved, crs).drawing, import_atlas(folder).drawing
    assert sides(there.bounds) == pytest.approx(sides(here.bounds), abs=1)


def test_every_role_is_known_by_its_look(folder):
    line = [[121.52, 31.21], [121.68, 31.29]]
    write(
        folder,
        other=[
            feature("Polygon", [[[120, 30], [123, 30], [123, 33], [120, 33], [120, 30]]], name="邻区"),
            feature("Polygon", [WEST], name="明珠湖"),
            feature("LineString", line, name="清江"),
            feature("LineString", line, name="外环高速"),
            feature("LineString", line, name="7号线"),
            feature("Point", line[0], station="东站"),
            feature("Point", line[1], name="机场", kind="landmark"),
        ],
    )
    drawing = import_atlas(folder).drawing
    assert len(drawing.land) == 1
    assert len(drawing.water) == 1  # the river runs out of the lake: one piece of water
    assert [(road.kind, road.name) for road in drawing.roads] == [("ring", "外环")]
    assert (len(drawing.rails), len(drawing.stations)) == (1, 1)
    kinds = [(label.kind, label.chinese) for label in drawing.labels]
    assert [one for one in kinds if one[0] != "street"] == [
        ("river", "清江"), ("landmark", "机场"), ("ring", "外环")
    ]  # fmt: skip


def test_atlas_toml_says_what_a_file_is(folder):
    write(folder, thing=[feature("LineString", [[121.52, 31.21], [121.68, 31.29]], name="无名")])
    text = 'title = "某区"\nattribution = "我们"\nschematic = true\n'
    text += '[files]\n"thing.geojson" = {role = "river", width_m = 900}\n'
    (folder / "atlas.toml").write_text(text, encoding="utf-8")
    drawing = import_atlas(folder).drawing
    assert (drawing.title, drawing.attribution, drawing.schematic) == ("某区", "我们", True)
    assert len(drawing.water) == 1


def test_neighbours_keep_their_common_boundary_when_simplified(tmp_path):
    bend = [[121.60 + 0.0001 * np.sin(y * 9), 31.20 + 0.001 * y] for y in range(101)]
    west = [[121.50, 31.20], *bend, [121.50, 31.30], [121.50, 31.20]]
    east = [[121.70, 31.20], *bend, [121.70, 31.30], [121.70, 31.20]]
    write(tmp_path, streets=[street("999001001", west), street("999001002", east)])
    drawn = [
        shapely.Polygon(np.c_[s.polygons[0][0].xs, s.polygons[0][0].ys])
        for s in import_atlas(tmp_path).drawing.streets
    ]
    assert sum(map(shapely.get_num_coordinates, drawn)) < 150  # of 208
    assert shapely.coverage_is_valid(drawn)


@pytest.mark.parametrize(
    ("features", "complaint"),
    [
        ([], "streets: no polygon with 'code'"),
        (
            [street("999001001", WEST), street("999001001000", EAST)],
            r"bad.geojson: features\[1\]: code: 999001001 is given twice",
        ),
        ([street("999001001", WEST[:-1])], r"features\[0\]: geometry.coordinates: ring 0 is not closed"),
        ([feature("Polygon", [WEST], code="99", name="甲", role="streets")], r"\[0\]: code: 9 digits"),
        ([feature("Polygon", [WEST], code="999001001", role="streets")], r"features\[0\]: name: text"),
        ([street("999001001", [[p[0] * 1e5, p[1] * 1e5] for p in WEST])], "degrees .* were expected"),
        ([feature("Polygon", "no", code="999001001", name="甲")], r"features\[0\]: geometry.coordinates"),
        ([feature("LineString", [[121.5, "x"]])], r"features\[0\]: geometry.coordinates"),
        ([feature("GeometryCollection", [])], r"features\[0\]: geometry: a polygon, line or point"),
        ([feature("Point", [121.5, 31.2], role="roads")], "roads need LineString or Multi.*, not Point"),
        (["x"], r"features\[0\]: an object was expected"),
    ],
)  # fmt: skip
def test_bad_geojson_is_refused_naming_file_feature_and_field(tmp_path, features, complaint):
    with pytest.raises(AtlasError, match=complaint):
        import_atlas(write(tmp_path, bad=features))


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("x.geojson", "{", "x.geojson: not a JSON object"),
        ("x.geojson", "{}", "x.geojson: features: a GeoJSON FeatureCollection"),
        ("atlas.toml", "titel = 1", r"atlas.toml: .*titel"),
        ("atlas.toml", '[files]\n"no.geojson" = "land"', "atlas.toml: files: no.geojson not in"),
        ("t.json", '{"elevatedRoads": [{}]}', r"t.json: elevatedRoads\[0\]: paths: a list"),
    ],
)
def test_a_bad_file_is_refused_by_name(folder, name, text, complaint):
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(AtlasError, match=complaint):
        import_atlas(folder)


def test_a_shifted_folder_outside_china_is_refused(tmp_path):
    ring = [[p[0] - 120, p[1]] for p in WEST]
    with pytest.raises(AtlasError, match="outside China, where GCJ02 has no shift"):
        import_atlas(write(tmp_path, streets=[street("999001001", ring)]), "GCJ02")


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(AtlasError, match=r"no \.geojson or \.json file"):
        import_atlas(tmp_path)


@pytest.mark.skipif(not REAL.exists(), reason="the shared real city is absent")
def test_the_real_pudong_is_imported_whole(tmp_path):
    atlas = import_atlas(REAL)
    drawing = atlas.drawing
    assert drawing.attribution == "© OpenStreetMap contributors"
    assert len(drawing.streets) == 36
    assert sum(len(ring.xs) for s in drawing.streets for p in s.polygons for ring in p) < 6_000
    assert {"内环", "中环", "外环", "两港大道"} <= {road.name for road in drawing.roads}
    assert {"黄浦江", "长江口", "东海", "浦东机场", "外环"} <= {x.chinese for x in drawing.labels}
    assert drawing.streets[0].english == "Weifang"
    assert len(drawing.rails) > 19
    assert len(drawing.stations) > 300
    atlas.write(tmp_path)
    assert Atlas.read(tmp_path).places().of(121.5190, 31.2259).tolist() == [0]
