"""Storms: the newest track by its own time, the end of a storm, and the landfall of the district."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.clocks.timestamps import iso
from city.facts.fact import Fact
from city.folding.fold import apply
from city.places.streets import Streets
from city.state.ledger_state import CityState, LedgerState
from city.state.warning_records import Landfall
from city.views.wall_view import WallView
from tests.city.commands.world import rules
from tests.warning_factory import NOON

HOUR = 3600.0
EAST = (121.57, 31.22)
WHERE = {"type": "Polygon", "coordinates": [[[121.5, 31.2], [121.6, 31.2], [121.6, 31.3], [121.5, 31.2]]]}
STREET = Streets.from_geojson({
    "features": [{"type": "Feature", "geometry": WHERE, "properties": {"code": "x", "name": "甲镇"}}]
})  # fmt: skip
RULES = msgspec.structs.replace(
    rules(), streets={"x": "甲镇"}, boundary_m=STREET.boundary_m, street_of=STREET.code_of
)


def fix(hours: float, lon: float = 123.0, lat: float = 30.0, **given: Any) -> dict[str, Any]:
    return {"at": iso(NOON + hours * HOUR), "lon": lon, "lat": lat, **given}


def track(*points: dict[str, Any], storm: str = "s", at: float = 0.0, **given: Any) -> dict[str, Any]:
    return {
        "id": "t", "kind": "track", "storm": storm, "name": storm, "points": list(points),
        "at": iso(NOON + at * HOUR), "received": iso(NOON), **given,
    }  # fmt: skip


def folded(*records: dict[str, Any]) -> LedgerState:
    state = LedgerState()
    for position, record in enumerate(records, start=1):
        subject = f"storm:{record['storm']}"
        apply(state, Fact(position, NOON, "StormTracked", 1, subject, "client:w", {"record": record}))
    assert state.refused == {}
    return state


def seen(*records: dict[str, Any], hours: float = 0.0, rules: Any = None) -> Any:
    return WallView(rules=rules).see(CityState(folded(*records)), NOON + hours * HOUR).storms


def test_an_older_advisory_that_comes_later_changes_nothing() -> None:
    newer, older = track(fix(-2), fix(-1)), track(fix(-13), fix(-12), at=-12)
    assert folded(newer, older).storms == folded(newer).storms == folded(older, newer).storms


def test_of_two_with_one_fix_the_later_advisory_counts() -> None:
    early, late = track(fix(-3), at=-3), track(fix(-3), fix(6, forecast=True), at=-1)
    assert len(folded(late, early).storms["s"].points) == 2


def test_a_forecast_makes_no_track_newer() -> None:
    newer, older = track(fix(-1)), track(fix(-12), fix(24, forecast=True), at=-12)
    assert folded(newer, older).storms == folded(newer).storms


FIXES = st.lists(st.integers(-20, 0), min_size=1, max_size=3, unique=True)


@settings(max_examples=100, deadline=None)
@given(st.lists(FIXES, max_size=5), st.data())
def test_any_order_of_advisories_leaves_the_same_track(hours: list[list[int]], data: st.DataObject) -> None:
    told = [track(*map(fix, some), at=max(some)) for some in hours]
    assert folded(*data.draw(st.permutations(told))).storms == folded(*told).storms


@pytest.mark.parametrize(("hours", "there"), [(22.9, True), (23.1, False), (24 * 365 * 4, False)])
def test_a_storm_is_over_a_day_after_its_newest_fix_whatever_was_forecast(hours: float, there: bool) -> None:
    assert bool(seen(track(fix(-1), fix(72, forecast=True)), hours=hours)) is there


def landfall(hours: float, lon: float, lat: float, place: str = "") -> dict[str, Any]:
    return {**fix(hours, lon, lat), "place": place}


def test_all_landfalls_are_kept_and_the_districts_own_is_seen() -> None:
    elsewhere, own = landfall(-9, 122.2, 29.9, "舟山"), landfall(-5, *EAST, "甲镇")
    record = track(fix(-1), landfalls=[landfall(-2, 119.0, 33.0, "别处"), own, elsewhere])
    assert [one.place for one in folded(record).storms["s"].landfalls] == ["舟山", "甲镇", "别处"]
    (storm,) = seen(record, rules=RULES)
    assert storm.landfall == Landfall(NOON - 5 * HOUR, *EAST, "甲镇")


def test_a_landfall_that_is_still_to_come_or_far_and_nameless_is_not_told() -> None:
    record = track(fix(-1), landfalls=[landfall(2, *EAST, "甲镇"), landfall(-2, 110.0, 20.0)])
    assert seen(record, rules=RULES)[0].landfall is None


def test_a_record_of_before_has_one_landfall() -> None:
    assert len(folded(track(fix(-1), landfall=landfall(-2, *EAST))).storms["s"].landfalls) == 1


def test_the_storm_nearest_to_the_district_is_first() -> None:
    far, near = track(fix(-1, 150.0, 20.0), storm="far"), track(fix(-6, 122.5, 30.5), storm="near")
    assert [storm.key for storm in seen(far, near, rules=RULES)] == ["near", "far"]
    assert [storm.key for storm in seen(far, near)] == ["far", "near"]


def test_a_state_with_storms_and_warnings_is_in_a_snapshot_whole() -> None:
    state = folded(track(fix(-1), landfalls=[landfall(-2, *EAST)]))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=LedgerState).storms == state.storms
