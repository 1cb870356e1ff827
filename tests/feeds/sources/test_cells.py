"""Cells: text, numbers and moments, and what only looks like them."""

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.sources.cells import Cells, iso_moment, plain_text, real_number
from feeds.sources.contract import FieldError

CELLS = Cells(blank=["N/A"], times=["%Y/%m/%d %H:%M:%S"], zone=ZoneInfo("Asia/Shanghai"))
MOMENT = 1795132800.0  # 2026-11-20T00:00:00Z


def test_text_has_single_spaces_and_a_whole_number_no_fraction():
    assert [plain_text(value) for value in (None, " a\n b ", 7, 7.0, 7.5, 2.02611e15)] == [
        "", "a b", "7", "7", "7.5", "2026110000000000",
    ]  # fmt: skip
    assert CELLS.text({"a": "N/A"}, "a") == CELLS.text({}, "a") == CELLS.text({"": "x"}, "") == ""


@pytest.mark.parametrize(
    "value",
    [
        "2026/11/20 08:00:00", "2026-11-20T00:00:00Z", "2026-11-20 08:00:00", " 2026/11/20  08:00:00 ",
        dt.datetime.fromisoformat("2026-11-20T08:00:00"), dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
    ],
)  # fmt: skip
def test_a_moment_is_read_in_the_tables_zone_unless_it_has_its_own(value):
    assert CELLS.moment({"at": value}, "at") == MOMENT


def test_a_moment_may_stand_in_several_columns():
    row = {"day": "2026-11-20", "hour": "08:00"}
    assert CELLS.moment(row, "day", "hour") == MOMENT
    assert CELLS.moment({"day": dt.date(2026, 11, 20)}, "day") == MOMENT - 8 * 3600.0
    assert CELLS.moment({"day": "N/A"}, "day", "hour") is None


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01", "0001-01-01T00:00:00+14:00", "1753/01/01 00:00:00", "1899-12-30", "1900/01/01 00:00:00",
        "1970-01-01 08:00:00", "1970-01-01", "9999-12-31T23:59:59-12:00", "9999-12-31",
        dt.date(1, 1, 1),
        dt.datetime.fromisoformat("1900-01-01"), dt.datetime.fromisoformat("9999-12-31T23:00"),
    ],
)  # fmt: skip
def test_the_empty_dates_of_other_systems_are_no_moments(value):
    with pytest.raises(FieldError, match="closed: stands for no date, got"):
        CELLS.moment({"closed": value}, "closed")


@pytest.mark.parametrize("value", ["2026/11/20 24:00:00", "20 November", "46346.33", "-"])
def test_what_is_no_moment_is_refused_naming_the_formats(value):
    with pytest.raises(FieldError, match="expected a time as %Y/%m/%d %H:%M:%S or ISO 8601, got"):
        CELLS.moment({"at": value}, "at")


@given(
    st.one_of(
        st.datetimes(timezones=st.none() | st.timezones()), st.dates(), st.text(), st.floats(), st.binary()
    )
)
def test_any_value_is_a_moment_or_a_field_error(value):
    with contextlib.suppress(FieldError):
        assert isinstance(CELLS.moment({"at": value}, "at"), float | None)


@given(st.text())
def test_any_text_is_an_iso_moment_or_a_field_error(words):
    with contextlib.suppress(FieldError):
        assert isinstance(iso_moment(words, "at"), float)


@pytest.mark.parametrize(
    "value", ["-999", "-999.0", "-9999.99", "9999", "99999.9", "-32768", "1e16", -9999.0, 9999]
)
def test_nines_stand_for_no_data(value):
    with pytest.raises(FieldError, match="level: stands for no data"):
        real_number(value, "level")


@pytest.mark.parametrize("value", ["-99", "999", "999.9", "-998.9", "9998", "0", "-1e3", 99.99])
def test_other_numbers_are_values(value):
    assert real_number(value, "level") == float(value)


@pytest.mark.parametrize("value", ["NaN", "inf", "-inf", "1_0", "wet", "1e400", True, None, [], 10**400])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(FieldError, match="level: expected a number"):
        real_number(value, "level")
