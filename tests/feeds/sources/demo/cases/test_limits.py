"""The invented source systems' office calendar; the vectors without a holiday are those of the domain."""

import pytest

from city.clocks.timestamps import parse
from feeds.sources.demo.cases.limits import due


@pytest.mark.parametrize(
    ("start", "value", "unit", "end"),
    [
        ("2025-09-26T17:10", 2, "urgent_hour", "2025-09-26T19:10"),
        ("2025-09-23T16:00", 4, "office_hour", "2025-09-24T11:30"),
        ("2025-09-22T11:30", 2, "office_hour", "2025-09-22T14:30"),
        ("2025-09-22T09:00", 3, "office_hour", "2025-09-22T12:00"),
        ("2025-09-27T03:00", 1, "office_day", "2025-09-30T09:00"),
        ("2025-09-25T10:20", 1, "office_day", "2025-09-26T10:20"),
        ("2025-09-26T10:20", 1, "office_day", "2025-09-29T10:20"),
        ("2025-09-26T10:20", 2, "calendar_day", "2025-09-28T10:20"),
    ],
)
def test_a_limit_runs_out_by_its_unit(start: str, value: int, unit: str, end: str) -> None:
    assert due(parse(f"{start}+08:00"), value, unit) == parse(f"{end}+08:00")


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        due(0.0, 1, "fortnight")
