"""Every real file of the shared data set is read as its README counts it."""

import base64
import json
from collections import Counter
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from city.places.streets import Streets
from feeds.gateway.picture_looks import differs, look_of
from feeds.sources.contract import OpenOptions, SourceError
from feeds.sources.live.frigate_messages import FrigateMessages
from feeds.sources.live.messages import Message
from feeds.sources.live.source_file import FrigateSource
from feeds.sources.registry import open_source
from feeds.sources.replay.replay import ReplayOptions, replay
from feeds.sources.replay.shifting import District

SHARED = Path(__file__).parents[4] / "shared" / "data"
NYC = SHARED / "cases" / "nyc_311_2013-12-25.csv"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared real data are absent")


def read(name, **options):
    source = open_source(SHARED / name, OpenOptions(**options))
    return source, list(source.records())


def test_new_yorks_day_has_2304_located_cases_and_41_that_nobody_could_find():
    source, records = read("cases/nyc_311_2013-12-25.csv")
    assert sum("lon" in record for record in records) == 2304
    assert len(records) + len(source.remarks) == 2386 + sum(not r.skipped for r in source.remarks)
    assert Counter(r.reason for r in source.remarks if r.skipped) == {"no position and no address": 41}
    assert all(len(record["title"]) <= 200 for record in records)
    assert {record["channel"] for record in records} == {"hotline_12345"}
    potholes = [r for r in records if r["title"] == "Street Condition – Pothole"]
    assert {r["category"]["code"] for r in potholes} == {"0113"}


def test_the_same_day_as_open311_has_the_same_numbers():
    _, table = read("cases/nyc_311_2013-12-25.csv")
    _, listed = read("cases/open311_nyc_2013-12-25.json")
    assert len(listed) == 2316
    numbers = {str(record["external"]) for record in table}
    assert {str(record["external"]) for record in listed} <= numbers


def test_no_road_begins_with_a_house_number():
    for name in ("nyc_311_2013-12-25.csv", "open311_nyc_2013-12-25.json"):
        _, records = read(f"cases/{name}")
        roads = [record.get("road", "") for record in records]
        assert not [road for road in roads if road.split(" ")[0].isdigit()]


def test_all_52_notices_are_alerts():
    source, records = read("warnings/pudong_2026_07_08.json")
    assert len(records) == len({record["id"] for record in records}) == 52
    assert not source.remarks
    assert records[0]["sent"] == "2026-07-01T02:34:00+08:00"


def test_bebinca_has_102_fixes_and_lands():
    _, (record,) = read("storms/bebinca_2024.geojson")
    assert len(record["points"]) == 102
    assert max(point["wind_ms"] for point in record["points"]) == 45.0
    assert [landfall["at"] for landfall in record["landfalls"]] == ["2024-09-15T23:30:00.000000+00:00"]


def test_the_flood_gauge_rises_in_both_recordings_to_the_same_peak():
    _, (device, *observed) = read("sensors/sensorthings_flash_flood.json")
    _, (_, *tabled) = read("sensors/usgs_dead_run_5min_2018-06.parquet")
    levels = [r for r in tabled if r["metric"] == "level"]
    assert (device["class"], len(observed), len(levels)) == ("water_level", 217, 8928)
    peak = max(r["value"] for r in levels)
    assert peak == max(r["value"] for r in observed) == pytest.approx(6.17 * 0.3048, abs=1e-6)
    assert {r["id"] for r in observed} <= {r["id"] for r in levels}


def test_shanghais_heaviest_hour_is_where_the_readme_says():
    _, records = read("sensors/shanghai_weather_hourly_2010_2015.csv.gz")
    rain = [r for r in records if r.get("metric") == "rain_1h"]
    heaviest = max(rain, key=lambda record: record["value"])
    assert (heaviest["value"], heaviest["at"][:16]) == (61.6, "2013-09-13T08:00")


@pytest.mark.parametrize(("name", "seconds"), [("pedestrians.mp4", 79), ("car_park.mp4", 30)])
def test_both_films_can_be_shown(name, seconds):
    _, (camera, *pictures) = read(f"cameras/{name}", lon=121.5, lat=31.2, fps=0.2)
    assert camera["kind"] == "camera"
    assert len(pictures) == seconds // 5 + 1
    assert all(len(picture["jpeg"]) * 3 // 4 <= 524_288 for picture in pictures)


@pytest.mark.parametrize("name", ["pedestrians.mp4", "car_park.mp4"])
def test_no_two_pictures_of_a_real_camera_look_the_same(name):
    _, (_, *pictures) = read(f"cameras/{name}", lon=121.5, lat=31.2, fps=0.5)
    looks = [look_of(base64.b64decode(picture["jpeg"])) for picture in pictures]
    assert len(looks) > 12
    assert not any(look.is_black for look in looks)
    assert all(differs(one.mark, other.mark) for one, other in pairwise(looks))


def test_fifty_events_of_a_real_recorder_are_fifty_detections():
    source, records = read("cameras/frigate_events_front_door.json")
    assert len({record["id"] for record in records}) == 50
    assert {record["kind"] for record in records} == {"detection"}
    assert not source.remarks


def test_of_what_a_real_recorder_says_over_mqtt_only_the_event_is_a_detection():
    told = json.loads((SHARED / "cameras" / "frigate_mqtt_payload_examples.json").read_text("utf-8"))
    frigate = FrigateMessages(FrigateSource(name="cams", broker="mqtt://localhost"))
    messages = [Message(one["topic"], json.dumps(one["payload"]).encode(), 1_795_000_000.0) for one in told]
    heard = [frigate.read(one) for one in messages if one.topic in frigate.topics()]
    records = [item.record for taken in heard for item in taken.items]
    assert len(messages) == 8
    assert [(one["kind"], one["camera"]) for one in records] == [("detection", "front_door")]


@pytest.mark.parametrize(
    "name",
    ["australia.cap", "canada.cap", "earthquake.cap", "no_optional_fields.cap", "thunderstorm.cap",
     "weather.cap", "weather.atom"],
)  # fmt: skip
def test_the_real_alerts_are_read(name):
    source, records = read(f"warnings/cap/{name}")
    assert len(records) == 1
    assert not source.remarks


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("invalid.cap", "alert.scope: is missing"),
        ("no_id.atom", "feed: id is missing"),
        ("cap12.xsd", "not recognised"),
    ],
)
def test_the_invalid_ones_are_refused_naming_what_is_wrong(name, complaint):
    with pytest.raises(SourceError, match=complaint):
        read(f"warnings/cap/{name}")


async def test_new_york_transplanted_lies_in_all_36_streets_of_pudong():
    collection = json.loads((SHARED / "city" / "pudong_streets.geojson").read_text("utf-8"))
    told = []

    async def send(records, /):
        told.extend(records)
        return SimpleNamespace(accepted=len(records), duplicates=0, rejected=[])

    @asynccontextmanager
    async def publisher(topic):
        yield SimpleNamespace(send=send)

    options = ReplayOptions(district=District(collection))
    report = await replay(open_source(NYC), publisher, options=options)
    assert (report.read, report.accepted, report.left_out) == (2386, 2345, 41)
    located = [record for record in told if "lon" in record]
    found = Streets.from_geojson(collection).of([r["lon"] for r in located], [r["lat"] for r in located])
    assert len(located) == 2304
    assert set(found.tolist()) == set(range(36))
    assert all(record["transplanted"] for record in located)
