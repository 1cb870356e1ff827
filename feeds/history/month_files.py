"""The files of the case history: ``<folder>/month=<YYYY-MM>/<name>.parquet``, by UTC month of report."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from feeds.history.case_columns import CODES, SCHEMA
from feeds.storage.files import sync_folder

__all__ = ["FILES", "add_rows", "paths", "read_frame", "write_months"]

FILES = "month=*/*.parquet"


def write_months(table: pa.Table, folder: Path) -> int:
    """Write all rows of a history anew and return the number of months; other months are removed.

    A month's file is complete and on the disk before it gets its name.
    """
    names = pc.strftime(table["at"], format="%Y-%m").to_pylist() if len(table) else []
    months = sorted(set(names))
    marks = pa.array(names, pa.string())
    for month in months:
        add_rows(table.filter(pc.equal(marks, month)), folder, month, "cases")
    for old in folder.glob("month=*"):
        if old.name.removeprefix("month=") not in months:
            shutil.rmtree(old)
    return len(months)


def add_rows(table: pa.Table, folder: Path, month: str, name: str) -> None:
    """Write one file of a month (``YYYY-MM``); it replaces the one of the same name."""
    path = folder / f"month={month}" / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    pq.write_table(table, partial, compression="zstd", use_dictionary=list(CODES))
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.rename(path)
    sync_folder(path.parent)


def paths(folder: Path) -> list[Path]:
    """Return the history's files in order of time."""
    return sorted(folder.glob(FILES))


def read_frame(folder: Path, columns: Iterable[str] = SCHEMA.names) -> pd.DataFrame:
    """Return the whole history as one frame: codes are categoricals, times UTC seconds, oldest file first.

    A folder without files gives an empty frame with the same columns. Raises OSError or ValueError for a
    file that cannot be read.
    """
    names = list(columns)
    schema = pa.schema([SCHEMA.field(name) for name in names])
    tables = [pq.read_table(path, columns=names, partitioning=None).cast(schema) for path in paths(folder)]
    whole = pa.concat_tables(tables).unify_dictionaries() if tables else schema.empty_table()
    frame: pd.DataFrame = whole.combine_chunks().to_pandas()
    return frame
