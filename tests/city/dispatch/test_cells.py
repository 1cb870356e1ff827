"""Cells of a table: reading them, and the errors for wrong ones."""

from collections.abc import Callable
from typing import Any

import pytest

from city.dispatch.tables.cells import Cells, Problem, WrongCell, current, read_rows, read_valid_rows

ROW = {
    "word": " yes ", "none": "", "list": "a| b ||c", "many": "12", "lon": "121.5", "code": "0123",
    "class": "event:0405", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
}  # fmt: skip


def test_cells_are_read_as_what_they_are() -> None:
    cells = Cells(2, ROW)
    assert cells.text("word") == "yes"
    assert cells.maybe("nowhere") == ""
    assert cells.yes("word")
    assert cells.one_of("none", ("a",), empty=True) == ""
    assert cells.several("list") == ("a", "b", "c")
    assert (cells.whole("many"), cells.whole("none", empty=7)) == (12, 7)
    assert cells.degrees("lon", 180) == 121.5
    assert (cells.digits("code", 4), cells.class_key("class")) == ("0123", "event:0405")
    assert cells.days() == ("2026-01-01", "2026-12-31")


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        ("a", "", lambda c: c.text("a")),
        ("a", "maybe", lambda c: c.yes("a")),
        ("a", "", lambda c: c.one_of("a", ("x",))),
        ("a", "0", lambda c: c.whole("a")),
        ("a", "１２", lambda c: c.whole("a")),
        ("a", "", lambda c: c.whole("a")),
        ("a", "east", lambda c: c.degrees("a", 180)),
        ("a", "nan", lambda c: c.degrees("a", 180)),
        ("a", "181", lambda c: c.degrees("a", 180)),
        ("a", "123", lambda c: c.digits("a", 4)),
        ("a", "thing:0405", lambda c: c.class_key("a")),
        ("a", "event:405", lambda c: c.class_key("a")),
        ("a", "1.2.2026", lambda c: c.day("a")),
        ("valid_from", "", lambda c: c.days()),
        ("valid_to", "2025-12-31", lambda c: c.days()),
    ],
)
def test_a_wrong_cell_is_named(column: str, value: str, read: Callable[[Cells], Any]) -> None:
    with pytest.raises(WrongCell) as raised:
        read(Cells(2, {**ROW, column: value}))
    assert raised.value.column == column


def test_strict_reading_stops_at_the_first_wrong_row_and_names_it() -> None:
    rows = [{"a": "1"}, {"a": "x"}]
    with pytest.raises(ValueError, match="row 3, a: expected a whole number above 0, got 'x'"):
        read_rows(rows, lambda cells: cells.whole("a"))


def test_sound_reading_keeps_the_good_rows_and_names_the_others() -> None:
    good, problems = read_valid_rows(
        [{"a": "1"}, {"a": "x"}, {"a": "3"}], lambda c: c.whole("a"), file="t.csv"
    )
    assert good == [(2, 1), (4, 3)]
    assert [str(problem) for problem in problems] == [
        "t.csv, row 3, a: expected a whole number above 0, got 'x'"
    ]
    assert str(Problem("t.csv", 0, "", "it is gone")) == "t.csv: it is gone"


@pytest.mark.parametrize(
    ("first", "last", "on", "counts"),
    [
        ("2026-01-01", "", "2026-01-01", True),
        ("2026-01-01", "", "2025-12-31", False),
        ("2026-01-01", "2026-06-30", "2026-06-30", True),
        ("2026-01-01", "2026-06-30", "2026-07-01", False),
    ],
)
def test_a_row_counts_from_its_first_day_to_its_last(first: str, last: str, on: str, counts: bool) -> None:
    assert current(first, last, on) is counts
