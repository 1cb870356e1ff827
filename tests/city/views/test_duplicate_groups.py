from hypothesis import given
from hypothesis import strategies as st

from city.places.distance import metres
from city.views.duplicate_groups import NEAR_M, DuplicateGroups
from city.views.wall_seen import CaseSeen
from tests.seen_factory import case

LAT_M = 111_195.0
"""Metres in a degree of latitude."""


def at(key: str, metres: float, **given: object) -> CaseSeen:
    """An undecided report some metres north of the first."""
    told = {"state": "reported", "lon": 121.5, "lat": 31.2 + metres / LAT_M, **given}
    return case(key, **told)


def keys(*cases: CaseSeen, near_m: float = NEAR_M) -> dict[str, list[str]]:
    same = DuplicateGroups(near_m)
    for one in cases:
        same.put(one)
    return {head: list(members) for head, members in same.groups().items()}


def test_reports_of_one_class_within_fifty_metres_lie_on_the_first() -> None:
    assert keys(at("a", 0, recorded_at=1.0), at("b", 49, recorded_at=2.0), at("c", 30, recorded_at=3.0)) == {
        "a": ["b", "c"]
    }


def test_what_is_further_away_or_of_another_class_has_its_own_row() -> None:
    far, other = at("b", NEAR_M + 2, recorded_at=2.0), at("c", 5, code="0110", recorded_at=3.0)
    assert keys(at("a", 0), far, other) == {}


def test_how_near_is_near_is_a_number_of_the_city() -> None:
    pair = (at("a", 0, recorded_at=1.0), at("b", 140, recorded_at=2.0))
    assert keys(*pair, near_m=150.0) == {"a": ["b"]}
    assert keys(*pair, near_m=130.0) == {}


def test_what_is_decided_comes_before_what_was_reported_first() -> None:
    filed = at("b", 10, state="handling", recorded_at=9.0)
    assert keys(at("a", 0, recorded_at=1.0), filed) == {"b": ["a"]}


def test_decided_cases_never_lie_on_each_other() -> None:
    assert keys(at("a", 0, state="handling"), at("b", 1, state="handling")) == {}


def test_a_report_lies_on_the_nearest() -> None:
    far, near = at("a", 0, state="filed"), at("b", 60, state="filed")
    assert keys(far, near, at("c", 40)) == {"b": ["c"]}


def test_what_is_graver_keeps_its_own_row() -> None:
    calm = at("a", 0, state="handling")
    critical, hazard = at("b", 5, urgency="critical"), at("c", 200, hazard=True)
    assert keys(calm, critical, at("d", 200, state="filed"), hazard) == {}
    assert keys(at("a", 0, state="handling", urgency="critical", hazard=True), critical, at("e", 6)) == {
        "a": ["b", "e"]
    }


def test_a_graver_report_takes_those_that_came_before_it() -> None:
    """A place has one row also when the third caller says that it is critical."""
    reports = [at(name, n, recorded_at=float(n)) for n, name in enumerate("abcd")]
    graver = at("p1", 5, recorded_at=2.5, urgency="critical")
    assert keys(*reports, graver) == {"p1": ["a", "b", "c", "d"]}


def test_nothing_lies_on_what_lies_on_another() -> None:
    """A chain of reports 40 m apart: the third is 80 m from the first and begins its own group."""
    chain = [at(name, 40.0 * n, recorded_at=float(n)) for n, name in enumerate("abcd")]
    assert keys(*chain) == {"a": ["b"], "c": ["d"]}


def test_reports_without_a_position_or_a_class_stand_alone() -> None:
    nowhere = [at(name, 0, lon=float("nan"), lat=float("nan")) for name in "ab"]
    unnamed = [at(name, 0, code="") for name in "cd"]
    assert keys(*nowhere, *unnamed) == {}


def by_hand(cases: list[CaseSeen]) -> dict[str, list[str]]:
    """The rule without an index: every report is compared with every head."""
    heads = [one for one in cases if one.state == "filed"]
    found: dict[str, list[str]] = {}
    undecided = [one for one in cases if one.state != "filed"]
    for one in sorted(undecided, key=lambda one: (not one.hazard, one.recorded_at)):
        near = [
            (away, head.key)
            for head in heads
            if (away := metres(one.lon, one.lat, head.lon, head.lat)) <= NEAR_M
            and head.code == one.code
            and (head.hazard or not one.hazard)
        ]
        if near:
            found.setdefault(min(near)[1], []).append(one.key)
        else:
            heads.append(one)
    reported = {one.key: one.recorded_at for one in cases}
    return {head: sorted(members, key=reported.__getitem__) for head, members in found.items()}


CHANGES = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"), st.integers(0, 20), st.sampled_from(("reported", "filed", "closed")),
        st.sampled_from(("0504", "0110")), st.booleans(),
    ), max_size=40,
)  # fmt: skip


@given(CHANGES)
def test_whatever_comes_changes_and_goes_the_heaps_are_those_of_what_is_there(
    changes: list[tuple[str, int, str, str, bool]],
) -> None:
    same, there = DuplicateGroups(), dict[str, CaseSeen]()
    for key, tens, state, code, hazard in changes:
        one = at(key, 12.0 * tens, state=state, code=code, hazard=hazard, recorded_at=float(ord(key)))
        if state == "closed":
            same.drop(key)
            there.pop(key, None)
        else:
            same.put(one)
            there[key] = one
        assert {head: list(members) for head, members in same.groups().items()} == by_hand([*there.values()])
