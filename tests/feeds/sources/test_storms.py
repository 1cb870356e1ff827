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
    assert record["landfall"]["place"] == "海边"


def test_a_fix_with_swapped_coordinates_is_left_out_and_named():
    source = open_source(FILE)
    list(source.records())
    assert [str(remark) for remark in source.remarks] == [
        "features[4]: lon: looks swapped with lat, got 31.5, 121"
    ]


def test_an_unfolded_track_grows_fix_by_fix_and_lands_when_it_lands():
    first, last = open_source(FILE, OpenOptions(unfold=True)).records()
    assert [len(first["points"]), len(last["points"])] == [1, 3]
    assert "landfall" not in first
    assert "landfall" in last
    assert last == next(iter(open_source(FILE).records()))


def test_a_collection_whose_fixes_are_all_broken_is_refused():
    fix = {
        "properties": {"time": "noon", "wind_ms": 1},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
    }
    with pytest.raises(SourceError, match="no fix of the storm"):
        list(StormTrack(FILE, {"features": [fix]}, OpenOptions()).records())
