"""The registry recognises a file by what is in it."""

import shutil
from pathlib import Path

import pytest

from feeds.sources.contract import OpenOptions, SourceError
from feeds.sources.registry import SOURCES, open_source

BIG5 = str.maketrans("号单报时间问题类状态办结处经纬积", "號單報時間問題類狀態辦結處經緯積")
RECORDINGS = Path(__file__).parents[2] / "recordings" / "sources"


@pytest.mark.parametrize(
    ("name", "kind", "topic"),
    [
        ("requests.json", "Open311Requests", "case"),
        ("thing.json", "SensorThings", "sensor"),
        ("storm.geojson", "StormTrack", "warning"),
        ("notices.json", "WarningNotices", "warning"),
        ("gale.cap", "CapAlerts", "warning"),
        ("feed.atom", "CapAlerts", "warning"),
        ("events.json", "FrigateEvents", "camera"),
    ],
)
def test_a_file_is_recognised_whatever_it_is_called(name, kind, topic, tmp_path):
    renamed = shutil.copy(RECORDINGS / name, tmp_path / "recording.bin")
    source = open_source(Path(renamed))
    assert (type(source).__name__, source.topic) == (kind, topic)


def test_a_table_is_opened_with_the_mapping_that_the_operator_names():
    cases = open_source(RECORDINGS / "complaints.csv", OpenOptions(mapping=RECORDINGS / "complaints.toml"))
    readings = open_source(RECORDINGS / "levels.csv", OpenOptions(mapping=RECORDINGS / "levels.toml"))
    assert (cases.topic, readings.topic) == ("case", "sensor")


def test_a_table_that_lacks_columns_of_its_mapping_is_refused_naming_them():
    with pytest.raises(SourceError, match="columns that are not there: 工单号, 上报时间, 问题类型"):
        open_source(RECORDINGS / "levels.csv", OpenOptions(mapping=RECORDINGS / "complaints.toml"))


@pytest.mark.parametrize("content", ["hello\n", "", "{}", "[]", "[1]", "a,b\n1,2\n", "<html/>"])
def test_an_unknown_file_is_refused_listing_what_is_understood(content, tmp_path):
    path = tmp_path / "unknown"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=r"not recognised\. Understood are: video") as refused:
        open_source(path)
    assert all(kind.title in str(refused.value) for kind in SOURCES)


def test_broken_json_and_a_missing_file_are_said_to_be_so(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"features": [', encoding="utf-8")
    with pytest.raises(SourceError, match=r"broken\.json: broken JSON"):
        open_source(path)
    with pytest.raises(SourceError, match="no such file"):
        open_source(tmp_path / "absent")


def test_a_column_that_the_mapping_needs_may_not_stand_twice(tmp_path):
    lines = (RECORDINGS / "complaints.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "twice.csv"
    path.write_text(
        "\n".join([lines[0] + ",状态,备注,备注", *(line + ",,x,y" for line in lines[1:])]), encoding="utf-8"
    )
    with pytest.raises(SourceError, match="the column 状态 occurs twice"):
        open_source(path, OpenOptions(mapping=RECORDINGS / "complaints.toml"))


def test_a_column_that_nobody_needs_may_stand_twice(tmp_path):
    lines = (RECORDINGS / "complaints.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "twice.csv"
    path.write_text(
        "\n".join([lines[0] + ",备注,备注", *(line + ",x,y" for line in lines[1:])]), encoding="utf-8"
    )
    source = open_source(path, OpenOptions(mapping=RECORDINGS / "complaints.toml"))
    assert len(list(source.records())) == 4


def test_an_operators_mapping_counts_for_a_list_of_requests_too(tmp_path):
    mapping = tmp_path / "mapping.toml"
    text = (RECORDINGS / "complaints.toml").read_text(encoding="utf-8").replace("bounds =", "# bounds =")
    mapping.write_text(
        text.replace('"待派遣" = "filed"', 'open = "filed"\nclosed = "closed"'), encoding="utf-8"
    )
    records = list(open_source(RECORDINGS / "requests.json", OpenOptions(mapping=mapping)).records())
    assert {record["external"][0]["system"] for record in records} == {"PUDONG12345"}
    assert [record["mirror"]["state"] for record in records] == ["filed", "closed"]
    with pytest.raises(SourceError, match="the mapping is of readings"):
        open_source(RECORDINGS / "requests.json", OpenOptions(mapping=RECORDINGS / "levels.toml"))


def test_the_encoding_of_an_operators_mapping_counts(tmp_path):
    mapping, table = tmp_path / "mapping.toml", tmp_path / "table.csv"
    text = (RECORDINGS / "complaints.toml").read_text(encoding="utf-8")
    mapping.write_text(text.replace("zone", 'encoding = "big5"\nzone', 1).translate(BIG5), encoding="utf-8")
    rows = (RECORDINGS / "complaints.csv").read_text(encoding="utf-8").translate(BIG5)
    table.write_bytes(rows.encode("big5", "replace"))
    records = list(open_source(table, OpenOptions(mapping=mapping)).records())
    assert records[0]["title"] == "道路積水 – 深"


def test_a_spreadsheet_is_refused_saying_what_to_do(tmp_path):
    path = tmp_path / "table.xlsx"
    path.write_bytes(b"PK\x03\x04\x14\0\x06\0 and more")
    with pytest.raises(SourceError, match="neither CSV nor Parquet"):
        open_source(path, OpenOptions(mapping=RECORDINGS / "complaints.toml"))
    with pytest.raises(SourceError, match="not recognised"):
        open_source(path)
