from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from city.acts.command import UnitNow
from city.acts.terms import CaseNumbers
from city.free_units import COMMITTED, FreeUnits, hindrance, unit_now
from city.moments import iso
from city.seen import UnitsSeen
from city.store import Store
from tests.seen_factory import NOW, PEOPLE_SQUARE, units

LON, LAT = PEOPLE_SQUARE
PUMPS = frozenset({"pump_truck", "fire_engine"})


def near(seen: UnitsSeen, most: int = 9, kinds: frozenset[str] = PUMPS, lon: float = LON) -> list[str]:
    return [one.unit for one in FreeUnits(seen, CaseNumbers()).nearest(lon, LAT, kinds, most)]


def test_the_nearest_is_measured_on_the_ground_nearest_first() -> None:
    seen = units({"lon": LON + 0.02, "state": "standby"}, {"lon": LON + 0.01, "state": "standby"},
                 {"lon": LON, "lat": LAT + 0.009, "state": "standby"})  # fmt: skip
    found = FreeUnits(seen, CaseNumbers()).nearest(LON, LAT, PUMPS, 2)
    assert [one.unit for one in found] == ["u1", "u2"]
    assert [round(one.metres, -1) for one in found] == [950, 1000]


def test_the_minutes_are_those_of_the_way_at_the_assumed_speed() -> None:
    seen = units({"lat": LAT + 0.01, "state": "standby"})
    [slow] = FreeUnits(seen, CaseNumbers(unit_kmh=12.0, unit_detour=1.5)).nearest(LON, LAT, PUMPS, 1)
    assert slow.minutes == round(1.5 * slow.metres / 200, 1)


def test_who_is_lost_nowhere_away_or_sent_somewhere_is_not_free() -> None:
    away = ("assigned", "en_route", "on_scene", "off_duty", "out_of_service", "unknown")
    seen = units({"state": "standby", "lost": True}, {"lon": np.nan, "state": "standby"},
                 *({"state": state} for state in away))  # fmt: skip
    assert near(seen) == []


def test_who_cannot_do_the_work_is_not_offered_though_it_stands_there() -> None:
    standing = [
        {"kind": kind, "state": "standby"} for kind in ("ambulance", "watering_cart", "pump_truck", "")
    ]
    assert near(units(*standing)) == ["u2"]
    assert near(units(*standing), kinds=frozenset()) == []


def test_nobody_is_near_a_place_that_is_not_known() -> None:
    assert near(units({"state": "standby"}), lon=np.nan) == []
    assert near(units()) == []


STATES = st.sampled_from(["standby", "returning", "", "off_duty", *COMMITTED])
KINDS = st.sampled_from(["pump_truck", "fire_engine", "ambulance", "sweeper", ""])
UNITS = st.lists(
    st.fixed_dictionaries({"kind": KINDS, "state": STATES, "lost": st.booleans()}), max_size=12
)  # fmt: skip


@given(UNITS, st.frozensets(KINDS))
def test_what_is_offered_is_what_nothing_hinders(told: list[dict[str, Any]], kinds: frozenset[str]) -> None:
    free = {f"u{number}" for number, one in enumerate(told) if not hindrance(UnitNow(**one), kinds)}
    assert set(near(units(*told), most=len(told) + 1, kinds=kinds)) == free


def test_a_unit_is_as_it_was_last_heard_of() -> None:
    store = Store()
    record = {"id": "1", "unit": "u1", "kind": "squad", "state": "standby", "received": iso(NOW)}
    store.measure(
        "unit", [{**record, "at": iso(NOW - 119.0)}, {**record, "unit": "u2", "at": iso(NOW - 121.0)}]
    )
    assert unit_now(store.state, "u1", NOW) == UnitNow("squad", "standby", lost=False)
    assert unit_now(store.state, "u1", NOW + 2.0) == UnitNow("squad", "standby", lost=True)
    assert unit_now(store.state, "u2", NOW) == UnitNow("squad", "standby", lost=True)
    assert unit_now(store.state, "u3", NOW) is None
