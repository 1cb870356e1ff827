"""Frigate's list of events."""

import json
from pathlib import Path

import pytest

from feeds.sources.contract import OpenOptions
from feeds.sources.registry import open_source

FILE = Path(__file__).parents[2] / "recordings" / "sources" / "events.json"


def test_events_become_detections_by_their_start():
    person, car = open_source(FILE).records()
    assert (person["kind"], person["class"], person["confidence"]) == ("detection", "person", 0.75)
    assert car["box"] == [0.5, 0.25, 0.75, 1.0]
    assert car["at"] == "2026-09-21T14:13:22.000000+00:00"


def test_false_positives_and_broken_events_are_left_out_and_named():
    source = open_source(FILE)
    list(source.records())
    assert [(r.where, r.column) for r in source.remarks] == [
        ("event 2", "false_positive"),
        ("event 3", "start_time"),
    ]


def test_a_position_registers_the_cameras_too():
    camera, *_ = open_source(FILE, OpenOptions(lon=121.5, lat=31.2)).records()
    assert (camera["kind"], camera["camera"], camera["lat"]) == ("camera", "gate", 31.2)


def told(tmp_path, *changes):
    events = [
        {"id": f"e{n}", "camera": "gate", "label": "car", "start_time": 1.79e9, **c}
        for n, c in enumerate(changes)
    ]
    path = tmp_path / "events.json"
    path.write_text(json.dumps(events), encoding="utf-8")
    source = open_source(path)
    return source, [record["id"] for record in source.records()]


@pytest.mark.parametrize("time", [1.79e12, 0, -1, 1e300, 10**400, True, None, "1790000000"])
def test_a_time_that_is_none_is_named_and_the_other_events_go_in(time, tmp_path):
    source, ids = told(tmp_path, {}, {"start_time": time}, {})
    assert ids == ["e0", "e2"]
    assert [(r.where, r.column) for r in source.remarks] == [("event 1", "start_time")]


def test_milliseconds_are_named_as_what_they_are(tmp_path):
    source, _ = told(tmp_path, {"start_time": 1.79e12})
    assert str(source.remarks[0]).endswith("this looks like milliseconds, got 1790000000000.0")


def test_one_id_for_two_events_is_named(tmp_path):
    source, ids = told(tmp_path, {"id": "e"}, {"id": "e", "label": "person"}, {"id": "e"})
    assert ids == ["e", "e"]
    assert [(r.where, r.column) for r in source.remarks] == [("event 1", "id")]


def test_a_list_is_recognised_by_more_than_its_first_item(tmp_path):
    path = tmp_path / "events.json"
    path.write_text(f"[null, {{}}, {FILE.read_text(encoding='utf-8').strip()[1:-1]}]", encoding="utf-8")
    source = open_source(path)
    assert len(list(source.records())) == 2
    assert [r.where for r in source.remarks] == ["event 0", "event 1", "event 4", "event 5"]


def test_nan_in_one_event_costs_that_event(tmp_path):
    source, ids = told(tmp_path, {}, {"start_time": float("nan")})
    assert ids == ["e0"]
    assert [(r.where, r.column) for r in source.remarks] == [("event 1", "start_time")]
