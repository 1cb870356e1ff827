"""Sightings are read once; the next detection of an event has the same id for everybody."""

from city.state.ledger_state import LedgerState
from city.state.video_records import SIGHTINGS_KEPT, Sighting, Sightings
from city.video.screening import event_key, next_id


def sighting(number: int) -> Sighting:
    return Sighting(f"vms/{number}", "K1", "shop_overflow", float(number), 0.9, "street", "3")


def test_a_reader_gets_what_came_after_its_last_look() -> None:
    kept = Sightings()
    for number in range(3):
        kept.add(sighting(number))
    assert [one.at for one in kept.since(1)] == [1.0, 2.0]
    assert kept.since(kept.count) == []


def test_a_reader_that_was_away_too_long_gets_those_that_are_kept() -> None:
    kept = Sightings()
    for number in range(SIGHTINGS_KEPT + 5):
        kept.add(sighting(number))
    found = kept.since(0)
    assert (len(found), found[0].at) == (SIGHTINGS_KEPT, 5.0)


def test_the_number_of_an_event_follows_from_the_ledger() -> None:
    state = LedgerState()
    key = event_key("K1", "shop_overflow")
    assert next_id(state, key) == f"{key}-1"
    state.serials[f"detection:{key}"] = 4
    assert next_id(state, key) == f"{key}-5"
    assert event_key("K2", "shop_overflow") != key != event_key("K1", "laundry")
