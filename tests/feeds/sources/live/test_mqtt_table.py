"""A table of topics: which value of a message is which reading."""

import json
from pathlib import Path
from typing import Any

import pytest

from feeds.sources.contract import FieldError
from feeds.sources.live.messages import Message, Taken
from feeds.sources.live.mqtt_table import MqttTable
from feeds.sources.live.source_file import read_source_file

HEAD = '[[source]]\nkind = "mqtt"\nname = "drains"\nbroker = "mqtt://localhost"\n'
NOW = 1_795_000_000.0


def table(tmp_path: Path, *rows: str, more: str = "") -> MqttTable:
    path = tmp_path / "sources.toml"
    path.write_text(HEAD + "".join(f"[[source.reading]]\n{row}\n" for row in rows) + more)
    return MqttTable(read_source_file(path).source[0])


def read(made: MqttTable, topic: str, payload: Any, *, retained: bool = False) -> Taken:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return made.read(Message(topic, body, NOW, retained))


LEVEL = 'topic = "city/{street}/{well}/up"\ndevice = "{street}-{well}"\nmetric = "level"\nunit = "m"\n'
JSON = LEVEL + 'value = "data.0.cm"\nscale = 0.01\ntime = "ts"\n'


def test_levels_paths_scale_and_time_make_a_reading(tmp_path: Path) -> None:
    payload = {"data": [{"cm": "12.3"}], "ts": "2026-11-20T10:00:00+08:00"}
    (item,) = read(table(tmp_path, JSON), "city/tangqiao/w7/up", payload).items
    assert item.topic == "sensor"
    assert item.record == {
        "id": "tangqiao-w7/level/1795140000.000", "at": "2026-11-20T02:00:00.000000+00:00", "kind": "reading",
        "device": "tangqiao-w7", "metric": "level", "value": 0.123, "unit": "m",
    }  # fmt: skip


def test_a_plain_number_has_the_time_of_arrival(tmp_path: Path) -> None:
    taken = read(table(tmp_path, LEVEL), "city/a/b/up", b" 0.42\n")
    assert taken.by_arrival
    assert (taken.items[0].record["value"], taken.items[0].record["at"][:19]) == (0.42, "2026-11-18T11:06:40")


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ('time_as = "s"', "2026-11-18T11:06:40"),
        ('time_as = "ms"', "2026-11-18T11:06:40"),
        ('zone = "Asia/Shanghai"\ntimes = ["%d.%m.%Y %H:%M"]', "2026-11-18T11:06:00"),
    ],
)
def test_times_are_read_as_the_row_says(tmp_path: Path, given: str, at: str) -> None:
    ts = {"s": NOW, "ms": NOW * 1000}.get(given[11:-1], "18.11.2026 19:06")
    (item,) = read(table(tmp_path, JSON + given), "city/a/b/up", {"data": [{"cm": 1}], "ts": ts}).items
    assert item.record["at"][:19] == at


def test_one_message_may_give_several_readings_and_a_wrong_one_leaves_only_itself_out(tmp_path: Path) -> None:
    rows = [f'topic = "air/{{device}}"\nmetric = "{m}"\nvalue = "{m}"\n' for m in ("pm25", "pm10", "no2")]
    made = table(tmp_path, *rows, 'topic = "air/{device}"\nmetric = "o3"\nvalue = "o3"\noptional = true')
    taken = read(made, "air/a1", {"pm25": 31, "pm10": -9999})
    assert [item.record["metric"] for item in taken.items] == ["pm25"]
    assert [(r.where, r.column, r.reason) for r in taken.remarks] == [
        ("air/a1", "value", "stands for no data"),
        ("air/a1", "value", "the payload has no no2"),
    ]
    assert made.topics() == ["air/+"]


def test_words_stand_for_numbers_and_the_device_may_be_in_the_payload(tmp_path: Path) -> None:
    row = (
        'topic = "covers"\ndevice_path = "ids.device"\nmetric = "open"\nvalue = "state"\n'
        "words = { opened = 1, closed = 0, true = 1 }"
    )
    made = table(tmp_path, row)
    said = [
        read(made, "covers", {"ids": {"device": 17}, "state": s}).items[0] for s in ("opened", "closed", True)
    ]
    assert [(item.record["device"], item.record["value"]) for item in said] == [
        ("17", 1),
        ("17", 0),
        ("17", 1),
    ]
    with_none = read(made, "covers", {"ids": {"device": None}, "state": "opened"})
    assert [str(remark) for remark in with_none.remarks] == ["covers: device: names no device"]


def test_an_unknown_quality_is_suspect_and_said(tmp_path: Path) -> None:
    row = 'topic = "w/{device}"\nmetric = "level"\nvalue = "v"\nquality = "q"\n'
    row += 'qualities = { "0" = "good", "9" = "bad" }'
    made = table(tmp_path, row)
    taken = [read(made, "w/a", {"v": 1, "q": q}) for q in (0, "9", 7)]
    assert [t.items[0].record["quality"] for t in taken] == ["good", "bad", "suspect"]
    assert [remark.skipped for remark in taken[2].remarks] == [False]
    assert "quality" not in read(made, "w/a", {"v": 1}).items[0].record


def test_a_retained_message_counts_only_with_a_time_of_its_own(tmp_path: Path) -> None:
    own = {"data": [{"cm": 1}], "ts": "2026-11-20T10:00:00+08:00"}
    assert read(table(tmp_path, JSON), "city/a/b/up", own, retained=True).items
    taken = read(table(tmp_path, LEVEL), "city/a/b/up", b"1", retained=True)
    assert not taken.items
    assert "its age is unknown" in taken.remarks[0].reason


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff", "expected JSON"),
        (b"[" * 100_000, "expected JSON"),
        ([1], "the payload has no data.0.cm"),
        ({"data": [{"cm": True}], "ts": NOW}, "expected a number"),
        ({"data": [{"cm": {}}], "ts": NOW}, "expected a number"),
        ({"data": [{"cm": 1}]}, "the payload has no ts"),
        ({"data": [{"cm": 1}], "ts": "2026-11-20 10:00"}, "expected ISO 8601 with an offset"),
        ({"data": [{"cm": 1}], "ts": "1970-01-01T00:00:00Z"}, "stands for no date"),
    ],
)
def test_a_bad_message_is_named(tmp_path: Path, payload: Any, reason: str) -> None:
    made = table(tmp_path, JSON)
    assert fault(made, payload) == reason


def fault(made: MqttTable, payload: Any) -> str:
    """Return why a message, or the only reading of it, is left out."""
    try:
        (remark,) = read(made, "city/a/b/up", payload).remarks
    except FieldError as error:
        return error.reason
    return remark.reason


def test_the_devices_of_the_file_are_registered(tmp_path: Path) -> None:
    more = (
        '[[source.device]]\ndevice = "a-b"\nclass = "water_level"\ninterval_s = 60\nlon = 121.5\nlat = 31.2\n'
    )
    (item,) = table(tmp_path, LEVEL, more=more).registrations(NOW)
    assert (item.registers, item.record["class"], item.record["interval_s"]) == ("a-b", "water_level", 60)
