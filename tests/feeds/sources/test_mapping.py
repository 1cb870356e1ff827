"""Mapping files."""

from pathlib import Path

import pytest

from feeds.sources.contract import SourceError
from feeds.sources.mapping import absent, fits, load, named, shipped

RECORDINGS = Path(__file__).parents[2] / "recordings" / "sources"


def test_every_shipped_mapping_can_be_read():
    assert len(shipped()) == 3


def test_a_mapping_fits_a_table_that_has_all_the_columns_it_is_known_by():
    mapping = load(RECORDINGS / "complaints.toml")
    assert fits(mapping, ["问题类型", "上报时间", "工单号", "另一列"])
    assert not fits(mapping, ["问题类型", "上报时间"])


def test_a_pattern_means_every_column_that_it_matches_whole():
    header = ["USGS:1:00065:00000", "USGS:1:00065:00000_qualifiers"]
    assert named(r"re:USGS:\d+:00065:\d{5}", header) == ["USGS:1:00065:00000"]
    assert named("USGS:1:00065:00000", header) == ["USGS:1:00065:00000"]


@pytest.mark.parametrize(
    ("found", "instead", "complaint"),
    [
        ('zone = "Asia/Shanghai"', 'zone = "Asia/Pudong"', "zone: 'Asia/Pudong' is no time zone"),
        ('channel = "hotline_12345"', "", "missing required field `channel`"),
        ('no = "工单号"', 'number = "工单号"', "unknown field `number`"),
        ('kind = "cases"', 'kind = "trees"', "Invalid value 'trees'"),
    ],
)
def test_a_wrong_mapping_is_refused_naming_the_key(found, instead, complaint, tmp_path):
    text = (RECORDINGS / "complaints.toml").read_text(encoding="utf-8")
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(found, instead), encoding="utf-8")
    with pytest.raises(SourceError, match=complaint):
        load(path)


@pytest.mark.parametrize(
    ("name", "found", "instead", "complaint"),
    [
        ("complaints", "zone =", 'encoding = "gb2313"\nzone =', "encoding: 'gb2313' is no encoding of text"),
        ("complaints", "zone =", 'encoding = "base64"\nzone =', "encoding: 'base64' is no encoding of text"),
        ("complaints", "zone =", 'unknown = "closed"\nzone =', "Invalid enum value 'closed'"),
        (
            "complaints",
            '= "closed"',
            '= "done"',
            "statuses: '已办结' is 'done', expected one of closed, dispatched",
        ),
        ("levels", 'column = "rain mm"', 'column = "re:("', "'re:\\(' is no regular expression"),
        ("levels", 'metric = "rain"', 'metric = "rain"\ndevice = "{site}"', "device '{site}' names no group"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_before_a_row_is_read(
    name, found, instead, complaint, tmp_path
):
    text = (RECORDINGS / f"{name}.toml").read_text(encoding="utf-8")
    assert found in text
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(found, instead), encoding="utf-8")
    with pytest.raises(SourceError, match=complaint):
        load(path)


def test_a_column_that_is_absent_is_told_with_the_nearest_name():
    assert absent(["no", "status", "re:a.*", "re:z.*", ""], ["No.", "state", "abc", ""]) == [
        "no (the nearest is No.)", "status (the nearest is state)", "re:z.*",
    ]  # fmt: skip
