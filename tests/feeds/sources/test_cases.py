"""Case tables: what a row becomes, and what is said of a row that can become nothing."""

from pathlib import Path

import pytest

from feeds.sources.cases import CaseTable
from feeds.sources.contract import OpenOptions, SourceError
from feeds.sources.mapping import CaseMapping, load

RECORDINGS = Path(__file__).parents[2] / "recordings" / "sources"


def opened(path=RECORDINGS / "complaints.csv", **options):
    mapping = load(RECORDINGS / "complaints.toml")
    assert isinstance(mapping, CaseMapping)
    return CaseTable(path, mapping, OpenOptions(**options))


def test_records_come_in_the_order_of_the_time_reported():
    table = opened()
    assert [r["external"][0]["no"] for r in table.records()] == ["P-1", "P-2", "P-3", "P-8"]
    assert table.total == 4


def test_a_row_becomes_a_case_with_its_mirrored_status():
    first = next(opened().records())
    identity = first.pop("id")
    assert identity.startswith("PUDONG12345/P-1.")
    assert first == {
        "at": "2026-11-20T00:00:00.000000+00:00",
        "channel": "hotline_12345",
        "category": {"kind": "event", "code": "0506", "system": "GBT30428.2"},
        "title": "道路积水 – 深",
        "lon": 121.5101,
        "lat": 31.2201,
        "crs": "WGS84",
        "address": "张杨路500号",
        "road": "张杨路",
        "urgency": "critical",
        "external": [{"system": "PUDONG12345", "no": "P-1"}],
        "mirror": {
            "state": "closed",
            "agency": "水务",
            "due_at": "2026-11-20T02:00:00.000000+00:00",
            "at": "2026-11-20T01:30:00.000000+00:00",
        },
    }


def test_an_address_alone_is_enough_and_an_unknown_class_keeps_its_label():
    second = list(opened().records())[1]
    assert "lon" not in second
    assert second["address"] == "世纪大道88号"
    assert second["road"] == "世纪大道"
    assert second["category"] == {"label": "单灯不亮"}
    assert second["mirror"] == {"state": "filed"}


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("row 5", "row 5: 经度: looks swapped with 纬度, got 31.2201, 121.51"),
        ("row 6", "row 6: 经度: expected degrees, got 'NaN'"),
        ("row 7", "row 7: 经度: no position and no address"),
        ("row 8", "row 8: 上报时间: expected a time as %Y/%m/%d %H:%M:%S or ISO 8601"),
        ("row 9", "row 9: 工单号: is empty"),
    ],
)
def test_a_row_that_can_be_no_case_is_named_with_its_number_and_column(row, complaint):
    table = opened()
    list(table.records())
    remarks = {remark.where: remark for remark in table.remarks}
    assert remarks[row].skipped
    assert str(remarks[row]).startswith(complaint)


def test_a_status_before_the_report_is_left_out_and_said_so():
    table = opened()
    last = list(table.records())[-1]
    assert last["mirror"] == {"state": "closed", "agency": "区建交委"}
    assert last["hazard"] is True
    said = [remark for remark in table.remarks if not remark.skipped]
    assert [(r.where, r.column) for r in said] == [("row 10", "办结时间")]


def test_reading_twice_gives_the_same_ids_and_the_same_remarks():
    table = opened()
    first, remarks = list(table.records()), list(table.remarks)
    assert list(table.records()) == first
    assert table.remarks == remarks


def test_a_new_status_has_a_new_id_and_the_same_external_number(tmp_path):
    text = (RECORDINGS / "complaints.csv").read_text(encoding="utf-8")
    later = tmp_path / "later.csv"
    later.write_text(
        text.replace("处置中,,2026/11/20 13:10:00", "已办结,2026/11/20 12:00:00,2026/11/20 13:10:00"),
        encoding="utf-8",
    )
    old, new = list(opened().records()), list(opened(later).records())
    assert [a["external"] for a in old] == [b["external"] for b in new]
    assert [a["id"] == b["id"] for a, b in zip(old, new, strict=True)] == [True, True, False, True]


def test_an_unfolded_history_reports_a_case_before_it_closes_it():
    steps = [r for r in opened(unfold=True).records() if r["external"][0]["no"] == "P-1"]
    assert [step["mirror"]["state"] for step in steps] == ["dispatched", "closed"]
    assert steps[0]["at"] == steps[1]["at"]
    assert steps[1]["id"] == next(opened().records())["id"]


def test_a_table_in_gb18030_reads_like_one_in_utf_8(tmp_path):
    old = tmp_path / "old.csv"
    text = (RECORDINGS / "complaints.csv").read_text(encoding="utf-8")
    old.write_text(text, encoding="gb18030")
    assert list(opened(old).records()) == list(opened().records())


def test_a_code_that_is_none_is_refused_naming_it(tmp_path):
    toml = (RECORDINGS / "complaints.toml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(toml.replace("event 0506", "0506"), encoding="utf-8")
    with pytest.raises(SourceError, match="categories: expected 'event 0113'"):
        load(wrong)
