"""OGC SensorThings 1.1."""

import json
from pathlib import Path

import pytest

from feeds.sources.contract import OpenOptions
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


def test_a_thing_without_an_id_is_named_and_the_others_go_in():
    good = open_source(FILE)
    things = json.loads(FILE.read_text(encoding="utf-8"))["value"]
    source = SensorThings(FILE, [{"Datastreams": []}, "no Thing", *things], OpenOptions())
    assert len(list(source.records())) == len(list(good.records()))
    assert [str(remark) for remark in source.remarks[:2]] == [
        "Thing 0: @iot.id: is missing",
        "Thing 1: @iot.id: is missing",
    ]


def station(*streams):
    return {"@iot.id": "WS", "Datastreams": list(streams)}


def stream(name, *results, minute=10):
    observed = [
        {"phenomenonTime": f"2026-11-20T08:{minute + n}:00Z", "result": r} for n, r in enumerate(results)
    ]
    return {"name": name, "Observations": observed}


def told(*things):
    source = SensorThings(FILE, things, OpenOptions())
    records = list(source.records())
    return source, [(r["metric"], r["value"]) for r in records if r["kind"] == "reading"]


def test_two_datastreams_read_at_the_same_moments_give_all_their_readings():
    source, readings = told(station(stream("Water level", 1.0, 2.0), stream("Rainfall", 3.0, 4.0)))
    assert readings == [("level", 1.0), ("rain", 3.0), ("level", 2.0), ("rain", 4.0)]
    assert (source.read, source.remarks) == (5, [])


def test_two_datastreams_of_one_property_are_told_apart_and_named():
    source, readings = told(station(stream("Water level", 1.0), stream("Water level", 3.0)))
    assert readings == [("level", 1.0), ("level_2", 3.0)]
    (remark,) = source.remarks
    assert (remark.where, remark.skipped) == ("Thing 0.Datastreams[1]", False)
    assert remark.reason == "another Datastream of the Thing measures level too; taken as level_2"


def test_two_results_of_one_moment_are_named_and_the_first_is_taken():
    first = stream("Water level", 1.0)
    first["Observations"].append({"phenomenonTime": "2026-11-20T08:10:00Z", "result": 5.0})
    source, readings = told(station(first))
    assert readings == [("level", 1.0)]
    assert [(r.where, r.column) for r in source.remarks] == [
        ("Thing 0.Datastreams[0].Observations[1]", "result")
    ]


@pytest.mark.parametrize(
    "filler", [-999, -9999, -9999.0, -999.9, 9999, 99999.99, -32768, 1e20, True, None, "5"]
)
def test_a_result_that_stands_for_no_data_is_never_a_value(filler):
    source, readings = told(station(stream("Water level", 1.0, filler)))
    assert readings == [("level", 1.0)]
    assert [(r.where, r.column) for r in source.remarks] == [
        ("Thing 0.Datastreams[0].Observations[1]", "result")
    ]


@pytest.mark.parametrize("value", [-99.0, 999.0, 999.9, 9990.0, -998.0, 0])
def test_a_result_that_looks_a_little_like_one_is_a_value(value):
    assert told(station(stream("Air pressure", value)))[1] == [("pressure", value)]


def test_a_broken_place_costs_the_place_alone():
    place = {"location": {"type": "Point", "coordinates": [0, 0]}}
    source, readings = told({**station(stream("Water level", 1.0)), "Locations": [place]})
    assert (readings, source.read) == ([("level", 1.0)], 2)
    (remark,) = source.remarks
    assert str(remark) == (
        "Thing 0: Locations.lon: 0 E 0 N stands for no position; the device is registered without a position"
    )


def test_a_thing_of_which_nothing_is_taken_is_not_registered_and_said_so():
    source, readings = told(station(stream("Water level", "wet"), 7))
    assert readings == []
    assert source.read == len(source.remarks) == 3
    assert [r.where for r in source.remarks] == [
        "Thing 0.Datastreams[0].Observations[0]", "Thing 0.Datastreams[1]", "Thing 0",
    ]  # fmt: skip
