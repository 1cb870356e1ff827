from typing import Any

from city.clocks.city_clock import REAL_TIME
from city.clocks.timestamps import iso
from city.facts.fact import Fact
from city.folding.fold import apply
from city.state.ledger_state import LedgerState
from tests.city.views.test_desk_view import case


def test_what_changed_since_a_position_comes_in_the_order_of_its_change() -> None:
    state = LedgerState()
    for position, number in enumerate((1, 2, 3), start=1):
        state.put_case(case(number), position)
    state.put_case(state.cases["hotline/1"], 4)
    assert [one.key for one in state.changed_since(0)] == ["hotline/2", "hotline/3", "hotline/1"]
    assert [(one.key, one.changed) for one in state.changed_since(3)] == [("hotline/1", 4)]
    assert state.changed_since(4) == []


def clock_set(position: int, city: float, machine: float, rate: Any = 1.0) -> Fact:
    data = {"city0": iso(city), "machine0": iso(machine), "rate": rate}
    return Fact(position, machine, "CityClockSet", 1, "city:clock", "engine", data)


def test_a_fact_goes_by_the_clock_that_counted_at_its_position() -> None:
    state = LedgerState()
    assert state.clock_of(7) is REAL_TIME
    apply(state, clock_set(3, 1_000.0, 500_000.0))
    apply(state, clock_set(5, 2_000.0, 500_000.0, 60.0))
    moments = [state.clock_of(position).at(500_001.0) for position in (1, 2, 3, 4, 5, 99)]
    assert moments == [500_001.0, 500_001.0, 1_001.0, 1_001.0, 2_060.0, 2_060.0]
    assert state.clock is state.clock_of(99)


def test_a_clock_that_cannot_be_read_counts_nowhere() -> None:
    state = LedgerState()
    apply(state, clock_set(3, 1_000.0, 500_000.0, "fast"))
    assert (state.clocks, state.clock_of(4)) == ([], REAL_TIME)
