"""A folder of GeoJSON becomes an atlas, or the feature that prevents it is named."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city.places.datums import from_wgs84
from layers.atlas.atlas import Atlas
from layers.atlas.checks import check_atlas
from layers.atlas.geojson import AtlasError, read_folder, read_plan
from layers.atlas.importing import import_atlas, import_folder
from layers.projection import to_mercator

REAL = Path(__file__).parents[4] / "shared" / "data" / "city"
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


MIDST = [[121.55, 31.22], [121.65, 31.28]]
FINE = [feature("LineString", MIDST, name="外环高速")]


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ({"type": "Feature", "properties": {}, "geometry": None}, "geometry is null; left out"),
        ({"type": "Feature", "properties": {}}, "geometry is null; left out"),
        (feature("Polygon", []), "geometry is empty; left out"),
        (feature("MultiPolygon", [[], []]), "geometry is empty; left out"),
        ({"geometry": {"type": "GeometryCollection", "geometries": []}}, "geometry is empty; left out"),
        (feature("Polygon", [[MIDST[0], MIDST[1], MIDST[0]]]),
         "geometry.coordinates: ring 0 has fewer than three corners; left out"),
        (feature("Polygon", [[*MIDST, [121.6, 31.25], MIDST[0]]]), "geometry encloses no area; left out"),
        (feature("LineString", [MIDST[0], MIDST[0]]),
         "geometry.coordinates: a line needs two places; left out"),
        (feature("LineString", [[121.5, "x"]]),
         "geometry.coordinates: a position of two numbers was expected, \"[121.5, 'x']\" was met; left out"),
        (feature("LineString", [[121.5, float("nan")], MIDST[0]]),
         "geometry.coordinates: a position of two numbers was expected, '[121.5, nan]' was met; left out"),
        (feature("Circle", [1, 2]),
         "geometry: a polygon, line or point was expected, not 'Circle'; left out"),
        (feature("Point", [121.5, 31.2], role="roads"), "geometry: roads need lines, not points; left out"),
        (feature("LineString", [[1e7, 3e6], [2e7, 3e6]]),
         "geometry.coordinates: degrees (longitude, latitude) were expected, 1e+07, 3e+06 was met; left out"),
        (street("no/code", WEST, role="streets"),
         "code: letters, digits, - _ . were expected, 'no/code' was met; left out"),
        (feature("Polygon", [WEST], code="999001009", role="streets"),
         "name: text was expected, nothing was met; left out"),
        (street("999001001", EAST, name="乙镇"),
         "code: 999001001 is that of streets.geojson: features[0] already; left out"),
        ("x", "an object was expected; left out"),
        (FINE[0], "the same as ways.geojson: features[0]; left out"),
    ],
)  # fmt: skip
def test_a_feature_that_is_no_use_is_left_out_by_name_and_the_rest_is_read(folder, bad, what):
    write(folder, ways=[*FINE, bad])
    done = import_folder(folder)
    assert [str(remark) for remark in done.remarks] == [f"ways.geojson: features[1]: {what}"]
    assert [s.code for s in done.atlas.drawing.streets] == ["999001001", "999001002"]
    assert [road.name for road in done.atlas.drawing.roads] == ["外环"]
    assert done.summary == "4 features in 2 files: 2 streets; 1 left out, 0 read with a change"


BOW = [[121.50, 31.20], [121.60, 31.30], [121.60, 31.20], [121.50, 31.30], [121.50, 31.20]]
HOLE = [[121.52, 31.22], [121.54, 31.22], [121.54, 31.24], [121.52, 31.24], [121.52, 31.22]]


@pytest.mark.parametrize(
    ("geometry", "what", "inside", "outside"),
    [
        (("Polygon", [WEST[::-1], HOLE]), None, (121.51, 31.21), (121.53, 31.23)),
        (("Polygon", [[[*point, 4.5, 99] for point in WEST]]), None, (121.55, 31.25), (121.45, 31.25)),
        (("Polygon", [WEST[:-1]]), "geometry.coordinates: ring 0 was not closed; closed",
         (121.55, 31.25), (121.45, 31.25)),
        (("Polygon", [BOW]), "geometry.coordinates: Self-intersection[121.55 31.25]; repaired",
         (121.51, 31.25), (121.55, 31.22)),
        (("MultiPolygon", [[WEST], [WEST]]), "geometry.coordinates: ", (121.55, 31.25), (121.45, 31.25)),
        (("Polygon", [WEST, HOLE[:2]]),
         "geometry.coordinates: ring 1 has fewer than three corners; ring left out",
         (121.53, 31.23), (121.45, 31.25)),
    ],
)  # fmt: skip
def test_a_ring_as_real_files_have_it_is_read_and_a_repaired_one_is_reported(
    tmp_path, geometry, what, inside, outside
):
    write(tmp_path, streets=[feature(*geometry, code="999001001", name="甲镇")])
    done = import_folder(tmp_path)
    told = [str(remark) for remark in done.remarks]
    expected = [] if what is None else [f"streets.geojson: features[0]: {what}"]
    assert [text[: len(more)] for text, more in zip(told, expected, strict=True)] == expected
    places = done.atlas.places()
    assert places.code_of(*inside) == "999001001"
    assert places.code_of(*outside) == ""
    done.atlas.write(tmp_path / "atlas")
    attribution = "atlas.json: attribution is missing: say whose map it is"
    assert [f"{one.where}: {one.what}" for one in check_atlas(tmp_path / "atlas")] == [attribution]


def test_a_collection_is_read_part_by_part(folder):
    parts = [feature("LineString", MIDST), feature("Point", MIDST[0]), feature("Point", MIDST[1])]
    collection = {"type": "GeometryCollection", "geometries": [part["geometry"] for part in parts]}
    write(folder, other=[{"properties": {"name": "中环", "station": "东站"}, "geometry": collection}])
    drawing = import_atlas(folder).drawing
    assert [road.name for road in drawing.roads] == ["中环"]
    assert len(drawing.stations) == 1


@pytest.mark.parametrize(("role", "left_out"), [("labels", True), ("rails", False)])
def test_a_collection_is_left_out_when_none_of_its_parts_fits_its_role(folder, role, left_out):
    parts = [feature("LineString", MIDST)["geometry"], feature("Polygon", [HOLE])["geometry"]]
    collection = {"type": "GeometryCollection", "geometries": parts}
    write(folder, other=[{"properties": {"role": role}, "geometry": collection}])
    assert {remark.left_out for remark in import_folder(folder).remarks} == {left_out}


def test_parts_of_a_street_in_features_of_their_own_are_one_street(tmp_path):
    write(tmp_path, streets=[street("999001001", WEST), street("999001001", EAST)])
    done = import_folder(tmp_path)
    assert [len(s.polygons) for s in done.atlas.drawing.streets] == [1]
    assert done.atlas.places().code_of(121.65, 31.25) == "999001001"
    assert [str(remark) for remark in done.remarks] == [
        "streets.geojson: features[1]: code: 999001001 again; joined with streets.geojson: features[0]"
    ]


@pytest.mark.parametrize("code", ["W-07", "1101", "北区.3", "999001001", 7])
def test_a_street_has_a_code_of_any_form(tmp_path, code):
    write(tmp_path, streets=[street(code, WEST, name="North Ward")])
    (drawn,) = import_atlas(tmp_path).drawing.streets
    assert (drawn.code, drawn.english) == (str(code), "North Ward")


def test_atlas_toml_says_how_the_properties_of_a_file_are_called(tmp_path):
    write(tmp_path, wards_2024=[feature("Polygon", [WEST], WARD_NO=4, WARD="Tern Ward")])
    rule = '{role = "streets", code = "WARD_NO", name = "WARD"}'
    (tmp_path / "atlas.toml").write_text(f'[files]\n"wards_2024.geojson" = {rule}\n', encoding="utf-8")
    (drawn,) = import_atlas(tmp_path).drawing.streets
    assert (drawn.code, drawn.name) == ("4", "Tern Ward")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["streets.geojson", "Streets.GeoJSON", "any.JSON"])
def test_a_file_has_a_byte_order_mark_and_a_name_as_it_likes(tmp_path, encoding, name):
    document = {"type": "FeatureCollection", "features": [street("999001001", WEST)]}
    (tmp_path / name).write_text(json.dumps(document), encoding=encoding)
    done = import_folder(tmp_path)
    assert [s.code for s in done.atlas.drawing.streets] == ["999001001"]
    assert done.remarks == ()


def test_half_a_surrogate_pair_in_a_name_stops_nothing(tmp_path):
    write(tmp_path, streets=[street("999001001", WEST, name="甲\ud800镇", attribution="\udfff 我们")])
    atlas = import_atlas(tmp_path)
    atlas.write(tmp_path / "atlas")
    assert [s.name for s in Atlas.read(tmp_path / "atlas").drawing.streets] == ["甲?镇"]


def test_a_single_feature_is_a_file(tmp_path):
    (tmp_path / "one.geojson").write_text(json.dumps(street("999001001", WEST)), encoding="utf-8")
    assert len(import_atlas(tmp_path).drawing.streets) == 1


@pytest.mark.parametrize(
    ("name", "told", "what"),
    [
        ("._streets.geojson", b"\x00\x05\x16\x07", "a hidden file"),
        (".DS_Store", b"\x00", "a hidden file"),
        ("roads.shp", b"\x00", "neither .geojson nor .json"),
        ("x.geojson", b"{", "not JSON in UTF-8: "),
        ("x.geojson", '{"name": "道路"}'.encode("gbk"), "not JSON in UTF-8: "),
        ("x.geojson", b"[" * 100_000, "not JSON in UTF-8: "),
        ("x.geojson", b"[]", "not a JSON object"),
        ("x.geojson", b"{}", "features: a GeoJSON FeatureCollection was expected"),
        ("t.json", b'{"elevatedRoads": [7]}', "elevatedRoads: a list of objects was expected"),
    ],
)
def test_a_file_that_is_no_use_is_left_out_by_name(folder, name, told, what):
    (folder / name).write_bytes(told)
    done = import_folder(folder)
    (remark,) = done.remarks
    assert str(remark).startswith(f"{name}: {what}")
    assert str(remark).endswith("; left out")
    assert len(done.atlas.drawing.streets) == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("titel = 1", r"atlas.toml: .*titel"), ('[files]\n"no.geojson" = "land"', "files: no.geojson not in")],
)
def test_an_atlas_toml_that_cannot_be_understood_is_refused(folder, text, complaint):
    (folder / "atlas.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AtlasError, match=complaint):
        import_atlas(folder)


def test_without_a_street_nothing_is_made_and_it_says_what_was_left_out(tmp_path):
    write(tmp_path, streets=[feature("Polygon", [], code="999001001", name="甲镇")])
    with pytest.raises(
        AtlasError, match=r"(?s)streets: no polygon .*streets.geojson: features\[0\]: geometry"
    ):
        import_atlas(tmp_path)


NUMBERS = st.one_of(st.floats(), st.integers(-200, 200), st.none(), st.text(max_size=3))
NEAR = st.tuples(st.floats(121.4, 121.8), st.floats(31.1, 31.4)).map(list)
POSITIONS = st.one_of(NEAR, NEAR, NEAR, NEAR.map(lambda p: [*p, 3.0]), st.lists(NUMBERS, max_size=4))
RINGS = st.lists(POSITIONS, max_size=7) | st.lists(NEAR, min_size=3, max_size=6).map(lambda r: [*r, r[0]])
FORMS = {
    "Point": POSITIONS, "LineString": RINGS, "MultiPoint": RINGS, "Polygon": st.lists(RINGS, max_size=3),
    "MultiLineString": st.lists(RINGS, max_size=3),
    "MultiPolygon": st.lists(st.lists(RINGS, max_size=2), max_size=3),
}  # fmt: skip
SHAPES = st.one_of(
    [st.builds(lambda c, f=form: {"type": f, "coordinates": c}, some) for form, some in FORMS.items()]
)
GEOMETRIES = st.recursive(
    SHAPES | st.none() | st.text(max_size=3),
    lambda inner: st.builds(
        lambda members: {"type": "GeometryCollection", "geometries": members}, st.lists(inner, max_size=3)
    ),
    max_leaves=4,
)
WORDS = st.one_of(
    st.sampled_from(["streets", "roads", "river", "water", "labels", "rails", "999001003", "main", "滨江"]),
    st.integers(-2, 9), st.none(), st.just([]), st.just({}), st.text(max_size=4),
)  # fmt: skip
KEYS = st.sampled_from(
    ["role", "code", "name", "kind", "width_m", "line_id", "highway", "station", "short", "english"]
)
FEATURES = st.builds(
    lambda properties, geometry: {"type": "Feature", "properties": properties, "geometry": geometry},
    st.none() | st.dictionaries(KEYS, WORDS, max_size=5), GEOMETRIES,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mixed=st.lists(FEATURES | NUMBERS, max_size=6), roads=st.lists(FEATURES, max_size=3))
def test_whatever_a_folder_holds_the_import_ends_and_every_feature_is_read_or_named(tmp_path, mixed, roads):
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    write(folder, aa=[street("999001001", WEST), street("999001002", EAST)], mixed=mixed, roads=roads)
    done = import_folder(folder)
    assert {"999001001", "999001002"} <= {s.code for s in done.atlas.drawing.streets}
    assert done.features == 2 + len(mixed) + len(roads)
    read = read_folder(folder, read_plan(folder))
    lists = {"aa": range(2), "mixed": mixed, "roads": roads}
    every = {f"{file}.geojson: features[{n}]" for file, some in lists.items() for n in range(len(some))}
    left_out = {remark.where for remark in read.remarks if remark.left_out}
    assert {raw.where for raw in read.raws} == every - left_out
    done.atlas.write(folder / "atlas")
    assert Atlas.read(folder / "atlas").places().code_of(121.65, 31.25) == "999001002"


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
