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


ALERT = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{name}</identifier>
<sender>office@test</sender><sent>2026-09-16T0{hour}:00:00+08:00</sent><status>Actual</status>
<msgType>Alert</msgType><scope>Public</scope>{more}</alert>"""
INFO = """<info><category>Met</category><event>大风</event><urgency>Expected</urgency>
<severity>Severe</severity><certainty>Likely</certainty><area><areaDesc>a</areaDesc>{outlines}</area></info>"""
FEED = '<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>{inside}</feed>'
LINKED = "<entry><id>e</id><link href='https://met.invalid/1.cap'/></entry>"
SIGNED = """<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/>
<SignatureValue>AbCd</SignatureValue></Signature>"""


def opened(tmp_path, text):
    path = tmp_path / "alerts.xml"
    path.write_text(text, encoding="utf-8")
    return open_source(path)


def alert(name="A", hour=5, more=""):
    return ALERT.format(name=name, hour=hour, more=more)


def test_a_signature_is_kept_marked_as_not_verified_and_named(tmp_path):
    source = opened(tmp_path, alert(more=SIGNED))
    (record,) = source.records()
    assert record["signature"]["verified"] is False
    assert "AbCd" in record["signature"]["xml"]
    assert [(r.column, r.skipped) for r in source.remarks] == [("Signature", False)]


def test_alerts_outside_of_entries_and_in_other_envelopes_are_read_by_time(tmp_path):
    entry = f"<entry><content>{alert('in', 7)}{alert('too', 8)}</content></entry>"
    source = opened(tmp_path, FEED.format(inside=alert("out", 6) + entry))
    assert [record["identifier"] for record in source.records()] == ["out", "in", "too"]
    assert (source.read, source.remarks) == (3, [])
    wrapped = opened(tmp_path, f"<envelope><part>{alert('wrapped')}</part></envelope>")
    assert [record["identifier"] for record in wrapped.records()] == ["wrapped"]


@pytest.mark.parametrize(
    "text",
    [FEED.format(inside=LINKED * 2),
     "<rss><channel><item><link>https://met.invalid/1.cap</link></item></channel></rss>"],
)  # fmt: skip
def test_an_index_is_named_as_what_it_is(text, tmp_path):
    with pytest.raises(SourceError, match=r"an index: \d links, no alert"):
        list(opened(tmp_path, text).records())


def test_what_was_looked_at_is_a_record_or_a_remark_of_what_was_left_out(tmp_path):
    broken = alert("B").replace("<scope>Public</scope>", "")
    inside = f"<entry><content>{alert()}</content></entry><entry><content>{broken}</content></entry>{LINKED}"
    source = opened(tmp_path, FEED.format(inside=inside))
    for _ in range(2):  # anew by each call
        assert len(list(source.records())) == 1
        skipped = [(r.where, r.reason) for r in source.remarks if r.skipped]
        assert skipped == [
            ("entry 1", "alert.scope: is missing"),
            ("entry 2", "holds no CAP alert, it links to one elsewhere"),
        ]
        assert source.read == 3


def test_an_outline_that_cannot_be_read_is_left_out_with_a_remark_and_the_alert_stays(tmp_path):
    outlines = (
        "<polygon>31.0, 121.0\n31.0, 122.0\n30.0, 121.0</polygon><polygon>121,31 122,31 121,30</polygon>"
        "<circle>31,121 5</circle><circle>here</circle>"
    )
    source = opened(tmp_path, alert(more=INFO.format(outlines=outlines)))
    (record,) = source.records()
    (area,) = record["info"][0]["area"]
    assert area["polygon"] == ["31.0, 121.0\n31.0, 122.0\n30.0, 121.0"]
    assert area["circle"] == ["31,121 5"]
    assert [(r.column, r.skipped) for r in source.remarks] == [
        ("info[0].area[0].polygon", False), ("info[0].area[0].circle", False),
    ]  # fmt: skip
    assert "expected a latitude of -90 to 90 first, got 121" in source.remarks[0].reason
