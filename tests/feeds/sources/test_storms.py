"""Storm tracks."""

from pathlib import Path

import pytest

from feeds.sources.contract import OpenOptions, SourceError
from feeds.sources.registry import open_source
from feeds.sources.storms import StormTrack

FILE = Path(__file__).parents[2] / "recordings" / "sources" / "storm.geojson"


def test_a_track_is_one_record_with_its_fixes_by_time_and_the_newest_observed_moment():
    (record,) = open_source(FILE).records()
    assert (record["kind"], record["storm"], record["name"]) == ("track", "202699", "试验")
    assert record["at"] == "2026-09-16T00:00:00.000000+00:00"
    assert [point["lon"] for point in record["points"]] == [123.0, 122.0, 120.0]
    assert record["points"][0] == {
        "at": "2026-09-15T21:00:00.000000+00:00",
        "lon": 123.0,
        "lat": 30.0,
        "wind_ms": 42.0,
        "pressure_hpa": 955.0,
        "radii_km": {"7": [200, 200, 180, 180], "10": [100, 100, 80, 70]},
    }
    assert record["points"][2]["forecast"] is True
    assert [landfall["place"] for landfall in record["landfalls"]] == ["海边"]


def test_a_fix_with_swapped_coordinates_is_left_out_and_named():
    source = open_source(FILE)
    list(source.records())
    assert [str(remark) for remark in source.remarks] == [
        "features[4]: lon: left out of the track: 31.5 and lat 121 look swapped"
    ]
    assert (source.read, [remark.skipped for remark in source.remarks]) == (1, [False])


def test_an_unfolded_track_grows_fix_by_fix_and_lands_when_it_lands():
    first, last = open_source(FILE, OpenOptions(unfold=True)).records()
    assert [len(first["points"]), len(last["points"])] == [1, 3]
    assert "landfalls" not in first
    assert "landfalls" in last
    assert last == next(iter(open_source(FILE).records()))


def test_a_collection_whose_fixes_are_all_broken_is_refused():
    fix = {
        "properties": {"time": "noon", "wind_ms": 1},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
    }
    with pytest.raises(SourceError, match="no fix of the storm"):
        list(StormTrack(FILE, {"features": [fix]}, OpenOptions()).records())


def feature(lon, lat, hour, **told):
    return {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"time": f"2026-09-16T{hour:02}:00:00+08:00", **told},
    }  # fmt: skip


def test_longitudes_that_count_on_beyond_180_are_taken_less_360_and_named():
    fixes = [feature(lon, 20, n, wind_ms=30) for n, lon in enumerate([178.9, 181.4, 186.0, -181.0])]
    source = StormTrack(FILE, {"features": fixes}, OpenOptions())
    (record,) = source.records()
    assert [point["lon"] for point in record["points"]] == [178.9, -178.6, -174.0, 179.0]
    assert [(r.where, r.skipped) for r in source.remarks] == [(f"features[{n}]", False) for n in (1, 2, 3)]


def test_all_landfalls_of_a_track_are_kept_by_time():
    landfalls = [
        feature(121.9, 30.9, 7, kind="landfall", place="乙地"), feature(122.2, 29.9, 3, kind="landfall"),
        feature(500, 30.9, 8, kind="landfall"),
    ]  # fmt: skip
    source = StormTrack(FILE, {"features": [feature(121, 31, 9, wind_ms=20), *landfalls]}, OpenOptions())
    (record,) = source.records()
    assert [(one["lon"], one.get("place")) for one in record["landfalls"]] == [(122.2, None), (121.9, "乙地")]
    assert [(r.where, r.skipped) for r in source.remarks] == [("features[3]", False)]
