"""The wall's eyes, beside what the cards show of them."""

import msgspec

from city.seen import DutySeen
from city.state import CityState
from city.wall_view import WallView
from tests.city.test_desk_view import case

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

    ledger.turn(case(1, urgency="critical"), 1)
    first = marks()
    ledger.turn(case(2), 2)  # ordinary: no mark of its own
    ledger.turn(case(1, urgency="critical", reporter_ref="another"), 3)
    assert marks() == first
    moved = case(1, urgency="critical")
    moved.place = msgspec.structs.replace(moved.place, lon=121.6)
    ledger.turn(moved, 4)
    assert marks() > first
    again = marks()
    ledger.turn(case(1), 5)  # not critical any more
    assert marks() > again
