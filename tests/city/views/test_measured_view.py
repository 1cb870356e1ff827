"""What views keep of readings and units equals what all rows give, and costs only the rows that changed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.clocks.city_clock import REAL_TIME, CityClock
from city.clocks.freshness import LOST_AFTER, UNIT_STALE_S, lost_mask, measured_as_of
from city.state.columns import Columns, Journal
from city.state.ledger_state import CityState
from city.views.measured_view import MeasuredView

NOW = 1_789_475_467.0
DRILL = CityClock(NOW - 86_400.0, NOW - 3600.0, 60.0)
NAN = float("nan")

TIMES = st.sampled_from([NAN, *(NOW + step for step in (-4000.0, -300.0, -299.5, -60.0, 0.0, 5.0, 700.0))])
STEPS = st.one_of(
    st.tuples(
        st.just("read"), st.integers(0, 9), TIMES, TIMES, st.sampled_from([NAN, 1.0, 60.0, 600.0, 0.1])
    ),
    st.tuples(st.just("moved"), st.integers(0, 9), TIMES, TIMES),
    st.tuples(st.just("later"), st.sampled_from([0.0, 0.1, 5.0, 119.9999999, 120.0, 300.0, 4000.0])),
    st.tuples(st.just("back"), st.just(200.0)),
    st.tuples(st.just("clock"), st.sampled_from([REAL_TIME, DRILL])),
)


def ages(table: Columns, clock: CityClock) -> np.ndarray:
    return measured_as_of(table.column("at"), table.column("received"), clock)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=60))
def test_kept_rows_equal_those_of_a_whole_build(steps: list[tuple]) -> None:
    state, view, now = CityState(), MeasuredView(), NOW
    readings, units = state.measured.readings, state.measured.units
    known, told = Journal(), 0
    before: dict[int, tuple[float, bool]] = {}
    for step in steps:
        match step:
            case "read", device, at, received, interval:
                row = readings.row(f"d{device}")
                readings.set(row, {"at": at, "received": received, "interval": interval})
            case "moved", unit, at, received:
                units.set(units.row(f"u{unit}"), {"at": at, "received": received})
            case "later", seconds:
                now += seconds
            case "back", seconds:
                now -= seconds
            case "clock", clock:
                state.ledger.clock = clock
        seen, moved = view.readings(state, now), view.units(state, now)
        as_of = ages(readings, state.ledger.clock)
        lost = lost_mask(as_of, readings.column("interval"), now)
        assert seen.ids == tuple(readings.ids)
        assert np.array_equal(seen.as_of, as_of, equal_nan=True)
        assert seen.lost.tolist() == lost.tolist()
        of_units = ages(units, state.ledger.clock)
        assert moved.ids == tuple(units.ids)
        assert np.array_equal(moved.as_of, of_units, equal_nan=True)
        assert moved.lost.tolist() == (~(now - of_units <= UNIT_STALE_S)).tolist()
        # Who reads only the rows of the journal sees every change.
        journal = seen.journal
        assert journal is not None
        if journal is not known:
            known, told, before = journal, 0, {}
        rows = journal.since(told)
        assert rows is not None
        told = journal.revision
        after = {row: (repr(as_of[row]), bool(lost[row])) for row in range(len(readings))}
        changed = {row for row, one in after.items() if before.get(row) != one}
        assert changed <= set(rows.tolist())
        before = after


def test_a_look_computes_the_rows_that_were_written_and_those_whose_time_has_come() -> None:
    state, view = CityState(), MeasuredView()
    readings = state.measured.readings
    for number in range(3000):
        late = 1000.0 if number < 20 else 0.0
        at = NOW - late
        readings.set(readings.row(f"d{number}"), {"at": at, "received": at, "interval": 600.0})
    view.readings(state, NOW)
    begun = view.readings_ages.read
    for number in range(7):
        readings.set(number + 50, {"at": NOW + 1, "received": NOW + 1})
    assert not view.readings(state, NOW + 1).lost.any()
    assert view.readings_ages.read - begun == 7
    seen = view.readings(state, NOW + LOST_AFTER * 600.0 - 999.0)
    assert np.flatnonzero(seen.lost).tolist() == list(range(20))
    assert view.readings_ages.read - begun == 27


def test_a_journal_tells_each_changed_row_once_and_says_when_it_forgot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("city.state.columns._REMEMBERED", 4)
    journal = Journal()
    for row in (3, 1, 3):
        journal.note(row)
    told = journal.since(0)
    assert told is not None
    assert told.tolist() == [1, 3]
    for row in range(20):
        journal.note(row)
    assert journal.revision == 23
    assert journal.since(3) is None
    newest = journal.since(21)
    assert newest is not None
    assert newest.tolist() == [18, 19]
