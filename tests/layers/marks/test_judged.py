"""Readings that are judged row by row have the ranks that a whole pass gives, and cost what changed."""

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from city.state.columns import Journal
from city.state.ledger_state import CityState
from city.views.measured_view import MeasuredView
from layers.contract import MapSetting
from layers.marks.judged import Judged
from layers.normal_limits import lines_of

NOW = 1_789_475_467.0
SETTING = MapSetting(
    (13_500_000.0, 3_600_000.0, 13_580_000.0, 3_700_000.0), lines=lines_of({"gauges": {"d3": {"blue": 4.5}}})
)
KINDS = st.sampled_from(["", "road_water_depth", "rain_gauge", "wind", "water_level", "other"])
STEPS = st.lists(
    st.tuples(
        st.integers(0, 12),
        KINDS,
        st.sampled_from([0.0, 3.0, 30.0, float("nan")]),
        st.sampled_from(["good", "bad"]),
        st.sampled_from([0.0, 1.0, 400.0]),
    ),
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(STEPS, st.lists(st.booleans(), min_size=40, max_size=40))
def test_kept_ranks_equal_those_of_a_whole_pass(steps: list[tuple], looks: list[bool]) -> None:
    state, view, kept, now = CityState(), MeasuredView(), Judged(SETTING), NOW
    table = state.measured.readings
    for (device, kind, value, quality, later), is_look in zip(steps, looks, strict=False):
        now += later
        row = table.row(f"d{device}")
        table.set(row, {
            "device": f"d{device}", "kind": kind, "value": value, "quality": quality, "unit": "cm",
            "at": now, "received": now, "interval": 60.0, "lon": 121.5, "lat": 31.0 + value / 100,
        })  # fmt: skip
        if not is_look:
            continue
        seen = view.readings(state, now)
        fresh = Judged(SETTING)
        whole = fresh.read(msgspec.structs.replace(seen, journal=None))
        for column, other in zip(kept.read(seen), whole, strict=True):
            assert np.array_equal(column, other, equal_nan=column.dtype.kind == "f")
        assert kept.told.tolist() == fresh.told.tolist()
        assert kept.counts(seen) == fresh.counts(seen)


def test_a_look_judges_the_rows_that_changed() -> None:
    state, view, kept = CityState(), MeasuredView(), Judged(SETTING)
    table = state.measured.readings
    for number in range(2000):
        table.set(table.row(f"d{number}"), {"device": f"d{number}", "at": NOW, "received": NOW})
    kept.read(view.readings(state, NOW))
    assert kept.read_rows == 2000
    for number in range(3):
        table.set(number * 100, {"value": 9.0, "at": NOW + 1, "received": NOW + 1})
    kept.read(view.readings(state, NOW + 1))
    assert kept.read_rows == 2003
    kept.read(view.readings(state, NOW + 2))
    assert kept.read_rows == 2003


def test_another_city_is_judged_anew() -> None:
    kept = Judged(SETTING)
    for count in (5, 2):
        state, view = CityState(), MeasuredView()
        for number in range(count):
            state.measured.readings.row(f"d{number}")
        rank, _, _ = kept.read(view.readings(state, NOW))
        assert len(rank) == count
        assert kept.counts(view.readings(state, NOW))["total"] == 1  # the devices of blank rows have no name
    assert isinstance(view.readings(state, NOW).journal, Journal)
