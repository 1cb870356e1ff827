"""Units: 300 and the squads of the streets, moving plausibly, and the nearest are sent to what is urgent."""

import math
from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest

from city.clocks.timestamps import iso, parse
from city.dispatch.tables.categories import Category
from feeds.protocol.records import Normalised, ValidationContext, validate_all
from feeds.sources.demo.cases.staging import Stage
from feeds.sources.demo.feeds.routes import leg
from feeds.sources.demo.feeds.units import FLEETS, STREET_SIGNS, Drive, Units
from feeds.sources.demo.ground import M_PER_LAT, M_PER_LON, Ground

NOW = parse("2026-11-20T20:31:00+08:00")
HERE = (121.5447, 31.2215)


@pytest.fixture(scope="module")
def stage(ground: Ground, categories: Sequence[Category]) -> Stage:
    return Stage(ground, categories, seed=1)


def test_every_unit_says_where_it_is_every_ten_seconds(ground: Ground) -> None:
    units = Units(ground, seed=1)
    records = units.positions(NOW - 10, NOW, [])
    count = 300 + len(STREET_SIGNS) * len(ground.streets)
    assert len(records) == len({r["unit"] for r in records}) == len(units.all) == count
    assert len(units.positions(NOW, NOW + 1, [])) == pytest.approx(count / 10, abs=3)


def test_the_squads_of_a_street_are_its_own_and_stay_in_it(ground: Ground) -> None:
    stops = ground.crossings[ground.streets[0]]
    names = [unit for unit in Units(ground, seed=1).all if unit.fleet.agency == stops[0].short]
    assert [unit.call_sign for unit in names] == [f"{stops[0].short}{sign}" for sign in STREET_SIGNS]
    assert {unit.home.code for unit in names} == {stops[0].code}


def test_the_gateway_takes_every_position(ground: Ground, stage: Stage) -> None:
    records = Units(ground, seed=1).positions(NOW - 10, NOW, stage.open(NOW))
    answers = validate_all("unit", records, ValidationContext("avl", iso(NOW), NOW))
    assert [answer for answer in answers if not isinstance(answer, Normalised)] == []


def test_units_on_their_round_move_as_fast_as_they_say(ground: Ground) -> None:
    units = Units(ground, seed=1)
    before = {r["unit"]: r for r in units.positions(NOW - 10, NOW, [])}
    after = {r["unit"]: r for r in units.positions(NOW, NOW + 10, [])}
    for name, here in before.items():
        there = after[name]
        east = (there["lon"] - here["lon"]) * M_PER_LON
        north = (there["lat"] - here["lat"]) * M_PER_LAT
        assert abs(east) + abs(north) <= 10 * 7.0 + 1
        assert 0 <= here["speed"] <= 26


def test_urgent_cases_get_units_and_these_reach_the_place(ground: Ground, stage: Stage) -> None:
    units = Units(ground, seed=1)
    moments = [NOW + 10 * n for n in range(360)]
    seen: Counter[str] = Counter()
    for now in moments:
        stories = stage.open(now)
        places = [(story.place.lon, story.place.lat) for story in stories]
        for record in units.positions(now - 10, now, stories):
            seen[record["state"]] += 1
            if record["state"] == "on_scene" and places:
                assert record["speed"] == 0
    assert min(seen["en_route"], seen["on_scene"], seen["returning"]) > 50
    assert seen["standby"] > 0.8 * seen.total()


def test_a_critical_case_in_hand_has_somebody_on_the_scene(ground: Ground, stage: Stage) -> None:
    units = Units(ground, seed=1)
    story = next(s for s in stage.stories(NOW, NOW + 86_400) if s.urgency == "critical")
    now = (story.reported_at + story.fate.done_at) / 2
    near = [
        record
        for record in units.positions(now - 10, now, stage.open(now))
        if story.place.metres_to(record["lon"], record["lat"]) < 5
    ]
    assert "on_scene" in {record["state"] for record in near}


def test_nobody_is_sent_to_two_places_and_all_come_back(ground: Ground, stage: Stage) -> None:
    units = Units(ground, seed=1)
    units.positions(NOW - 10, NOW, stage.open(NOW))
    later = NOW + 6 * 3600
    states = Counter(r["state"] for r in units.positions(later - 10, later, []))
    assert set(states) == {"standby", "out_of_service"}


