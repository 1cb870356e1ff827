"""Patrols: which unit grids an inspector went through, and what the public found there all the same (K25)."""

from typing import Any

import msgspec
import pytest

from city.access import Person
from city.clocks.timestamps import iso, parse
from city.commands.command import Command, Decision, Refusal
from city.commands.decide import decide
from city.indicators.compute import indicators
from city.places.unit_grids import UnitGrids
from tests.city.commands.world import INSPECTOR, INTAKE, WEIFANG, World, person
from tests.invented_grids import GRIDS

UNITS = UnitGrids.from_geojson(GRIDS)
WEST, EAST = (121.52, 31.21), (121.53, 31.21)
"""A point in each of the two grids."""
ID = "patrol:0f1e2d3c4b5a"


def world() -> World:
    w = World()
    w.rules = msgspec.structs.replace(w.rules, grid_of=UNITS.code_of, villages=UNITS.villages)
    return w


def point(w: World, place: tuple[float, float], ago_s: float = 60.0, accuracy_m: float = 12.0) -> Any:
    return {"lon": place[0], "lat": place[1], "at": iso(w.now.city - ago_s), "accuracy_m": accuracy_m}


def record(w: World, *points: Any, by: Person = INSPECTOR, subject: str = ID) -> Any:
    w.commands += 1
    command = Command(f"c{w.commands}", "record_patrol", subject, 0, {"points": list(points)})
    answer = decide(w.state, command, by, w.rules, w.now)
    if isinstance(answer, Decision):
        w.take(answer, "record_patrol", by)
    return answer


def filed(w: World, key: str, **record: Any) -> None:
    w.report(key, **record)
    w.done("file", key, INTAKE)


def test_a_patrol_keeps_the_last_time_in_each_grid_and_no_track() -> None:
    w = world()
    record(w, point(w, WEST, 900), point(w, WEST, 600), point(w, EAST, 60), point(w, EAST, 30, 80.0))
    [patrol] = w.state.patrols.values()
    now = w.now.city
    assert patrol.grids == {"310115004001002": now - 600, "310115004001003": now - 60}
    assert (patrol.by, patrol.began, patrol.ended) == ("sun", now - 900, now - 30)
    again = record(w, point(w, WEST))
    assert (again.code, again.reason) == ("not_now", "patrol_recorded")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"accuracy_m": 51.0}, "bad_args", "points"),
        ({"place": (121.9, 31.9)}, "bad_args", "points"),
        ({"ago_s": 86_500.0}, "bad_args", "points"),
        ({"ago_s": -60.0}, "bad_args", "points"),
    ],
)
def test_what_does_not_say_where_somebody_was_is_refused(given: Any, code: str, field: str) -> None:
    w = world()
    answer = record(w, point(w, given.pop("place", WEST), **given))
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.names["field"]) == (code, field)


def test_only_inspectors_record_patrols_of_their_own_streets_and_where_there_are_grids() -> None:
    w = world()
    assert record(w, point(w, WEST), by=WEIFANG).code == "not_allowed"
    elsewhere = person("wu", "inspector", street="310115999")
    assert record(w, point(w, WEST), by=elsewhere).code == "bad_args"
    assert record(World(), point(w, WEST)).reason == "no_grids"


def test_k25_is_what_the_public_reported_where_somebody_had_just_been() -> None:
    w = world()
    begin = parse("2026-11-23T00:00:00+08:00")

    def k25() -> Any:
        return indicators(
            w.state, (begin, begin + 86_400), now=w.now.city, zone_offset_s=28_800, grid_of=UNITS.code_of
        )["K25"]

    assert k25().why_not == "no_patrols"
    filed(w, "hotline/early", lon=WEST[0], lat=WEST[1])
    w.wait(minutes=5)
    record(w, point(w, WEST, 0.0))
    w.wait(minutes=5)
    filed(w, "hotline/there", lon=WEST[0], lat=WEST[1])
    filed(w, "hotline/beside", lon=EAST[0], lat=EAST[1])
    filed(w, "street/own", channel="inspector", lon=EAST[0], lat=EAST[1])
    found = k25()
    assert (found.numerator, found.denominator, found.why_not) == (1, 2, "few")
    assert dict(found.inputs) == {"public_filed": 3, "inspector_filed": 1, "grids": 1}
