"""Frigate's messages: one detection per event, health of cameras, pictures with a known age only."""

import base64
import json
from typing import Any

import pytest

from feeds.sources.contract import FieldError
from feeds.sources.live.frigate_messages import LARGEST_JPEG, FrigateMessages
from feeds.sources.live.messages import Message, Taken
from feeds.sources.live.source_file import CameraRow, FrigateSource

NOW = 1_795_000_000.0
JPEG = b"\xff\xd8 a picture \xff\xd9"


@pytest.fixture
def made() -> FrigateMessages:
    cameras = [CameraRow(camera="gate", lon=121.5, lat=31.2)]
    return FrigateMessages(FrigateSource(name="cams", broker="mqtt://localhost", camera=cameras))


def read(made: FrigateMessages, topic: str, payload: Any, *, retained: bool = False) -> Taken:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return made.read(Message(f"frigate/{topic}", body, NOW, retained))


def event(**changes: Any) -> dict[str, Any]:
    after = {
        "id": "1795.5-abc", "camera": "yard", "label": "person", "top_score": 0.8, "false_positive": False,
        "start_time": NOW - 2, "end_time": None, "box": [432, 496, 544, 854], **changes,
    }  # fmt: skip
    return {"type": "update", "before": {}, "after": after}


def test_an_event_is_one_detection_as_soon_as_frigate_is_sure(made: FrigateMessages) -> None:
    assert read(made, "events", event(false_positive=True)).ignored
    (item,) = read(made, "events", event()).items
    assert item.record == {
        "id": "1795.5-abc", "at": "2026-11-18T11:06:38.000000+00:00", "kind": "detection", "camera": "yard",
        "class": "person", "confidence": 0.8, "algorithm": "frigate",
    }  # fmt: skip
    assert read(made, "events", event(top_score=0.95, end_time=NOW)).ignored
    assert not read(made, "events", event(id="1795.6-def", label="car")).ignored


def test_a_picture_is_the_newest_of_its_camera(made: FrigateMessages) -> None:
    taken = read(made, "yard/person/snapshot", JPEG)
    (item,) = taken.items
    assert (item.newest, item.record["kind"], item.record["camera"]) == ("yard", "snapshot", "yard")
    assert base64.b64decode(item.record["jpeg"]) == JPEG
    assert read(made, "yard/person/snapshot", JPEG).ignored, "the same picture again"
    assert read(made, "yard/car/snapshot", JPEG + b"2", retained=True).ignored, "nobody knows its age"


def test_all_known_cameras_go_with_frigate(made: FrigateMessages) -> None:
    read(made, "events", event())
    taken = read(made, "available", b"offline", retained=True)
    assert [(i.record["camera"], i.record["state"]) for i in taken.items] == [
        ("gate", "offline"),
        ("yard", "offline"),
    ]
    assert {i.record["state"] for i in read(made, "available", b"online").items} == {"online"}


def test_a_camera_without_frames_is_offline(made: FrigateMessages) -> None:
    stats = {"cameras": {"gate": {"camera_fps": 5.1}, "yard": {"camera_fps": 0.0}, "new": None},
             "service": {"last_updated": int(NOW) - 1}}  # fmt: skip
    taken = read(made, "stats", stats)
    assert [(i.record["camera"], i.record["state"]) for i in taken.items] == [
        ("gate", "online"),
        ("yard", "offline"),
    ]
    assert taken.items[0].record["at"] == "2026-11-18T11:06:39.000000+00:00"
    assert [remark.column for remark in taken.remarks] == ["camera_fps"]


@pytest.mark.parametrize(
    ("topic", "payload", "field"),
    [
        ("events", b"{", "payload"),
        ("events", [], "payload"),
        ("events", {"type": "new"}, "after"),
        ("available", b"maybe", "payload"),
        ("stats", {"cameras": []}, "cameras"),
        ("yard/person/snapshot", b"GIF89a", "payload"),
        ("yard/person/snapshot", b"\xff\xd8" + bytes(LARGEST_JPEG), "payload"),
        ("yard/motion", b"ON", "topic"),
    ],
)
def test_a_bad_message_is_named(made: FrigateMessages, topic: str, payload: Any, field: str) -> None:
    with pytest.raises(FieldError) as error:
        read(made, topic, payload)
    assert error.value.column == field


def test_a_broken_event_is_left_out_with_the_parser_s_reason(made: FrigateMessages) -> None:
    taken = read(made, "events", event(start_time=NOW * 1000))
    assert [(r.where, r.column) for r in taken.remarks] == [("frigate/events", "start_time")]
    assert read(made, "events", event()).items, "it may come right later"


def test_cameras_are_registered_and_pictures_may_be_refused() -> None:
    source = FrigateSource(name="cams", broker="mqtt://h", prefix="nvr/1", pictures=False,
                           camera=[CameraRow(camera="gate", lon=121.5, lat=31.2, azimuth=90)])  # fmt: skip
    made = FrigateMessages(source)
    assert made.topics() == ["nvr/1/events", "nvr/1/available", "nvr/1/stats"]
    (item,) = made.registrations(NOW)
    assert (item.record["name"], item.record["azimuth"], item.record["privacy"]) == (
        "gate",
        90,
        "street_level",
    )
    assert item.registers == "gate"
