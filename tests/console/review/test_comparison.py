"""The comparison before and after a day: one count serves the map and the table."""

from datetime import date
from typing import Any

import pytest

from console.review import comparison
from console.review.comparison import Comparison
from layers.review.selection import Selection

DAY = date(2026, 11, 1)


def test_the_same_days_are_counted_once_and_others_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[Any] = []

    def changes(rows: Any, at: float, span: float) -> list[Any]:
        counted.append((rows, at, span))
        return [("310115004", len(counted), 0)]

    monkeypatch.setattr(comparison, "changes", changes)
    asked: Any = Comparison(
        lambda selection: selection, lambda key, **_: key, atlas=None, streets={}, end=0.0, offset_s=28_800
    )  # type: ignore[arg-type]
    first = asked.found(Selection(), DAY, 4)
    assert asked.found(Selection(begin=1.0, end=2.0), DAY, 4) is first, "its time is none of ours"
    assert len(counted) == 1
    assert asked.found(Selection(), DAY, 8) != first
    assert asked.found(Selection(), date(2026, 11, 2), 8) != first
    assert len(counted) == 3
