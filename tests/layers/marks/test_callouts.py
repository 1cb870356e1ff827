from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.contract import Extent, MapSetting
from layers.marks.callouts import BOX, BOX_EN, Callouts
from layers.projection import to_mercator
from tests.seen_factory import NOW, case, seen

X0, Y0 = (float(v) for v in to_mercator(121.35, 30.8))
X1, Y1 = (float(v) for v in to_mercator(122.05, 31.45))
SETTING = MapSetting((X0, Y0, X1, Y1), (756.0, 986.0))
places = st.tuples(st.floats(121.36, 122.04), st.floats(30.81, 31.44))


def px(x: Any, y: Any) -> tuple[Any, Any]:
    return (x - X0) / SETTING.metres_per_px, (Y1 - y) / SETTING.metres_per_px


def boxes(columns: dict[str, Any], english: bool = True) -> list[tuple[float, float, float, float]]:
    """The boxes in CSS px; room is kept for the English ones."""
    left, top = px(columns["x"], columns["y"])
    left, top = left + columns["dx_en" if english else "dx"], top + columns["dy_en" if english else "dy"]
    wide, high = BOX_EN if english else BOX
    return [(a, b, a + wide, b + high) for a, b in zip(left, top, strict=True)]


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@settings(max_examples=60, deadline=None)
@given(st.lists(places, max_size=8), st.lists(places, max_size=8))
def test_call_outs_hide_neither_each_other_nor_a_mark_and_stay_on_the_map(critical: Any, urgent: Any) -> None:
    cases = [case(f"p{n}", urgency="critical", place=p) for n, p in enumerate(critical)]
    cases += [case(f"u{n}", urgency="urgent", place=p) for n, p in enumerate(urgent)]
    found = boxes(Callouts(SETTING).frame(seen(cases=tuple(cases)), NOW).columns)
    assert len(found) <= 3
    assert not any(overlap(*pair) for pair in combinations(found, 2))
    marks = [px(*to_mercator(c.lon, c.lat)) for c in cases]
    dots = [(float(x) - 5, float(y) - 5, float(x) + 5, float(y) + 5) for x, y in marks]
    assert not any(overlap(box, dot) for box in found for dot in dots)
    assert all(b[0] >= 0 and b[1] >= 0 and b[2] <= 756 and b[3] <= 986 for b in found)


@given(st.lists(places, max_size=6))
def test_the_chinese_box_lies_within_the_english_one(critical: Any) -> None:
    cases = tuple(case(f"p{n}", urgency="critical", place=p) for n, p in enumerate(critical))
    columns: dict[str, Any] = dict(Callouts(SETTING).frame(seen(cases=cases), NOW).columns)
    for chinese, english in zip(boxes(columns, english=False), boxes(columns), strict=True):
        assert english[0] - 0.01 <= chinese[0]
        assert chinese[2] <= english[2] + 0.01
        assert english[1] - 0.01 <= chinese[1]
        assert chinese[3] <= english[3] + 0.01


def test_only_critical_cases_are_called_out_and_at_most_three() -> None:
    cases = [case(f"p{n}", urgency="critical", place=(121.5, 31.0 + n * 0.1)) for n in range(4)]
    frame = Callouts(SETTING).frame(seen(cases=(*cases, case("u", urgency="urgent"))), NOW)
    assert len(frame.columns["x"]) == 3
    assert frame.meta["more"] == 1


def test_hazards_come_first_then_what_is_due_first() -> None:
    given_ = {"urgency": "critical", "place": (121.6, 31.1)}
    cases = (
        case("late", due_at=NOW + 9.0, **{**given_, "place": (121.6, 31.3)}),
        case("soon", due_at=NOW + 5.0, **given_),
        case("hazard", due_at=None, hazard=True, **{**given_, "place": (121.8, 30.9)}),
    )
    assert Callouts(SETTING).frame(seen(cases=cases), NOW).columns["key"] == ["hazard", "soon", "late"]


def test_without_a_limit_due_at_is_not_a_number() -> None:
    state = seen(cases=(case(urgency="critical", due_at=None),))
    assert np.isnan(Callouts(SETTING).frame(state, NOW).columns["due_at"]).tolist() == [True]


def test_no_words_are_made_here_but_codes_and_moments() -> None:
    state = seen(cases=(case(urgency="critical", state="ruling", returned_by=("a", "b")),))
    columns = Callouts(SETTING).frame(state, NOW).columns
    assert columns["state"] == ["ruling"]
    assert columns["class"] == ["event.0506"]
    assert list(columns["returned"]) == [2]


@pytest.mark.parametrize("inset", [(X0, Y0, X0 + 30_000.0, Y1)])
def test_a_call_out_never_stands_where_the_inset_covers_the_map(inset: Extent) -> None:
    setting = MapSetting((X0, Y0, X1, Y1), (756.0, 986.0), covered=(inset,))
    place = (121.75, 31.1)
    (box,) = boxes(Callouts(setting).frame(seen(cases=(case(urgency="critical", place=place),)), NOW).columns)
    assert box[0] >= 30_000.0 / setting.metres_per_px
