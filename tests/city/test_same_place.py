from city.same_place import NEAR_M, heaps
from city.seen import CaseSeen
from tests.seen_factory import case

LAT_M = 111_195.0
"""Metres in a degree of latitude."""


def at(key: str, metres: float, **given: object) -> CaseSeen:
    """An undecided report so many metres north of the first."""
    told = {"state": "reported", "lon": 121.5, "lat": 31.2 + metres / LAT_M, **given}
    return case(key, **told)


def keys(*cases: CaseSeen) -> dict[str, list[str]]:
    return {head: [one.key for one in members] for head, members in heaps(cases).items()}


def test_reports_of_one_class_within_fifty_metres_lie_on_the_first() -> None:
    assert keys(at("a", 0, recorded_at=1.0), at("b", 49, recorded_at=2.0), at("c", 30, recorded_at=3.0)) == {
        "a": ["b", "c"]
    }


def test_what_is_further_away_or_of_another_class_has_its_own_row() -> None:
    far, other = at("b", NEAR_M + 2, recorded_at=2.0), at("c", 5, code="0110", recorded_at=3.0)
    assert keys(at("a", 0), far, other) == {}


def test_how_near_is_near_is_a_number_of_the_city() -> None:
    pair = (at("a", 0, recorded_at=1.0), at("b", 140, recorded_at=2.0))
    assert {head: len(members) for head, members in heaps(pair, near_m=150.0).items()} == {"a": 1}
    assert heaps(pair, near_m=130.0) == {}


def test_what_is_decided_comes_before_what_was_reported_first() -> None:
    filed = at("b", 10, state="handling", recorded_at=9.0)
    assert keys(at("a", 0, recorded_at=1.0), filed) == {"b": ["a"]}


def test_decided_cases_never_lie_on_each_other() -> None:
    assert keys(at("a", 0, state="handling"), at("b", 1, state="handling")) == {}


def test_a_report_lies_on_the_nearest() -> None:
    far, near = at("a", 0, state="filed"), at("b", 60, state="filed")
    assert keys(far, near, at("c", 40)) == {"b": ["c"]}


def test_nothing_lies_on_what_lies_on_another() -> None:
    """A chain of reports 40 m apart: the third is 80 m from the first and begins a heap of its own."""
    chain = [at(name, 40.0 * n, recorded_at=float(n)) for n, name in enumerate("abcd")]
    assert keys(*chain) == {"a": ["b"], "c": ["d"]}


def test_reports_without_a_position_or_a_class_stand_alone() -> None:
    nowhere = [at(name, 0, lon=float("nan"), lat=float("nan")) for name in "ab"]
    unnamed = [at(name, 0, code="") for name in "cd"]
    assert keys(*nowhere, *unnamed) == {}
