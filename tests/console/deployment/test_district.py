from pathlib import Path

import msgspec
import pytest

from console.deployment.district import DistrictError, read_district, read_grids, read_rows, read_streets
from tests.invented_grids import GRIDS

SUMMER, WINTER = 1_784_000_000.0, 1_770_000_000.0


def test_an_empty_data_dir_gives_the_built_in_district(tmp_path: Path) -> None:
    district = read_district(tmp_path)
    assert district.built_in
    assert district.code == "310115"
    assert district.zone_offset_s(SUMMER) == 8 * 3600
    assert len(read_streets(district).codes) == 36
    assert district.sources["iot-water"].label["zh"] == "物联-水务"


def test_what_the_own_city_toml_names_wins_and_the_rest_is_built_in(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(
        'timezone = "Europe/Berlin"\n[sources.hotline]\nlabel = {zh = "热线"}\ninterval_s = 7\n'
        "[limits]\nunderpass_closed_cm = 15\n",
        encoding="utf-8",
    )
    district = read_district(tmp_path)
    assert district.sources["hotline"].interval_s == 7
    assert district.sources["iot-water"].interval_s == 10
    assert district.limits["underpass_closed_cm"] == 15
    assert district.limits["normal"]
    assert (district.zone_offset_s(SUMMER), district.zone_offset_s(WINTER)) == (7200, 3600)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name = [", "city.toml"),
        ('timezone = "Mars/Olympus"', "Olympus"),
        ('name = "Pudong"', "Expected `object`"),
        ('[sources.hotline]\nlabel = {zh = "x"}\ninterval_s = "often"', "interval_s"),
        ("[sources.hotline]\ninterval_s = 5", "label"),
    ],
)
def test_what_is_wrong_in_city_toml_is_named_with_the_file(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "city.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DistrictError, match=r"city\.toml") as raised:
        read_district(tmp_path)
    assert named in str(raised.value)


def test_an_atlas_without_its_streets_is_named(tmp_path: Path) -> None:
    (tmp_path / "atlas").mkdir()
    with pytest.raises(DistrictError, match=r"streets\.geojson"):
        read_streets(read_district(tmp_path))


def test_a_district_has_the_grids_of_its_file_and_none_without(tmp_path: Path) -> None:
    assert read_grids(tmp_path).codes == ()
    (tmp_path / "grids.geojson").write_bytes(msgspec.json.encode(GRIDS))
    assert read_grids(tmp_path).codes == ("310115004001002", "310115004001003")


@pytest.mark.parametrize(
    ("text", "named"),
    [("{", "expected GeoJSON"), ("null", "features: a GeoJSON FeatureCollection was expected"),
     ('{"features": [{"properties": {"code": "1"}}]}', "features[0]: properties.code")],
)  # fmt: skip
def test_a_file_of_grids_that_cannot_be_read_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "grids.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(DistrictError, match=r"grids\.geojson: ") as raised:
        read_grids(tmp_path)
    assert named in str(raised.value)


def test_an_own_table_wins_and_has_another_mark(tmp_path: Path) -> None:
    built_in, mark = read_rows(tmp_path, "roster.csv")
    (tmp_path / "roster.csv").write_text("\ufeffrole,name\nshift_lead,李××\n", encoding="utf-8")
    own, own_mark = read_rows(tmp_path, "roster.csv")
    assert built_in
    assert own == [{"role": "shift_lead", "name": "李××"}]
    assert own_mark != mark


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("role,name\nlead,Li\nlead,值班\n".encode("gbk"),
         "row 3, name: expected CSV in UTF-8; it seems to be GB18030: save it as UTF-8"),
        ("角色,name\n".encode("gb18030"), "row 1, 1: expected CSV in UTF-8; it seems to be GB18030"),
        (b"role,name\nlead,x,\xff\xff\n", "row 2, 3: expected CSV in UTF-8"),
        (b'"' + b"x" * 140_000, "expected a table as CSV"),
    ],
)  # fmt: skip
def test_a_table_that_is_no_csv_in_utf_8_is_named_by_row_and_column(
    tmp_path: Path, told: bytes, named: str
) -> None:
    (tmp_path / "roster.csv").write_bytes(told)
    with pytest.raises(DistrictError, match=r"roster\.csv: ") as raised:
        read_rows(tmp_path, "roster.csv")
    assert named in str(raised.value)
    assert ("GB18030" in str(raised.value)) is ("GB18030" in named)
