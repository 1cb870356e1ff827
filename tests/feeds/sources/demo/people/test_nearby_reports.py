"""Which open cases of one class lie beside one another."""

from typing import Any

from city.state.case_file import CaseFile
from city.state.ledger_state import Case, Mirror, Place
from feeds.sources.demo.people.nearby_reports import NearbyReports

LON, LAT = 121.5055, 31.2397


def case(key: str, *, at: float, east_m: float = 0.0, **changes: Any) -> Case:
    told = {
        "key": key, "client": "grid", "channel": "inspector", "kind": "event", "code": "0110", "label": "",
        "title": "", "urgency": "normal", "hazard": False, "at": at, "received": at, "recorded_at": at,
        "place": Place(LON + east_m / 95_400, LAT), "mirror": Mirror(),
        "file": CaseFile(own=True, state="dispatched", filed_at=at),
    }  # fmt: skip
    return Case(**{**told, **changes})


def twin_of(one: Case, *others: Case) -> str:
    nearby, cases = NearbyReports(), {other.key: other for other in (one, *others)}
    for other in cases.values():
        nearby.update(other)
    return nearby.oldest(one, cases)


def test_the_oldest_within_45_metres_is_the_twin() -> None:
    new = case("c", at=30.0)
    assert twin_of(new, case("a", at=10.0, east_m=40), case("b", at=20.0)) == "a"
    assert twin_of(new, case("a", at=10.0, east_m=50)) == ""
    assert twin_of(new, case("a", at=10.0, east_m=-44)) == "a"


def test_another_class_a_later_report_and_one_that_is_not_filed_are_no_twins() -> None:
    new = case("c", at=30.0)
    assert twin_of(new, case("a", at=10.0, code="0111")) == ""
    assert twin_of(new, case("a", at=40.0)) == ""
    assert twin_of(new, case("a", at=10.0, file=CaseFile(own=True))) == ""
    assert twin_of(case("d", at=50.0, place=Place(float("nan"), float("nan"))), new) == ""


def test_what_is_over_and_what_got_another_class_is_found_no_more() -> None:
    nearby = NearbyReports()
    old, new = case("a", at=10.0), case("b", at=20.0)
    cases = {"a": old, "b": new}
    nearby.update(old)
    nearby.update(new)
    assert nearby.oldest(new, cases) == "a"
    old.code = "0111"
    nearby.update(old)
    assert nearby.oldest(new, cases) == ""
    old.code = "0110"
    nearby.update(old)
    old.file = CaseFile(own=True, state="closed", filed_at=10.0)
    nearby.update(old)
    assert nearby.oldest(new, cases) == ""