def test_a_returning_unit_takes_up_its_round_without_a_jump(ground: Ground, stage: Stage) -> None:
    units = Units(ground, seed=1)
    begin, jumps = NOW, 0
    last = {r["unit"]: r for r in units.positions(begin - 10, begin, stage.open(begin))}
    for n in range(1, 240):
        now = begin + 10 * n
        for record in units.positions(now - 10, now, stage.open(now)):
            old = last[record["unit"]]
            east = abs(record["lon"] - old["lon"]) * M_PER_LON
            north = abs(record["lat"] - old["lat"]) * M_PER_LAT
            jumps += east + north > 450
            last[record["unit"]] = record
    assert jumps == 0


def followed(units: Units, drive: Drive, begin: float, seconds: int) -> list[dict[str, object]]:
    """Return the unit's positions of so many seconds from a moment on."""
    found = []
    for n in range(1, seconds // 10 + 1):
        now = begin + 10 * n
        found += [r for r in units.positions(now - 10, now, [], [drive]) if r["unit"] == drive.unit]
    return found


def test_a_unit_of_a_linkage_task_drives_there_stays_and_goes_home(ground: Ground) -> None:
    units = Units(ground, seed=1)
    name = units.nearest(["fire_engine", "ambulance"], ["消防"], *HERE, NOW)
    assert name.startswith("fire_engine-")
    drive = Drive("t1", name, *HERE, departs=NOW)
    out = followed(units, drive, NOW, 1500)
    assert [out[0]["state"], out[-1]["state"]] == ["en_route", "on_scene"]
    metres = [metres_between(record) for record in out]
    assert metres[-1] < 1
    assert metres == sorted(metres, reverse=True)
    assert units.nearest(["fire_engine"], ["消防"], *HERE, NOW + 1500) != name

    ended = msgspec.structs.replace(drive, leaves=NOW + 1500)
    home = followed(units, ended, NOW + 1500, 900)
    assert [home[0]["state"], home[-1]["state"]] == ["returning", "standby"]


def test_a_unit_whose_task_is_called_off_turns_round_on_the_way(ground: Ground) -> None:
    units, again = Units(ground, seed=1), Units(ground, seed=1)
    drive = Drive("t1", units.nearest(["fire_engine"], ["消防"], *HERE, NOW), *HERE, departs=NOW)
    before = followed(units, drive, NOW, 60)[-1]
    off = msgspec.structs.replace(drive, leaves=NOW + 60)
    after = followed(units, off, NOW + 60, 60)
    assert before["state"] == "en_route"
    assert {record["state"] for record in after} == {"returning"}
    assert min(map(metres_between, after)) > 100
    # Who starts later is told the same drive, and the unit is where it would have been.
    assert followed(again, off, NOW + 60, 60) == after


def test_a_unit_is_offered_by_kind_and_agency(ground: Ground) -> None:
    units = Units(ground, seed=1)
    assert units.nearest(["ambulance"], ["消防"], *HERE, NOW) == ""
    assert units.nearest(["sweeper"], ["绿化市容", "环卫"], *HERE, NOW).startswith("sweeper-")


def metres_between(record: dict[str, object]) -> float:
    east, north = float(record["lon"]) - HERE[0], float(record["lat"]) - HERE[1]  # type: ignore[arg-type]
    return math.hypot(east * M_PER_LON, north * M_PER_LAT)


def test_a_leg_goes_along_the_parallel_and_then_along_the_meridian() -> None:
    way = leg((121.5, 31.2), (121.51, 31.21), speed_ms=10.0)
    first, second = way.at(way.turn_s / 2), way.at(way.turn_s + 1)
    assert first.lat == 31.2
    assert first.heading == pytest.approx(90)
    assert second.lon == pytest.approx(121.51)
    assert second.heading == pytest.approx(0, abs=0.001)
    assert way.at(-1).speed == way.at(way.whole_s + 1).speed == 0
    assert first.speed == pytest.approx(36)


def test_the_fleets_add_up() -> None:
    assert sum(fleet.count for fleet in FLEETS) == 300
