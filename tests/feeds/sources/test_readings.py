"""Reading tables."""

from pathlib import Path

import pandas as pd
import pytest

from feeds.sources.contract import OpenOptions, SourceError
from feeds.sources.mapping import ReadingMapping, load
from feeds.sources.readings import ReadingTable
from feeds.sources.registry import open_source

RECORDINGS = Path(__file__).parents[2] / "recordings" / "sources"


def opened(**options):
    mapping = load(RECORDINGS / "levels.toml")
    assert isinstance(mapping, ReadingMapping)
    return ReadingTable(RECORDINGS / "levels.csv", mapping, OpenOptions(**options))


def test_devices_come_first_and_readings_in_the_order_of_time():
    device, *readings = opened().records()
    assert (device["kind"], device["device"], device["class"]) == ("device", "GATE-1", "water_level")
    assert [(r["device"], r["metric"], r["value"], r["unit"]) for r in readings] == [
        ("GATE-1", "level", 1.2, "m"),
        ("GATE-2", "level", 1.01, "m"),
        ("GATE-2", "rain", 0.5, "mm"),
        ("GATE-1", "rain", 1.5, "mm"),
    ]
    assert readings[0]["at"] == "2026-11-20T00:00:00.000000+00:00"


def test_an_empty_cell_is_silence_and_a_wrong_one_is_named():
    table = opened()
    list(table.records())
    assert [(r.where, r.column) for r in table.remarks] == [
        ("row 4", "level cm"),
        ("row 5", "date time"),
    ]


def test_ids_are_of_device_metric_and_moment():
    ids = [record["id"] for record in opened().records()]
    assert ids[1] == "GATE-1/level/1795132800.000"
    assert len(set(ids)) == len(ids)
    assert [record["id"] for record in opened().records()] == ids


def test_a_position_given_by_the_operator_counts():
    device = next(opened(lon=121.7, lat=31.0).records())
    assert (device["lon"], device["lat"]) == (121.7, 31.0)


def test_a_parquet_file_with_a_time_index_is_found_by_its_header(tmp_path):
    path = tmp_path / "gauge.parquet"
    index = pd.DatetimeIndex(["2018-06-03T18:00Z", "2018-06-03T18:05Z"], name="datetimeUTC")
    columns = {"USGS:42:00065:00000": [1.0, float("nan")], "USGS:42:00060:00000": [100.0, 200.0]}
    pd.DataFrame(columns, index=index).to_parquet(path)
    readings = list(open_source(path).records())
    assert [(r["device"], r["metric"], r["value"]) for r in readings] == [
        ("USGS:42", "level", 0.3048),
        ("USGS:42", "flow", 2.831685),
        ("USGS:42", "flow", 5.663369),
    ]


def test_a_mapping_whose_series_are_not_there_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("station,date,time\nA,2026-11-20,08:00\n", encoding="utf-8")
    mapping = load(RECORDINGS / "levels.toml")
    assert isinstance(mapping, ReadingMapping)
    with pytest.raises(SourceError, match="none of the mapping's series"):
        list(ReadingTable(path, mapping, OpenOptions()).records())


def told(tmp_path, text):
    path = tmp_path / "levels.csv"
    path.write_text("station;date;time;level cm;rain mm\n" + text, encoding="utf-8")
    mapping = load(RECORDINGS / "levels.toml")
    assert isinstance(mapping, ReadingMapping)
    table = ReadingTable(path, mapping, OpenOptions())
    return table, [(r["metric"], r["value"]) for r in table.records() if r["kind"] == "reading"]


def said(table):
    return [(remark.where, remark.column) for remark in table.remarks]


def test_every_filled_cell_is_taken_or_left_out(tmp_path):
    table, readings = told(tmp_path, "A;2026-11-20;08:00;-999;0.5\nA;2026-11-20;08:05;99999;-9999.0\n")
    assert readings == [("rain", 0.5)]
    assert said(table) == [("row 2", "level cm"), ("row 3", "level cm"), ("row 3", "rain mm")]
    assert table.read == 4


def test_a_row_without_a_time_or_a_device_is_one_item(tmp_path):
    table, readings = told(tmp_path, ";2026-11-20;08:00;1;2\nA;;;1;2\nA;0001-01-01;00:00;1;2\nA;x;;;\n;;;;\n")
    assert readings == []
    assert said(table) == [("row 2", "station"), ("row 3", "date time"), ("row 4", "date time")]
    assert table.read == 3


def test_two_values_of_one_moment_are_named_and_the_first_is_taken(tmp_path):
    text = "A;2026-11-20;08:05;1;\nA;2026-11-20;08:00;2;\nA;2026-11-20;08:05;3;\nA;2026-11-20;08:05;1;\n"
    table, readings = told(tmp_path, text)
    assert readings == [("level", 0.02), ("level", 0.01), ("level", 0.01)]
    assert [str(remark) for remark in table.remarks] == [
        "row 4: level cm: stands for something else in an earlier item, got 3 (row 2: 1)"
    ]
