"""Which level warnings and measurements suggest (domain §4.6, traps 1 to 3)."""

from dataclasses import dataclass, field

import pytest

from city.clocks.timestamps import iso
from city.dispatch.tables.rain_lines import RainLine
from city.dispatch.tables.water_lines import WaterLines, WaterStation
from city.response.local_numbers import RainSums, WaterLevel, rain_met, tide_met
from city.response.suggestions import Met, Suggestion, already_proposed, counting, suggested
from city.state.response_records import Basis, Measure
from city.warnings.in_force import standing
from tests.city.commands.response.response_world import DISTRICT, LEADER, Responding
from tests.warning_factory import OFFICE


@dataclass
class Sky:
    """Warnings of a small district and what they suggest."""

    world: Responding = field(default_factory=Responding)

    def suggests(self, *met: Met, is_exercise: bool = False) -> Suggestion:
        now = self.world.now.city
        standings = standing(self.world.state.warnings.values(), now)
        return suggested(counting(standings, self.world.rules, is_exercise=is_exercise), now, met)


def rain(mm: float, rank: int) -> Met:
    return Met(rank, Measure("rain_1h", "YL-1", mm, 35.0, "mm", 0.0))


def test_yellow_thunder_gale_and_hail_beside_a_blue_rainstorm_suggest_iv() -> None:
    sky = Sky()
    blue = sky.world.warn("rain", "暴雨", "蓝色")
    for name, event, colour in (("t", "雷电", "黄色"), ("g", "大风", "黄色"), ("h", "冰雹", "橙色")):
        sky.world.warn(name, event, colour)
    assert sky.suggests() == Suggestion(1, (blue,))


@pytest.mark.parametrize("event", ["雷电", "大风", "冰雹", "高温", "大雾"])
def test_other_hazards_alone_suggest_nothing(event: str) -> None:
    sky = Sky()
    sky.world.warn("x", event, "红色")
    assert sky.suggests().rank == 0


@pytest.mark.parametrize("event", ["暴雨", "台风", "风暴潮"])
@pytest.mark.parametrize(("colour", "rank"), [("蓝色", 1), ("黄色", 2), ("橙色", 3), ("红色", 4)])
def test_the_colour_of_a_counting_hazard_suggests_its_level(event: str, colour: str, rank: int) -> None:
    sky = Sky()
    sky.world.warn("x", event, colour)
    assert sky.suggests().rank == rank


def test_a_typhoon_sequence_suggests_step_by_step_and_falls_when_it_is_lifted() -> None:
    sky = Sky()
    steps = []
    for number, (event, colour) in enumerate(
        [
            ("台风", "蓝色"),
            ("台风", "黄色"),
            ("雷电", "黄色"),
            ("台风", "橙色"),
            ("台风", "红色"),
            ("台风", "蓝色"),
        ]
    ):
        sky.world.warn(f"s{number}", event, colour)
        steps.append(sky.suggests().rank)
        sky.world.wait(minutes=60)
    assert steps == [1, 2, 2, 3, 4, 1]
    sky.world.wait(minutes=240)
    assert sky.suggests().rank == 0


def test_a_warning_that_has_not_begun_or_is_of_another_place_suggests_nothing() -> None:
    sky = Sky()
    later = iso(sky.world.now.city + 3600)
    told = {"event": "暴雨", "category": ["Met"], "urgency": "Expected", "severity": "Extreme",
            "certainty": "Likely", "headline": "气象台发布暴雨红色预警", "onset": later,
            "expires": iso(sky.world.now.city + 7200), "area": [{"areaDesc": "浦东新区"}]}  # fmt: skip
    sky.world.warn("later", "暴雨", "红色", info=[told])
    elsewhere = {**told, "onset": None, "area": [
        {"areaDesc": "崇明区", "geocode": [{"valueName": "code", "value": "310151000000"}]},
    ]}  # fmt: skip
    sky.world.warn("elsewhere", "台风", "红色", info=[{k: v for k, v in elsewhere.items() if v}])
    assert sky.suggests().rank == 0
    sky.world.wait(minutes=61)
    assert sky.suggests() == Suggestion(4, (f"{OFFICE}/later",))


@pytest.mark.parametrize("code", ["310000", "310115", "310115000000", "310115004"])
def test_a_warning_of_the_city_the_district_or_a_street_is_in_the_district(code: str) -> None:
    sky = Sky()
    told = {"event": "暴雨", "headline": "气象台发布暴雨黄色预警", "category": ["Met"], "urgency": "Expected",
            "severity": "Moderate", "certainty": "Likely", "expires": iso(sky.world.now.city + 7200),
            "area": [{"areaDesc": "某地", "geocode": [{"valueName": "code", "value": code}]}]}  # fmt: skip
    sky.world.warn("x", "暴雨", "黄色", info=[told])
    assert sky.suggests().rank == 2


