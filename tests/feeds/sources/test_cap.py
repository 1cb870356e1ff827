"""CAP alerts in XML and Atom."""

from pathlib import Path

import pytest

from feeds.sources import cap
from feeds.sources.contract import SourceError
from feeds.sources.registry import open_source

RECORDINGS = Path(__file__).parents[2] / "recordings" / "sources"


def read(name):
    return list(open_source(RECORDINGS / name).records())


def test_an_alert_keeps_caps_names_and_leaves_out_what_is_empty():
    (alert,) = read("gale.cap")
    assert alert["identifier"] == "TEST-1"
    assert alert["at"] == alert["sent"] == "2026-09-16T05:00:00+08:00"
    assert alert["status"] == "Exercise"
    assert alert["references"] == "office@test,TEST-0,2026-09-16T03:00:00+08:00"
    assert "note" not in alert
    (info,) = alert["info"]
    assert info["category"] == ["Met"]
    assert info["area"] == [{"areaDesc": "试验区", "polygon": ["31,121 31,122 30,122 31,121"]}]
    assert info["eventCode"] == [{"valueName": "GB", "value": "11B06"}]


def test_a_colour_in_severity_becomes_caps_severity_and_a_parameter():
    (alert,) = read("gale.cap")
    assert alert["info"][0]["severity"] == "Extreme"
    assert alert["info"][0]["parameter"] == [{"valueName": "colour", "value": "red"}]


@pytest.mark.parametrize("written", ["红", "红色", "RED"])
def test_a_colour_parameter_in_any_writing_is_put_in_one_form(written, tmp_path):
    text = (RECORDINGS / "gale.cap").read_text(encoding="utf-8")
    given = f"<c:parameter><c:valueName>Color</c:valueName><c:value>{written}</c:value></c:parameter>"
    path = tmp_path / "given.cap"
    path.write_text(
        text.replace(">Red<", ">Severe<").replace("<c:area>", f"{given}<c:area>"), encoding="utf-8"
    )
    (alert,) = open_source(path).records()
    assert alert["info"][0]["parameter"] == [{"valueName": "colour", "value": "red"}]
    assert alert["info"][0]["severity"] == "Severe"


@pytest.mark.parametrize(
    ("found", "instead", "complaint"),
    [
        ("<c:scope>Public</c:scope>", "", "alert.scope: is missing"),
        ("<c:event>大风</c:event>", "", r"alert.info\[0\].event: is missing"),
        ("<c:areaDesc>试验区</c:areaDesc>", "", r"alert.info\[0\].area\[0\].areaDesc: is missing"),
        ("05:00:00+08:00</c:sent>", "05:00:00</c:sent>", "alert.sent: expected ISO 8601"),
        ("</c:alert>", "", "not well-formed XML"),
    ],
)
def test_an_invalid_alert_is_refused_naming_the_field(found, instead, complaint, tmp_path):
    text = (RECORDINGS / "gale.cap").read_text(encoding="utf-8")
    path = tmp_path / "invalid.cap"
    path.write_text(text.replace(found, instead), encoding="utf-8")
    with pytest.raises(SourceError, match=complaint):
        list(open_source(path).records())


def test_entities_are_never_expanded():
    with pytest.raises(SourceError, match="declares a DTD or entities"):
        read("entities.cap")


def test_a_document_beyond_the_bound_is_not_parsed(monkeypatch):
    monkeypatch.setattr(cap, "LARGEST", 100)
    with pytest.raises(SourceError, match="larger than 100 bytes"):
        read("gale.cap")


def test_a_feed_gives_its_alerts_by_time_and_names_the_entries_without_one():
    source = open_source(RECORDINGS / "feed.atom")
    assert [alert["identifier"] for alert in source.records()] == ["EARLY", "LATE"]
    assert [str(remark) for remark in source.remarks] == [
        "entry 2: content: alert.sent: is missing",
        "entry 3: content: holds no CAP alert",
    ]


def test_a_feed_without_an_id_is_refused(tmp_path):
    text = (RECORDINGS / "feed.atom").read_text(encoding="utf-8")
    path = tmp_path / "no_id.atom"
    path.write_text(text.replace("<id>urn:test</id>", ""), encoding="utf-8")
    with pytest.raises(SourceError, match="feed: id is missing"):
        list(open_source(path).records())
