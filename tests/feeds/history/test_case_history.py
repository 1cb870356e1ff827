"""The case history: rows of cases, files by month, and an invented one of any size."""

from pathlib import Path

import pyarrow as pa
import pytest

from city.clocks.timestamps import parse
from feeds.history.case_columns import SCHEMA, table_of
from feeds.history.month_files import add_rows, paths, read_frame, write_months
from feeds.sources.demo.district import DemoDistrict
from layers.projection import to_degrees
from tests.city.commands.world import INTAKE, TANG, World

UNTIL = parse("2026-11-20T00:00:00+08:00")


@pytest.fixture(scope="module")
def district() -> DemoDistrict:
    return DemoDistrict.shipped()


def test_a_case_becomes_a_row_without_a_person_or_a_text() -> None:
    w = World()
    shop = {"kind": "event", "code": "0405"}
    key = w.report("hotline/1", category=shop, street=TANG, lon=121.687, lat=31.2273, title="店外经营 王小明")
    w.done("file", key, INTAKE)
    [row] = table_of([w.case(key)]).to_pylist()
    assert (row["category"], row["agency"], row["street"], row["source"]) == (
        "event:0405",
        TANG,
        TANG,
        "hotline",
    )
    assert (row["closed_at"], row["in_time"]) == (None, -1)
    lon, lat = to_degrees(row["x"], row["y"])
    assert (lon, lat) == (pytest.approx(121.687, abs=2e-5), pytest.approx(31.2273, abs=2e-5))
    assert "王小明" not in str(row)


def test_no_case_gives_an_empty_history(tmp_path: Path) -> None:
    assert write_months(table_of([]), tmp_path) == 0
    assert list(read_frame(tmp_path).columns) == SCHEMA.names


def test_months_are_written_anew_and_read_as_they_were(tmp_path: Path, district: DemoDistrict) -> None:
    tables = [table for _, table in district.history(cases=3000, days=70, until=UNTIL)]
    whole = pa.concat_tables(tables)
    (tmp_path / "month=1999-01").mkdir()
    assert write_months(whole, tmp_path) == len(paths(tmp_path)) == len(list(tmp_path.iterdir()))
    read = read_frame(tmp_path)
    assert len(read) == 3000
    assert read["at"].is_monotonic_increasing
    assert read["category"].value_counts().to_dict() == whole["category"].to_pandas().value_counts().to_dict()


def test_an_invented_history_has_its_number_of_cases_its_days_and_is_always_the_same(
    tmp_path: Path, district: DemoDistrict
) -> None:
    def invent() -> pa.Table:
        return pa.concat_tables([table for _, table in district.history(cases=2000, days=30, until=UNTIL)])

    one, other = invent(), invent()
    assert one.equals(other)
    at = one["at"].to_pandas().astype("int64")
    assert len(one) == 2000
    assert UNTIL - 32 * 86_400 < at.min() < at.max() < UNTIL + 86_400
    ended = one["closed_at"].to_pandas().dropna().astype("int64")
    assert (ended <= UNTIL).all()
    add_rows(one, tmp_path, "2026-10", "a")
    assert len(read_frame(tmp_path)) == 2000


def test_a_history_of_no_case_cannot_be_invented(district: DemoDistrict) -> None:
    with pytest.raises(ValueError, match="expected 1 or more, got 0, 30"):
        next(district.history(cases=0, days=30, until=UNTIL))
