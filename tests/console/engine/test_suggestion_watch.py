"""The engine proposes what warnings and measurements suggest: once per basis, only a raise, Ⅳ and Ⅲ."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, NewFact
from city.commands.decide import decide
from city.commands.subject_step import SubjectStep
from city.dispatch.tables.rain_lines import RainLine
from city.dispatch.tables.water_lines import WaterLines, WaterStation
from city.measures.fold_telemetry import measure
from city.state.ledger_state import CityState
from console.engine.suggestion_watch import SuggestionWatch
from tests.city.commands.response.response_world import DISTRICT, DRILL, LEAD, LEADER, Responding
from tests.city.commands.world import LU, SYSTEM

LINES = (RainLine("a", "blue", 1, 35, 2, "1", "2020-01-01", ""),)
PARK = WaterStation(
    "park", {"zh": "黄浦公园"}, ("CW-1",), (("warning", 4.55), ("yellow", 4.92)), "wusong", "1", "", ""
)


class Watched(Responding):
    """A world with the watch of the engine."""

    def __init__(self) -> None:
        super().__init__("2026-11-23T03:20:00+08:00")
        self.rules = msgspec.structs.replace(self.rules, rain_lines=LINES, water_lines=WaterLines([PARK]))
        self.city_state = CityState(self.state)
        self.watch = SuggestionWatch(self.rules)

    def warned(self, *told: Any, **more: Any) -> str:
        key = self.warn(*told, **more)
        self.city_state.touch("warnings")
        return key

    def steps(self) -> list[SubjectStep]:
        return list(self.watch(self.city_state, self.rules, self.now))

    def round(self) -> Iterator[tuple[str, int]]:
        """Do a round of the engine; yield the subject and rank of each proposal."""
        for step in self.steps():
            command = Command(step.code, step.verb, step.subject, step.version, step.args)
            answer = decide(self.state, command, SYSTEM, self.rules, self.now)
            assert isinstance(answer, Decision), answer
            self.fold(answer, step.verb, SYSTEM)
            yield step.subject, step.args["rank"]

    def append_device(self, device: str, record: dict[str, Any]) -> None:
        data = {"record": record, "street": LU}
        self.append(NewFact("DeviceRegistered", f"device:{device}", data), SYSTEM)
        self.city_state.touch("registry")

    def gauge_at(self, device: str, metric: str, value: float, **told: Any) -> None:
        at = iso(self.now.city)
        record = {"kind": "reading", "device": device, "metric": metric, "value": value, "at": at,
                  "received": iso(self.machine), "quality": "good", **told}  # fmt: skip
        measure(self.city_state, "sensor", [record])
        self.watch.take("sensor", [record])


def test_a_warning_is_proposed_once_and_a_refusal_ends_it() -> None:
    world = Watched()
    assert list(world.round()) == []
    world.warned("b", "暴雨", "蓝色")
    world.warned("t", "雷电", "红色")
    assert list(world.round()) == [(DISTRICT, 1)]
    assert list(world.round()) == []
    world.did("refuse_level", DISTRICT, LEADER, proposal=world.proposal().id)
    assert list(world.round()) == []
    world.warned("b2", "台风", "蓝色")
    assert list(world.round()) == [(DISTRICT, 1)]


def test_a_worse_warning_replaces_the_proposal_that_waits_and_the_engine_stops_at_iii() -> None:
    world = Watched()
    world.warned("b", "台风", "蓝色")
    assert list(world.round()) == [(DISTRICT, 1)]
    world.wait(minutes=60)
    world.warned("o", "台风", "橙色")
    assert list(world.round()) == [(DISTRICT, 2)]
    world.activate(3)
    world.warned("r", "台风", "红色")
    assert list(world.round()) == []


def test_people_who_lower_a_level_are_not_overruled_on_the_same_basis() -> None:
    world = Watched()
    world.warned("y", "暴雨", "黄色")
    assert list(world.round()) == [(DISTRICT, 2)]
    world.activate_proposed()
    world.activate(1)
    assert list(world.round()) == []
    world.activate(0)
    assert list(world.round()) == []


def test_an_exercise_warning_raises_an_exercise_that_people_have_started_and_nothing_else() -> None:
    world = Watched()
    world.warned("d", "台风", "黄色", status="Exercise")
    assert list(world.round()) == []
    world.activate(1, DRILL)
    assert list(world.round()) == [(DRILL, 2)]
    assert world.rank(DISTRICT) == 0


def test_rain_at_two_gauges_and_a_tide_at_its_own_line_are_proposed_with_what_was_measured() -> None:
    world = Watched()
    for device in ("CW-1", "CW-2"):
        record = {"device": device, "class": "water_level", "name": device, "owner": "水务", "lon": 121.5,
                  "lat": 31.2, "interval_s": 600}  # fmt: skip
        world.append_device(device, record)
    for _ in range(60):
        world.wait(minutes=1)
        for gauge in ("YL-1", "YL-2"):
            world.gauge_at(gauge, "rain_mmh", 40.0)
        world.gauge_at("YL-3", "rain_mmh", 400.0, quality="bad")
    assert list(world.round()) == [(DISTRICT, 1)]
    (found,) = world.proposal().basis.measures
    assert (found.kind, found.limit) == ("rain_1h", 35.0)
    assert found.value == pytest.approx(39.3, abs=0.5)
    world.gauge_at("CW-2", "level_m", 9.0, unit="m")
    world.gauge_at("CW-1", "level_m", 4.95, unit="m")
    world.wait(minutes=1)
    assert list(world.round()) == [(DISTRICT, 2)]
    (tide,) = world.proposal().basis.measures
    assert (tide.kind, tide.place, tide.value, tide.limit, tide.unit) == ("tide", "park", 4.95, 4.92, "m")
    assert world.no("approve_level", DISTRICT, LEAD, proposal=world.proposal().id)[0] == (
        "may_not_approve_level"
    )
