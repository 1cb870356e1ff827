"""Exports of a review: readable files, for who made them and nobody else."""

import json
import struct
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from console.review.exports import Exports, write_csv, write_geoparquet
from layers.projection import to_mercator
from tests.layers.review.test_review_counts import history


@pytest.fixture
def placed() -> pd.DataFrame:
    frame = history(3)
    x, y = to_mercator([121.5, 121.6, 121.7], [31.2, 31.3, 31.1])
    frame["x"], frame["y"] = x.astype("float32"), y.astype("float32")
    frame.loc[2, ["x", "y"]] = float("nan")
    return frame


def test_geoparquet_holds_points_in_degrees_and_null_without_a_position(
    placed: pd.DataFrame, tmp_path: Path
) -> None:
    write_geoparquet(placed, tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    told = json.loads(table.schema.metadata[b"geo"])
    assert told["columns"][told["primary_column"]]["encoding"] == "WKB"
    first, _, third = table["geometry"].to_pylist()
    order, kind, lon, lat = struct.unpack("<BIdd", first)
    assert (order, kind) == (1, 1)
    assert (lon, lat) == (pytest.approx(121.5, abs=2e-5), pytest.approx(31.2, abs=2e-5))
    assert third is None


def test_csv_has_the_columns_and_degrees(placed: pd.DataFrame, tmp_path: Path) -> None:
    write_csv(placed, tmp_path / "a.csv")
    read = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig")
    assert {"at", "category", "lon", "lat"} <= set(read.columns)
    assert read["lat"].tolist()[:2] == [pytest.approx(31.2, abs=2e-5), pytest.approx(31.3, abs=2e-5)]


def test_a_file_is_for_the_account_that_made_it(placed: pd.DataFrame, tmp_path: Path) -> None:
    exports = Exports(tmp_path / "out")
    name = exports.write(placed, "csv", "lead1")
    found = exports.path(name, "lead1")
    assert found is not None
    assert found.exists()
    assert exports.path(name, "lead2") is None
    assert exports.path("../accounts.sqlite", "lead1") is None
