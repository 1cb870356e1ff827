"""Cameras: named by their place, seldom off, and with small pictures that say 演示."""

import base64
import io
from collections import Counter

import pytest
from PIL import Image

from city.clocks.timestamps import iso, parse
from feeds.protocol.records import Normalised, ValidationContext, validate_all
from feeds.sources.demo.feeds.cameras import DETECTIONS, Cameras
from feeds.sources.demo.feeds.pictures import SIZE, street_picture
from feeds.sources.demo.ground import Ground

NOW = parse("2026-11-20T20:31:00+08:00")


@pytest.fixture(scope="module")
def cameras(ground: Ground) -> Cameras:
    return Cameras(ground, scale=1, seed=1)


def test_scale_one_has_two_hundred_cameras_and_one_at_each_underpass(
    cameras: Cameras, ground: Ground
) -> None:
    assert len({camera.name for camera in cameras.all}) == 200
    assert {place for _, place in ground.underpasses} <= {camera.place for camera in cameras.all}


def test_a_camera_is_called_by_its_place(cameras: Cameras) -> None:
    assert all(camera.label.startswith(camera.place.road) for camera in cameras.all)


def test_the_gateway_takes_everything(cameras: Cameras) -> None:
    records = cameras.registrations(NOW) + cameras.reports(NOW - 1e7, NOW) + cameras.pictures(NOW)
    answers = validate_all("camera", records, ValidationContext("video", iso(NOW), NOW))
    assert [answer for answer in answers if not isinstance(answer, Normalised)] == []
    kinds = Counter(answer.kind for answer in answers if isinstance(answer, Normalised))
    assert set(kinds) == {"camera", "health", "detection", "snapshot"}


def test_all_classes_are_detected_more_by_day_than_by_night(cameras: Cameras) -> None:
    day, night = (
        [
            record["class"]
            for n in range(0, 7200, 60)
            for record in cameras.reports(begin + n, begin + n + 60)
            if record["kind"] == "detection"
        ]
        for begin in (NOW - 11 * 3600, NOW + 6 * 3600)
    )
    assert set(day) == set(DETECTIONS)
    assert len(day) > 3 * len(night)


def test_a_few_cameras_are_off_and_send_no_picture(cameras: Cameras) -> None:
    off = {camera.name for camera in cameras.all if camera.offline}
    states = Counter(r["state"] for r in cameras.reports(NOW - 1e7, NOW) if r["kind"] == "health")
    assert 1 <= len(off) == states["offline"] <= 12
    shown = {r["camera"] for n in range(70) for r in cameras.pictures(NOW + n)}
    assert shown == {camera.name for camera in cameras.all} - off


def test_what_the_wall_shows_is_pictured_every_few_seconds(cameras: Cameras, ground: Ground) -> None:
    place = ground.underpasses[3][1]
    name = min(cameras.all, key=lambda c: (place.metres_to(c.place.lon, c.place.lat), c.offline)).name
    shown = [r["camera"] for n in range(12) for r in cameras.pictures(NOW + n, [place])]
    assert shown.count(name) >= 12


def test_four_pictures_a_second_and_each_is_small(cameras: Cameras) -> None:
    records = cameras.pictures(NOW)
    assert len(records) == 4
    assert all(len(base64.b64decode(r["jpeg"])) < 20_000 for r in records)


@pytest.mark.parametrize("rain", [0.0, 30.0])
@pytest.mark.parametrize("hour", [0, 6, 12, 18])
def test_a_picture_is_a_jpeg_with_the_yellow_mark(hour: int, rain: float) -> None:
    made = street_picture("CAM-00001", NOW + hour * 3600, rain_mmh=rain)
    picture = Image.open(io.BytesIO(made)).convert("RGB")
    corner = picture.crop((SIZE[0] - 46, 0, SIZE[0], 24))
    pixels = corner.tobytes()
    yellow = sum(pixels[n] > 180 and pixels[n + 2] < 120 for n in range(0, len(pixels), 3))
    assert picture.size == SIZE
    assert len(made) < 20_000
    assert yellow > 60


def test_the_same_second_gives_the_same_picture_and_the_next_another() -> None:
    one, same, other = (street_picture("CAM-00001", NOW + n) for n in (0, 0, 5))
    assert one == same != other


def test_a_trickle_is_sure_enough_for_the_screening_and_each_has_its_picture(cameras: Cameras) -> None:
    begin = NOW - 11 * 3600
    records = [one for n in range(0, 7200, 60) for one in cameras.reports(begin + n, begin + n + 60)]
    sure = [one for one in records if one["kind"] == "detection" and one["confidence"] >= 0.8]
    assert 20 <= len(sure) <= 120
    pictured = {(one["camera"], one["at"]) for one in records if one["kind"] == "snapshot"}
    assert pictured == {(one["camera"], one["at"]) for one in sure}
