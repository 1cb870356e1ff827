"""What every source keeps: each item is taken, or left out with one remark."""

import pytest

from feeds.sources.contract import FieldError, Items, Remark, SourceError, shown


def test_an_item_that_cannot_be_read_is_counted_named_and_does_not_stop_the_next_one():
    items = Items()
    items.begin()
    with items.item("row 2"):
        raise FieldError("经度", "expected degrees", "'x'")
    with items.item("row 3"):
        pass
    with items.item("row 4"):
        {}["absent"]
    assert items.read == 3
    assert [str(remark) for remark in items.remarks] == [
        "row 2: 经度: expected degrees, got 'x'",
        "row 4: cannot be read: KeyError",
    ]
    assert all(remark.skipped for remark in items.remarks)


def test_what_is_wrong_with_the_whole_file_is_not_taken_for_one_item():
    items = Items()
    with pytest.raises(SourceError, match="categories"), items.item("row 2"):
        raise SourceError("categories: no such class")
    assert items.remarks == []


def test_a_change_is_told_of_an_item_that_is_taken_and_of_no_other():
    items = Items()
    with items.item("row 2"):
        items.changed(FieldError("办结时间", "is before the report"), "the time is left out")
    with items.item("row 3"):
        items.changed(FieldError("办结时间", "is before the report"), "the time is left out")
        raise FieldError("工单号", "is empty")
    told = "is before the report; the time is left out"
    assert items.remarks == [
        Remark("row 2", "办结时间", told, skipped=False),
        Remark("row 3", "工单号", "is empty"),
    ]


def test_one_key_stands_for_one_content():
    items = Items()
    items.once("row 2", "工单号", "P-1", ["a"])
    items.once("row 3", "工单号", "P-1", ["a"])
    with pytest.raises(FieldError, match=r"stands for something else in an earlier item, got P-1 \(row 2\)"):
        items.once("row 4", "工单号", "P-1", ["b"])
    items.begin()
    items.once("row 2", "工单号", "P-1", ["b"])


def test_a_quoted_value_is_short():
    assert shown("x" * 50) == "'" + "x" * 39 + "…'"
    assert len(shown(list(range(100)))) == 60
