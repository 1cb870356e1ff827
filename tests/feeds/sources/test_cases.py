"""Case tables: what a row becomes, and what is said of a row that can become nothing."""

from pathlib import Path

import msgspec
import pandas as pd
import pytest

from city.facts import body_of, read_fact
from city.fold import apply
from city.state import LedgerState
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


HEADER = "工单号,上报时间,问题类型,问题描述,状态,办结时间,处置时限,承办单位,经度,纬度,道路,地址\n"
ROW = {
    "no": "P-1", "at": "2026/11/20 08:00:00", "label": "暴露垃圾", "detail": "", "status": "处置中",
    "closed": "", "due": "", "agency": "", "lon": "121.51", "lat": "31.22", "road": "",
    "address": "张杨路500号",
}  # fmt: skip


def told(tmp_path, *rows, extra="", unfold=False):
    """Return the table of rows that differ so from ROW, and its records."""
    lines = [HEADER, *(",".join({**ROW, **row}.values()) + "\n" for row in rows)]
    path = tmp_path / "table.csv"
    path.write_text("".join(lines), encoding="utf-8")
    toml = tmp_path / "mapping.toml"
    text = (RECORDINGS / "complaints.toml").read_text(encoding="utf-8")
    toml.write_text(text.replace("bounds", f"{extra}\nbounds", 1), encoding="utf-8")
    mapping = load(toml)
    assert isinstance(mapping, CaseMapping)
    table = CaseTable(path, mapping, OpenOptions(unfold=unfold))
    return table, list(table.records())


def said(table):
    return [(remark.where, remark.column, remark.skipped) for remark in table.remarks]


def test_two_reports_under_one_number_are_not_one_case(tmp_path):
    table, records = told(tmp_path, {}, {"at": "2026/11/20 09:00:00"}, {"label": "路灯不亮"}, {})
    assert [record["external"][0]["no"] for record in records] == ["P-1", "P-1"]
    assert records[0] == records[1]  # the very same row: the gateway knows it already
    assert said(table) == [("row 3", "工单号", True), ("row 4", "工单号", True)]
    assert (
        str(table.remarks[0])
        == "row 3: 工单号: stands for something else in an earlier item, got P-1 (row 2)"
    )


def test_two_statuses_of_one_report_are_two_steps_of_a_case(tmp_path):
    done = {"status": "已办结", "closed": "2026/11/20 09:00:00"}
    table, records = told(tmp_path, done, {})
    assert [record["mirror"]["state"] for record in records] == ["handling", "closed"]
    assert table.remarks == []


@pytest.mark.parametrize("number", ["2.02611E+15", "2E+15", "-2.0e+9", "2,02611E+15"])
def test_a_number_that_a_spreadsheet_shortened_is_none(number, tmp_path):
    others = {"no": "12E5"}, {"no": "E+12", "at": "2026-11-20"}
    table, records = told(tmp_path, {"no": f'"{number}"'}, *others)
    assert [record["external"][0]["no"] for record in records] == ["E+12", "12E5"]
    assert said(table) == [("row 2", "工单号", True)]


def test_systems_with_the_same_number_have_cases_of_their_own(tmp_path):
    _, (ours,) = told(tmp_path, {})
    theirs = load(tmp_path / "mapping.toml")
    assert isinstance(theirs, CaseMapping)
    theirs = msgspec.structs.replace(theirs, system="PUTUO12345")
    (other,) = CaseTable(tmp_path / "table.csv", theirs, OpenOptions()).records()
    assert (ours["id"].split(".")[0], other["id"].split(".")[0]) == ("PUDONG12345/P-1", "PUTUO12345/P-1")
    assert ours["mirror"] == other["mirror"]


def test_a_long_number_has_an_id_that_the_gateway_takes_and_that_is_its_own(tmp_path):
    long = "9" * 200
    _, records = told(tmp_path, {"no": f"{long}1"}, {"no": f"{long}2"})
    ids = {record["id"] for record in records}
    assert len(ids) == 2
    assert all(len(identity) <= 128 and identity.startswith("PUDONG12345/999") for identity in ids)


def test_a_status_that_the_mapping_does_not_know_is_never_silently_open(tmp_path):
    table, records = told(tmp_path, {"status": "挂起"}, {"no": "P-2"}, {"no": "P-3", "status": ""})
    assert [record["external"][0]["no"] for record in records] == ["P-2", "P-3"]
    (remark,) = table.remarks
    assert str(remark) == (
        "row 2: 状态: status '挂起' is not in the mapping (name it in [statuses], or set "
        'unknown = "open" or "skip")'
    )


