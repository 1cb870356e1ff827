"""OGC SensorThings 1.1."""

from pathlib import Path

import pytest

from feeds.sources.contract import OpenOptions, SourceError
from feeds.sources.registry import open_source
from feeds.sources.sensorthings import SensorThings

FILE = Path(__file__).parents[2] / "recordings" / "sources" / "thing.json"


def test_a_thing_is_a_device_and_its_observations_are_readings_in_our_units_by_time():
    source = open_source(FILE)
    device, *readings = source.records()
    assert device["device"] == "7"
    assert device["class"] == "road_water_depth"
    assert (device["lon"], device["lat"]) == (121.5, 31.2)
    assert device["owner"] == "Roads"
    assert [(r["metric"], r["value"], r["unit"]) for r in readings] == [
        ("depth", 50.8, "mm"),
        ("temperature", 10.0, "°C"),
        ("depth", 254.0, "mm"),
    ]
    assert source.total == 4


def test_an_observation_that_cannot_be_read_is_named():
    source = open_source(FILE)
    list(source.records())
    assert [(r.where, r.column) for r in source.remarks] == [
        ("Thing 0.Datastreams[0].Observations[2]", "result"),
        ("Thing 0.Datastreams[0].Observations[3]", "phenomenonTime"),
    ]


def test_a_thing_without_an_id_is_refused():
    source = SensorThings(FILE, [{"Datastreams": []}], OpenOptions())
    with pytest.raises(SourceError, match=r"@iot\.id is missing"):
        list(source.records())
