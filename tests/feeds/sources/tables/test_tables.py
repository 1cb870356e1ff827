"""Tables: every row is read or named, in whatever encoding."""

import datetime as dt
import gzip
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from feeds.sources.contract import SourceError
from feeds.sources.tables.tables import Table


@pytest.fixture
def table(tmp_path):
    """Return a table of this content."""

    def written(content, encoding=""):
        path = tmp_path / "table"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Table(path, encoding)

    return written


def told(table):
    """Return the rows as (number, values) or (number, what is wrong)."""
    return [(row.number, str(row.fault) if row.fault else list(row.cells.values())) for row in table.rows()]


QUOTE = "a quote is opened and not closed in this row"


def test_a_quote_that_is_never_closed_costs_its_row_alone(table):
    found = told(table('no,words\n1,"open\n2,good\n3,"well, quoted"\n4,good\n'))
    assert found == [(2, QUOTE), (3, ["2", "good"]), (4, ["3", "well, quoted"]), (5, ["4", "good"])]


def test_a_quote_that_the_next_quoted_row_closes_costs_its_row_alone(table):
    found = told(table('no,words,more\n1,"open,x\n2,good,x\n3,"a","b"\n4,good,x\n'))
    assert found == [(2, QUOTE), (3, ["2", "good", "x"]), (4, ["3", "a", "b"]), (5, ["4", "good", "x"])]


def test_a_cell_may_run_over_lines_and_rows_are_counted_as_a_spreadsheet_does(table):
    found = told(table('no,words\n1,"two\nlines"\n\n,\n2,"say ""so"""\n'))
    assert found == [(2, ["1", "two\nlines"]), (5, ["2", 'say "so"'])]


def test_a_cell_longer_than_any_costs_its_row_alone(table):
    found = told(table('no,words\n1,"' + "x" * 140_000 + "\n2,good\n"))
    reason = "cannot be split into cells: field larger than field limit (131072)"
    assert found == [(2, reason), (3, ["2", "good"])]


def test_a_row_with_too_few_or_too_many_cells_is_named(table):
    found = told(table("no,words\n1\n2,good\n3,a,b\n4,good,,\n"))
    reason = "has more or fewer cells than the header"
    assert found == [
        (2, f"{reason}, got 1 for 2"),
        (3, ["2", "good"]),
        (4, f"{reason}, got 3 for 2"),
        (5, ["4", "good"]),
    ]


def test_a_header_that_ends_with_delimiters_names_no_more_columns(table):
    assert table("no,words,,\n1,good,,\n").header == ("no", "words")


def test_a_column_that_stands_twice_is_known(table):
    assert table("no,words,no,,\n").doubled == {"no"}


ROWS = "no,words\n" + "1,plain\n" * 200_000 + "2,处置中\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"),
     ("utf-16", "utf-16")],
)  # fmt: skip
def test_an_encoding_is_found_over_the_whole_file(encoding, found, table):
    assert len(ROWS) > 1 << 20
    content = table(ROWS.encode(encoding))
    *_, last = content.rows()
    assert (content.encoding, last.cells) == (found, {"no": "2", "words": "处置中"})


def test_an_encoding_that_is_named_counts(table):
    content = table("no,words\n1,Straße\n".encode("cp1252"), "cp1252")
    assert told(content) == [(2, ["1", "Straße"])]


def test_a_few_broken_bytes_cost_their_rows_alone(table):
    content = "no,words\n1,处置中\n2,办结".encode() + b"\xff\n" + "3,派\n".encode()
    assert told(table(content)) == [
        (2, ["1", "处置中"]),
        (3, "words: holds bytes that are not utf-8-sig"),
        (4, ["3", "派"]),
    ]


def test_a_header_of_broken_bytes_is_refused_naming_the_encoding(table):
    with pytest.raises(SourceError, match="row 1: holds bytes that are not utf-8-sig; name the encoding"):
        _ = table(b"no,\xff\xff\n1,a\n").header


def test_a_packed_file_that_ends_too_early_is_refused(table):
    packed = gzip.compress(ROWS.encode())
    with pytest.raises(SourceError, match="cannot be read as a table"):
        _ = table(packed[: len(packed) // 2]).header


def test_what_parquet_calls_missing_is_none_and_the_rest_is_pythons_own(tmp_path):
    path = tmp_path / "table.parquet"
    moment = pd.Timestamp("2026-11-20T08:00:00Z")
    pd.DataFrame(
        {
            "at": pd.Series([moment, pd.NaT]),
            "no": pd.Series([7, None], dtype="Int64"),
            "count": [2.0, np.nan],
            "narrow": np.array([1.5, np.nan], dtype="float32"),
            "words": pd.Series(["a", pd.NA], dtype="string"),
            "day": [dt.date(2026, 11, 20), None],
            "money": [Decimal("1.50"), None],
            "bytes": [b"\xe6\xb4\xbe", None],
            "list": [[1, 2], None],
        }
    ).to_parquet(path)
    first, second = Table(path).rows()
    assert set(second.cells.values()) == {None}
    cells = dict(first.cells)
    assert list(cells.pop("list")) == [1, 2]
    assert list(cells.values()) == [
        moment, 7, 2.0, 1.5, "a", dt.date(2026, 11, 20), Decimal("1.50"), "派",
    ]  # fmt: skip
