"""Selecting and counting a case history: the same numbers as by hand, in one frame or in parts."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.review.counts import changes, in_time_share, time_histogram
from layers.review.selection import Selection, chosen, seconds

DAY = 86_400
BEGIN = 1_760_000_000


def history(cases: int = 500, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "at": pd.to_datetime(BEGIN + rng.integers(0, 90 * DAY, cases), unit="s", utc=True),
            "x": rng.normal(0, 5000, cases).astype("float32"),
            "y": rng.normal(0, 5000, cases).astype("float32"),
            "category": pd.Categorical(rng.choice(["event:0110", "event:0405"], cases)),
            "agency": pd.Categorical(rng.choice(["lh", "cg"], cases)),
            "street": pd.Categorical(rng.choice(["a", "b", "c"], cases)),
            "source": pd.Categorical(rng.choice(["hotline", "grid"], cases)),
            "in_time": rng.choice(np.array([-1, 0, 1], dtype="int8"), cases),
        }
    )


ROWS = [
    (index, row.category, row.agency, row.at.timestamp()) for index, row in enumerate(history().itertuples())
]


@given(
    st.sampled_from([(), ("event:0110",), ("event:0110", "event:0405"), ("event:9999",)]),
    st.sampled_from([(), ("lh",)]), st.sampled_from([None, BEGIN + 10 * DAY]),
    st.sampled_from([None, BEGIN + 40 * DAY]),
)  # fmt: skip
def test_a_selection_takes_the_rows_that_a_reader_would(
    category: tuple[str, ...], agency: tuple[str, ...], begin: float | None, end: float | None
) -> None:
    found = chosen(history(), Selection(category=category, agency=agency, begin=begin, end=end))
    expected = [
        index
        for index, own_category, own_agency, at in ROWS
        if (not category or own_category in category) and (not agency or own_agency in agency)
        if (begin is None or at >= begin) and (end is None or at < end)
    ]
    assert found.index.tolist() == expected


def test_the_histogram_counts_every_case_of_the_view_once() -> None:
    frame = history()
    edges, cases = time_histogram(frame, BEGIN, BEGIN + 90 * DAY, None, offset_s=28_800)
    assert cases.sum() == len(frame)
    assert ((edges + 28_800) % (DAY // 4) == 0).all()
    _, some = time_histogram(frame, BEGIN, BEGIN + 90 * DAY, (0.0, -1e6, 1e6, 1e6))
    assert some.sum() == (frame["x"] >= 0).sum()


def test_the_comparison_counts_equal_times_before_and_after_a_day() -> None:
    frame = history()
    day = BEGIN + 45 * DAY
    told = changes(frame, day, 7 * DAY)
    at, streets = seconds(frame), frame["street"].astype(str).to_numpy()
    before = Counter(streets[(at >= day - 7 * DAY) & (at < day)].tolist())
    after = Counter(streets[(at >= day) & (at < day + 7 * DAY)].tolist())
    assert {street: (b, a) for street, b, a in told} == {s: (before[s], after[s]) for s in {*before, *after}}


@pytest.mark.parametrize("parts", [1, 4])
def test_a_dask_frame_gives_the_same_numbers(parts: int) -> None:
    dd = pytest.importorskip("dask.dataframe", reason="the optional library of a cluster is absent")
    frame = history()
    spread = dd.from_pandas(frame, npartitions=parts)
    span = (BEGIN, BEGIN + 90 * DAY, (-4000.0, -4000.0, 4000.0, 4000.0))
    assert time_histogram(spread, *span)[1].tolist() == time_histogram(frame, *span)[1].tolist()
    assert changes(spread, BEGIN + 45 * DAY, 14 * DAY) == changes(frame, BEGIN + 45 * DAY, 14 * DAY)
    assert in_time_share(spread) == in_time_share(frame)