def test_a_mapping_may_take_unknown_statuses_as_open_and_says_so(tmp_path):
    table, (record,) = told(tmp_path, {"status": "挂起", "agency": "水务"}, extra='unknown = "open"')
    assert record["mirror"]["state"] == "dispatched"
    assert [(str(r), r.skipped) for r in table.remarks] == [
        ("row 2: 状态: status '挂起' is not in the mapping; taken as open", False)
    ]


def test_a_mapping_may_skip_unknown_statuses(tmp_path):
    table, records = told(tmp_path, {"status": "挂起"}, extra='unknown = "skip"')
    assert records == []
    assert said(table) == [("row 2", "状态", True)]


@pytest.mark.parametrize(
    ("lon", "lat", "column"),
    [
        ("0", "0", "经度"), ("-999", "-999", "经度"), ("121.51", "", "纬度"), ("31.22", "121.51", "经度"),
        ("12.1", "31.2", "经度"), ("121°31′", "31°13′", "经度"),
        ("NaN", "NaN", "经度"), ("121.5", "1e999", "纬度"),
    ],
)  # fmt: skip
def test_a_wrong_position_is_dropped_where_there_is_an_address_else_the_row_is(lon, lat, column, tmp_path):
    place = {"lon": lon, "lat": lat}
    table, (record,) = told(tmp_path, place, {**place, "no": "P-2", "address": ""})
    assert (record["external"][0]["no"], record["address"]) == ("P-1", "张杨路500号")
    assert not {"lon", "lat", "crs"} & set(record)
    assert said(table) == [("row 2", column, False), ("row 3", column, True)]
    assert table.remarks[0].reason.endswith("; the case is kept by its address")


@pytest.mark.parametrize("value", ["0001-01-01", "1900/01/01 00:00:00", "2026/11/20 24:00:00", "soon"])
def test_a_time_that_a_case_can_do_without_is_dropped_and_named(value, tmp_path):
    rows = {"closed": value, "status": "已办结"}, {"no": "P-2", "due": value}, {"no": "P-3", "at": value}
    table, records = told(tmp_path, *rows)
    assert [record["mirror"] for record in records] == [{"state": "closed"}, {"state": "handling"}]
    assert said(table) == [
        ("row 2", "办结时间", False), ("row 3", "处置时限", False), ("row 4", "上报时间", True),
    ]  # fmt: skip


def test_open_cases_of_a_parquet_file_have_no_closing_time(tmp_path):
    path = tmp_path / "table.parquet"
    frame = pd.DataFrame({
        "工单号": pd.Series([1, 2, None], dtype="float64"),
        "上报时间": pd.to_datetime(["2026-11-20 08:00:00"] * 3),
        "问题类型": ["暴露垃圾", "暴露垃圾", None],
        "状态": ["处置中", "已办结", pd.NA],
        "办结时间": pd.to_datetime([None, "2026-11-20 09:00:00", None]),
        "经度": pd.Series([121.51, 121.52, float("nan")], dtype="float32"),
        "纬度": [31.22, 31.23, None],
    })  # fmt: skip
    frame.to_parquet(path)
    table = opened(path)
    records = list(table.records())
    assert [(r["external"][0]["no"], r["mirror"]["state"]) for r in records] == [
        ("1", "handling"),
        ("2", "closed"),
    ]
    assert records[1]["mirror"]["at"] == "2026-11-20T01:00:00.000000+00:00"
    assert [(r.where, r.column) for r in table.remarks if r.skipped] == [("row 4", "工单号")]


def test_every_row_is_taken_or_left_out(tmp_path):
    table = opened()
    records = list(table.records())
    assert table.read == 9 == len(records) + sum(remark.skipped for remark in table.remarks)


def test_a_file_that_was_replayed_when_ids_had_no_system_opens_no_case_twice(tmp_path):
    _, (record,) = told(tmp_path, {})
    state = LedgerState()
    old = record["id"].removeprefix("PUDONG12345/")
    for position, identity in enumerate((old, record["id"]), start=1):
        reported = {**record, "id": identity, "client": "hotline", "received": record["at"]}
        data = {"record": reported, "street": "s"}
        body = body_of("CaseReported", f"case:hotline/{identity}", "client:hotline", data)
        apply(state, read_fact(position, record["at"], body))
    assert list(state.cases) == [f"hotline/{old}"]
