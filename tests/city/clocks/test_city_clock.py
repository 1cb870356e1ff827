from hypothesis import given
from hypothesis import strategies as st

from city.clocks.city_clock import REAL_TIME, CityClock
from city.clocks.timestamps import iso, parse
from city.facts.fact import body_of, read_fact
from city.folding.fold import apply
from city.state.ledger_state import LedgerState

MACHINE = st.integers(0, 4_000_000_000).map(float)
RATES = st.sampled_from([0.0, 0.5, 1.0, 4.0, 60.0, 3600.0])


@given(MACHINE)
def test_city_time_is_machine_time_until_a_fact_says_otherwise(machine: float) -> None:
    assert REAL_TIME.at(machine) == machine
    assert REAL_TIME.is_real


@given(MACHINE, MACHINE, RATES, st.integers(0, 10**6))
def test_city_time_runs_at_its_rate_from_where_it_was_set(
    city0: float, machine0: float, rate: float, passed: int
) -> None:
    clock = CityClock(city0, machine0, rate)
    assert clock.at(machine0) == city0
    assert clock.at(machine0 + passed) - city0 == passed * rate


@given(MACHINE, RATES, RATES, st.integers(0, 10**6))
def test_a_change_of_rate_makes_no_jump(machine: float, before: float, after: float, passed: int) -> None:
    old = CityClock(machine, machine, before)
    now = machine + passed
    new = CityClock(old.at(now), now, after)
    assert new.at(now) == old.at(now)


def test_only_rate_one_at_the_machines_own_time_is_real() -> None:
    assert CityClock(100.0, 100.0).is_real
    assert CityClock(100.5, 100.0).is_real
    assert not CityClock(100.0, 100.0, 4.0).is_real
    assert not CityClock(90_000.0, 100.0).is_real


@given(MACHINE, MACHINE, RATES)
def test_the_clock_is_what_the_last_fact_said(city0: float, machine0: float, rate: float) -> None:
    data = {"city0": iso(city0), "machine0": iso(machine0), "rate": rate}
    state = LedgerState()
    apply(state, read_fact(1, iso(0.0), body_of("CityClockSet", "city:clock", "engine", data)))
    assert state.clock == CityClock(parse(iso(city0)), parse(iso(machine0)), rate)
