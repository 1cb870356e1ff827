import numpy as np

from city.views.case_points import CasePoints, columns_of
from tests.seen_factory import NOW, case


def rows(columns: object) -> set[tuple[float, ...]]:
    names = ("lon", "lat", "at", "until", "urgency")
    return set(zip(*(np.nan_to_num(getattr(columns, name), nan=-1.0) for name in names), strict=True))


def test_columns_follow_cases_that_come_change_and_go() -> None:
    kept, rng = CasePoints(), np.random.default_rng(7)
    held = {}
    for turn in range(600):
        mark = f"c{rng.integers(0, 150)}"
        if rng.random() < 0.4:
            kept.drop(mark)
            held.pop(mark, None)
        else:
            held[mark] = case(mark, place=(121.0 + turn / 1000, 31.0), urgency="critical", due_at=None)
            kept.put(held[mark])
    assert rows(kept.seen()) == rows(columns_of(tuple(held.values())))
    assert len(kept.seen().lon) == len(held)


def test_unchanged_columns_are_the_same_and_a_change_leaves_earlier_ones() -> None:
    kept = CasePoints()
    kept.put(case(at=NOW))
    first = kept.seen()
    assert kept.seen() is first
    kept.put(case(at=NOW + 5.0))
    assert first.at[0] == NOW
    assert kept.seen().at[0] == NOW + 5.0
