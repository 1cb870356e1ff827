"""Official warning notices."""

from pathlib import Path

from feeds.sources.contract import OpenOptions
from feeds.sources.registry import open_source
from feeds.sources.warnings import WarningNotices

FILE = Path(__file__).parents[2] / "recordings" / "sources" / "notices.json"


def test_a_notice_becomes_a_cap_alert_of_its_office():
    thunder, rain = open_source(FILE).records()
    assert thunder["sent"] == thunder["at"] == "2026-07-20T02:34:00+08:00"
    assert rain["identifier"].startswith("202607201914-rainstorm-orange-")
    assert (rain["sender"], rain["status"], rain["msgType"]) == ("试验区气象台", "Actual", "Alert")
    (info,) = rain["info"]
    assert (info["event"], info["severity"], info["senderName"]) == (
        "暴雨",
        "Severe",
        "试验区气象台",
    )
    told = {p["valueName"]: p["value"] for p in info["parameter"]}
    assert told["colour"] == "orange"
    assert told["hazard"] == "rainstorm"
    assert info["onset"] == "2026-07-20T19:14:00+08:00"
    assert info["expires"] == "2026-07-21T19:14:00+08:00"


def test_a_notice_that_cannot_be_read_is_named_with_its_field():
    source = open_source(FILE)
    list(source.records())
    assert [(r.where, r.column) for r in source.remarks] == [
        ("notice 2", "level"),
        ("notice 3", "published_at"),
    ]


def test_identifiers_do_not_change_from_reading_to_reading():
    first = [record["identifier"] for record in open_source(FILE).records()]
    assert first == [record["identifier"] for record in open_source(FILE).records()]


def test_a_notice_that_lifts_a_signal_says_that_all_is_clear(tmp_path):
    notice = {
        "warning_type": "大风", "level": "蓝色", "published_at": "2026-07-21T08:00", "area": "试验区",
        "headline": "试验区解除大风蓝色预警", "date_from": "2026-07-21", "date_to": "2026-07-22",
    }  # fmt: skip
    source = WarningNotices(tmp_path, [notice, {}], OpenOptions())
    (alert,) = source.records()
    (info,) = alert["info"]
    assert (info["responseType"], info["urgency"]) == (["AllClear"], "Past")
    assert "expires" not in info
    assert (source.read, len(source.remarks)) == (2, 1)
