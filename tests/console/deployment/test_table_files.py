"""Which tables are in force."""

import gzip
import hashlib
from pathlib import Path

import pytest

import static
from city.dispatch.tables.sensor_tables import SENSOR_TABLES
from console.deployment.district import DistrictError, read_rows
from console.deployment.table_files import TABLES, linkage_files, linkage_marks, sensor_marks, table_marks


def test_every_table_that_is_shipped_has_its_mark_but_the_roster(tmp_path: Path) -> None:
    shipped = {path.name for path in static.path("tables").glob("*.csv")}
    others = {
        "roster.csv", "contacts.csv", "incident_kinds.csv", "street_places.csv", "water_lines.csv",
        "rain_lines.csv",
    }  # fmt: skip
    assert {*TABLES, *SENSOR_TABLES} == shipped - others
    marks = table_marks(tmp_path)
    text = static.path("tables/rules.csv").read_bytes()
    assert marks["rules"] == hashlib.sha256(text).hexdigest()
    assert len(set(marks.values())) == len(TABLES)


def test_an_own_table_changes_its_mark(tmp_path: Path) -> None:
    before = table_marks(tmp_path)
    (tmp_path / "sites.csv").write_text("id\n", encoding="utf-8")
    after = table_marks(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {"sites"}


def test_the_tables_of_linkage_have_marks_of_their_own(tmp_path: Path) -> None:
    before = linkage_marks(tmp_path, ["fire", "crowd"])
    text = static.path("tables/linkage/fire.csv").read_bytes()
    assert before["linkage/fire"] == hashlib.sha256(text).hexdigest()
    assert list(before) == [
        "street_places", "water_lines", "rain_lines", "incident_kinds", "linkage/fire", "linkage/crowd",
    ]  # fmt: skip
    assert linkage_files(tmp_path) == []
    (tmp_path / "linkage").mkdir()
    (tmp_path / "linkage" / "fire.csv").write_bytes(text + b"\n")
    after = linkage_marks(tmp_path, ["fire", "crowd"])
    assert {name for name in after if after[name] != before[name]} == {"linkage/fire"}
    assert linkage_files(tmp_path) == ["linkage/fire.csv"]


def test_a_table_may_be_compressed(tmp_path: Path) -> None:
    before = sensor_marks(tmp_path)
    text = static.path("tables/baselines.csv").read_bytes()
    (tmp_path / "baselines.csv.gz").write_bytes(gzip.compress(text))
    assert read_rows(tmp_path, "baselines.csv")[0] == read_rows(tmp_path / "none", "baselines.csv")[0]
    assert sensor_marks(tmp_path) != before
    (tmp_path / "baselines.csv.gz").write_bytes(gzip.compress(text)[:-40])
    with pytest.raises(DistrictError, match=r"baselines\.csv\.gz: expected a table as CSV: Compressed"):
        read_rows(tmp_path, "baselines.csv")
