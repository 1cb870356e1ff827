"""The registry recognises a file by what is in it."""

import shutil
from pathlib import Path

import pytest

from feeds.sources.contract import OpenOptions, SourceError
from feeds.sources.registry import SOURCES, open_source

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