def test_exercise_warnings_suggest_only_exercises_and_real_ones_only_real_levels() -> None:
    sky = Sky()
    sky.world.warn("drill", "台风", "红色", status="Exercise")
    assert (sky.suggests().rank, sky.suggests(is_exercise=True).rank) == (0, 4)
    sky.world.warn("real", "台风", "蓝色")
    assert (sky.suggests().rank, sky.suggests(is_exercise=True).rank) == (1, 4)


def test_measurements_suggest_beside_warnings_and_the_worst_counts() -> None:
    sky = Sky()
    blue = sky.world.warn("b", "暴雨", "蓝色")
    assert sky.suggests(rain(36, 1)) == Suggestion(1, (blue,), (rain(36, 1).measure,))
    assert sky.suggests(rain(36, 2)) == Suggestion(2, (), (rain(36, 2).measure,))


HOUR = 3600.0
LINES = (
    RainLine("a", "blue", 1, 35, 2, "1", "2020-01-01", ""),
    RainLine("a", "orange", 3, 50, 2, "1", "2020-01-01", ""),
)


def raining(mm_h: float, *gauges: str, hours: float = 1.0) -> RainSums:
    sums = RainSums(3.0)
    for gauge in gauges:
        for minute in range(int(hours * 60)):
            sums.take(gauge, 60.0 * minute, mm_h)
    return sums


def test_a_sum_of_rain_is_of_the_window_and_silence_adds_none() -> None:
    sums = raining(30.0, "g", hours=2)
    assert sums.sums(1.0, 2 * HOUR)["g"] == pytest.approx(30.0)
    assert sums.sums(3.0, 2 * HOUR)["g"] == pytest.approx(60.0)
    silent = 2 * HOUR + 1800
    assert sums.sums(1.0, silent)["g"] == pytest.approx(15.0 + 30.0 * (900 - 60) / HOUR, abs=0.1)
    assert sums.sums(1.0, 4 * HOUR) == {}
    sums.take("g", HOUR, 400.0)
    assert sums.sums(3.0, 2 * HOUR)["g"] == pytest.approx(60.0)


def test_one_gauge_alone_meets_no_numbers_and_the_one_that_measured_most_is_named() -> None:
    assert list(rain_met(LINES, raining(40.0, "one"), HOUR)) == []
    sums = raining(40.0, "one", "two")
    sums.take("two", HOUR - 30, 90.0)
    (found,) = rain_met(LINES, sums, HOUR)
    assert (found.rank, found.measure.kind, found.measure.place, found.measure.limit) == (
        1, "rain_1h", "two", 35,
    )  # fmt: skip
    assert [one.rank for one in rain_met(LINES, raining(40.0, "a", "b", hours=2), 2 * HOUR)] == [1, 3]


def test_a_level_counts_against_its_own_stations_lines_only() -> None:
    park = WaterStation(
        "park", {"zh": "黄浦公园"}, ("黄浦公园",),
        (("warning", 4.55), ("yellow", 4.92), ("orange", 5.10), ("red", 5.29)), "wusong", "1", "", "",
    )  # fmt: skip
    lines = WaterLines([park])
    ranks = [
        [one.rank for one in tide_met(lines, [WaterLevel("d", "黄浦公园", level, 0.0)])]
        for level in (4.54, 4.55, 4.91, 4.92, 5.10, 5.29)
    ]
    assert ranks == [[], [1], [1], [2], [3], [4]]
    assert list(tide_met(lines, [WaterLevel("d", "某河道", 9.0, 0.0)])) == []


def test_what_was_proposed_on_a_basis_is_not_proposed_again_on_less() -> None:
    world = Responding()
    first, second = world.warn("a", "暴雨", "蓝色"), world.warn("b", "台风", "蓝色")
    world.engine_proposes(1, warnings=[first, second])
    world.did("refuse_level", DISTRICT, LEADER, proposal=world.proposal().id)
    response, now = world.response(), world.now.city

    def told(rank: int, *warnings: str, measures: tuple[Measure, ...] = (), at: float = now) -> bool:
        return already_proposed(response, Basis(warnings, measures), rank, at)

    assert told(1, first)
    assert told(1, second, first)
    assert not told(2, first)
    assert not told(1, first, "another")
    assert not told(1, first, measures=(rain(36, 1).measure,))


def test_a_measurement_that_was_refused_counts_as_new_after_six_hours() -> None:
    world = Responding()
    measure = rain(36, 1).measure
    given = {"kind": "rain_1h", "place": "YL-1", "value": 36.0, "limit": 35.0, "unit": "mm"}
    world.engine_proposes(1, measures=[{**given, "at": iso(world.now.city)}])
    world.did("refuse_level", DISTRICT, LEADER, proposal=world.proposal().id)
    basis = Basis((), (measure,))
    assert already_proposed(world.response(), basis, 1, world.now.city + 5 * HOUR)
    assert not already_proposed(world.response(), basis, 1, world.now.city + 7 * HOUR)
