"""The wall's view; the tests of the cards cover what they show of it."""

from typing import Any

import msgspec
import pytest

from city.clocks.city_clock import CityClock
from city.clocks.timestamps import iso
from city.dispatch.decision_rules import CaseNumbers
from city.facts.fact import body_of
from city.folding.store import Store
from city.state.ledger_state import CityState
from city.views.nearest_units import FreeUnits
from city.views.wall_seen import DutySeen
from city.views.wall_view import WallView
from tests.chains import row
from tests.city.views.test_desk_view import case

NOW = 1_789_475_467.0
LEAD = {"role": "shift_lead", "name": "陈××", "from": "00:00", "to": "24:00"}


def test_a_roster_that_cannot_be_read_puts_nobody_on_duty_and_stops_no_wall() -> None:
    state = CityState()
    state.ledger.roster = [{**LEAD, "from": "8:00"}]
    view = WallView()
    assert view.see(state, NOW).duty == DutySeen()
    state.ledger.roster = [LEAD]
    state.touch("duty")
    assert view.see(state, NOW).duty.shift_lead == "陈××"


def test_maps_have_something_new_only_when_what_they_say_of_a_marked_case_is_new() -> None:
    state, view = CityState(), WallView()
    ledger = state.ledger

    def marks() -> int:
        state.touch("cases")
        return view.see(state, NOW).revisions["marks"]

    ledger.put_case(case(1, urgency="critical"), 1)
    first = marks()
    ledger.put_case(case(2), 2)  # ordinary: no mark of its own
    ledger.put_case(case(1, urgency="critical", reporter_ref="another"), 3)
    assert marks() == first
    moved = case(1, urgency="critical")
    moved.place = msgspec.structs.replace(moved.place, lon=121.6)
    ledger.put_case(moved, 4)
    assert marks() > first
    again = marks()
    ledger.put_case(case(1), 5)  # not critical any more
    assert marks() > again


def measured(topic: str, *told: dict[str, Any], clock: CityClock | None = None) -> CityState:
    """Return a city that received these records a second ago; ``age`` is how old each was on arrival."""
    store = Store()
    record = {"camera": "c1", "lon": 121.5, "lat": 31.2, "at": iso(NOW), "received": iso(NOW)}
    body = body_of("CameraRegistered", "camera:c1", "client:v", {"record": record})
    store.commit([row(1, "0" * 64, body)])
    city = store.state
    city.ledger.clock = clock or city.ledger.clock
    came = NOW - 1.0
    for one in told:
        at = iso(city.ledger.clock.at(came) - one.pop("age") * city.ledger.clock.rate)
        store.measure(topic, [{"id": at, "at": at, "received": iso(came), **one}])
    return city


DRILL = CityClock(NOW - 86_400.0, NOW - 3600.0, 60.0)
"""The clock of a drill: it began an hour ago with yesterday's city time, one city minute per second."""


@pytest.mark.parametrize("clock", [None, DRILL])
def test_a_unit_whose_position_was_old_when_it_came_is_lost_and_never_free(clock: CityClock | None) -> None:
    place = {"lon": 121.5, "lat": 31.2, "kind": "squad", "state": "standby"}
    city = measured(
        "unit", {"unit": "now", "age": 0.0, **place}, {"unit": "before", "age": 10_800.0, **place},
        clock=clock,
    )  # fmt: skip
    seen = WallView().see(city, NOW).units
    assert dict(zip(seen.ids, seen.lost.tolist(), strict=True)) == {"now": False, "before": True}
    free = FreeUnits(seen, CaseNumbers())
    assert [one.unit for one in free.nearest(121.5, 31.2, frozenset({"squad"}), 9)] == ["now"]


@pytest.mark.parametrize("clock", [None, DRILL])
def test_a_reading_that_was_old_when_it_came_is_lost(clock: CityClock | None) -> None:
    reading = {"kind": "reading", "device": "d1", "value": 1.0}
    city = measured(
        "sensor", {"metric": "level", "age": 0.0, **reading}, {"metric": "flow", "age": 3600.0, **reading},
        clock=clock,
    )  # fmt: skip
    seen = WallView().see(city, NOW).readings
    assert dict(zip(seen.metric, seen.lost.tolist(), strict=True)) == {"level": False, "flow": True}


def test_a_camera_is_as_fresh_as_the_newest_that_it_said_or_showed() -> None:
    health = {"camera": "c1", "kind": "health", "state": "online"}
    [camera] = WallView().see(measured("camera", {"age": 600.0, **health}), NOW).cameras
    assert camera.as_of == pytest.approx(NOW - 601.0)
    picture = {"camera": "c1", "kind": "snapshot", "sha256": "ab"}
    city = measured("camera", {"age": 600.0, **health}, {"age": 20.0, **picture})
    [camera] = WallView().see(city, NOW).cameras
    assert (camera.state, camera.as_of) == ("online", pytest.approx(NOW - 21.0))
