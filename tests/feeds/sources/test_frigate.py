"""Frigate's list of events."""

from pathlib import Path

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
