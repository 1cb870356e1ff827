"""What the engine sees for itself: arrivals, deliveries, and the depth in underpasses."""

from collections.abc import Iterator
from typing import Any

import pytest

from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, Now
from city.commands.decide import decide
from city.commands.subject_step import SubjectStep
from city.facts.fact import Fact
from city.folding.fold import apply
from city.measures.fold_telemetry import measure
from city.state.ledger_state import CityState
from console.engine.arrivals import arrivals
from console.engine.deliveries import Deliveries
from console.engine.depth_watch import DepthWatch
from tests.city.commands.linkage.linkage_world import GREEN, POLICE, Linked
from tests.city.commands.world import LI, SYSTEM

LON, LAT = 121.52, 31.22
METRE = 1 / 111_195.0


class Seen:
    """A district with measurements: what a watch yields is decided and folded."""

    def __init__(self, start: str = "2026-11-23T02:11:00+08:00", **numbers: Any) -> None:
        self.w = Linked(start, **numbers)
        self.city = CityState(self.w.state)

    @property
    def now(self) -> Now:
        return self.w.now

    def unit(self, name: str, metres_north: float, *, ago_s: float = 0.0) -> None:
        record = {
            "unit": name, "lon": LON, "lat": LAT + metres_north * METRE, "call_sign": name.upper(),
            "kind": "crane_truck", "agency": "绿化市容", "state": "en_route",
            "at": iso(self.now.city - ago_s), "received": iso(self.now.machine - ago_s),
        }  # fmt: skip
        measure(self.city, "unit", [record])

    def depth(self, value: float, *, device: str = "g1", unit: str = "cm", quality: str = "good") -> None:
        record = {
            "kind": "reading", "device": device, "metric": "road_depth_cm", "value": value, "unit": unit,
            "quality": quality, "at": iso(self.now.city), "received": iso(self.now.machine),
        }  # fmt: skip
        measure(self.city, "sensor", [record])

    def done(self, steps: Iterator[SubjectStep]) -> list[tuple[str, str]]:
        """Do steps as the engine does; return their verbs and codes."""
        found = []
        for step in list(steps):
            command = Command(f"t:{step.code}", step.verb, step.subject, step.version, self.args(step))
            answer = decide(self.w.state, command, SYSTEM, self.w.rules, self.now)
            assert isinstance(answer, Decision), answer
            self.w.fold(answer, step.verb, SYSTEM)
            found.append((step.verb, step.code))
        return found

    @staticmethod
    def args(step: SubjectStep) -> dict[str, Any]:
        return step.args or {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}

    def arrive(self) -> list[tuple[str, str]]:
        return self.done(arrivals(self.city, self.w.rules, self.now))


def on_the_way(seen: Seen, unit: str = "u1") -> str:
    task = seen.w.green()
    seen.w.did("acknowledge_task", task, GREEN)
    seen.w.did("set_out_task", task, GREEN, **({"unit": unit} if unit else {}))
    return task


@pytest.mark.parametrize(("metres", "there"), [(99, True), (101, False)])
def test_a_unit_arrives_within_100_m(metres: float, there: bool) -> None:
    seen = Seen()
    task = on_the_way(seen)
    seen.unit("u1", metres)
    assert bool(seen.arrive()) is there
    told = seen.w.task(task)
    assert (told.state, told.arrived_by_hand) == ("arrived" if there else "set_out", False)
    assert seen.arrive() == []
    if there:
        fact = seen.w.facts[-1]
        assert (fact.type, fact.role, fact.data["distance_m"]) == ("TaskArrived", "system", pytest.approx(99))


def test_a_lost_position_an_unknown_unit_and_no_unit_arrive_by_hand_only() -> None:
    seen = Seen()
    on_the_way(seen, "u1")
    on_the_way(seen, "u9")
    on_the_way(seen, "")
    seen.unit("u1", 5, ago_s=121)
    assert seen.arrive() == []


def test_the_unit_of_a_task_that_nobody_acknowledged_does_not_arrive() -> None:
    seen = Seen()
    seen.w.unit("u1", "crane_truck")
    seen.w.green(unit="u1")
    seen.unit("u1", 5)
    assert seen.arrive() == []


def test_a_task_is_delivered_when_the_agencys_page_is_open_or_its_system_has_it() -> None:
    seen = Seen()
    open_pages: set[str] = set()
    watch = Deliveries(open_pages.__contains__)

    def look() -> list[tuple[str, str]]:
        return seen.done(watch(seen.city, seen.w.rules, seen.now))

    task = seen.w.green()
    assert look() == []
    item = next(item for item in seen.w.state.outbox.values() if item.to == "lh")
    assert (item.subject, item.text) == (task, "outbox.TaskIssued")
    deliver(seen, item.id, task, "kept")
    assert look() == []
    open_pages.add("lh")
    assert look() == [("pass_task_limit", "delivered")]
    open_pages.clear()
    second = seen.w.green()
    item = next(item for item in seen.w.state.outbox.values() if item.subject == second)
    deliver(seen, item.id, second, "200")
    assert look() == [("pass_task_limit", "delivered")]
    assert {seen.w.task(one).state for one in (task, second)} == {"delivered"}
    assert look() == []


def deliver(seen: Seen, item: str, task: str, status: str) -> None:
    data = {"item": item, "to": "lh", "kind": "notice", "status": status, "what": "outbox.TaskIssued"}
    position = len(seen.w.facts) + 1000
    fact = Fact(position, seen.now.machine, "OutboxDelivered", 1, task, "engine:outbox", data, "system")
    apply(seen.w.state, fact)
    assert seen.w.state.refused == {}


def watched(seen: Seen, watch: DepthWatch) -> list[str]:
    """Do rounds until the watch is quiet; return the codes."""
    codes = []
    for _ in range(5):
        done = seen.done(watch(seen.city, seen.w.rules, seen.now))
        codes += [code for _, code in done]
        if not done:
            return codes
    raise AssertionError(codes)


def test_m2_with_its_readings_and_nobody_presses() -> None:
    """Story M2: 0, 4, 11, 18, 25 cm every 90 s; the gauge is silent from 02:19 on."""
    seen = Seen()
    seen.w.gauge()
    watch = DepthWatch()
    steps = []
    for value in (0.0, 4.0, 11.0, 18.0, 25.0):
        seen.depth(value)
        steps.append(watched(seen, watch))
        seen.w.wait(seconds=90)
    assert steps == [[], [], ["rise"], [], ["limit", "closed_by_rule"]]
    told = [fact for fact in seen.w.facts if fact.type == "DepthNoted"]
    assert [(fact.data["depth_cm"], fact.data["rise_cm_min"]) for fact in told] == [
        (11.0, pytest.approx(3.667)), (25.0, pytest.approx(4.667)),
    ]  # fmt: skip
    assert [iso(seen.w.state.clock.at(fact.recorded_at))[11:19] for fact in told] == [
        "18:14:00", "18:17:00",
    ]  # fmt: skip
    assert {task.mode for task in seen.w.state.tasks.values()} == {"rule"}
    seen.w.did("confirm_closure", "device:g1", POLICE)
    assert watched(seen, watch) == []
    seen.w.wait(minutes=8)
    assert watched(seen, watch) == ["silent"]
    assert seen.w.closure().state == "closed"
    assert list(seen.w.state.tasks.values())[-1].words == "check_underpass"
    seen.depth(12.0)
    assert watched(seen, watch) == ["below"]
    assert seen.w.closure().state == "closed"


def test_pressed_in_time_the_rule_orders_nothing() -> None:
    seen = Seen()
    seen.w.gauge()
    watch = DepthWatch()
    for value in (0.0, 8.0):
        seen.depth(value)
        watched(seen, watch)
        seen.w.wait(seconds=90)
    seen.w.did("close_underpass", "device:g1", LI)
    seen.depth(26.0)
    assert watched(seen, watch) == ["limit"]
    assert not seen.w.closure().by_rule


def test_a_setting_leaves_the_closure_to_people() -> None:
    seen = Seen(closes_by_rule=False)
    seen.w.gauge()
    seen.depth(30.0)
    assert watched(seen, DepthWatch()) == ["limit"]
    assert seen.w.closure().state == "suggested"


def test_a_restarted_engine_sees_the_limit_at_once_and_closes() -> None:
    seen = Seen()
    seen.w.gauge()
    seen.depth(25.0)
    first = DepthWatch()
    assert seen.done(first(seen.city, seen.w.rules, seen.now)) == [("note_depth", "limit")]
    assert watched(seen, DepthWatch()) == ["closed_by_rule"]
    assert watched(seen, DepthWatch()) == []


def test_a_suggestion_ends_when_the_water_falls() -> None:
    seen = Seen()
    seen.w.gauge()
    watch = DepthWatch()
    codes = []
    for value in (0.0, 9.0, 9.0, 7.0, 5.0, 3.0):
        seen.depth(value)
        codes += watched(seen, watch)
        seen.w.wait(seconds=90)
    assert codes == ["rise", "below"]
    assert seen.w.closure().state == "open"


@pytest.mark.parametrize(("given", "codes"), [
    ({"value": 0.3, "unit": "m"}, ["limit"]), ({"value": 300.0, "unit": "mm"}, ["limit"]),
    ({"value": 30.0, "unit": "%"}, []), ({"value": 30.0, "unit": "cm", "quality": "bad"}, []),
    ({"value": -999.0, "unit": "cm"}, []),
])  # fmt: skip
def test_a_depth_is_read_in_its_unit(given: dict[str, Any], codes: list[str]) -> None:
    seen = Seen(closes_by_rule=False)
    seen.w.gauge()
    seen.depth(**given)
    assert watched(seen, DepthWatch()) == codes


def test_other_gauges_are_not_watched() -> None:
    seen = Seen()
    seen.w.gauge("g2", "世纪大道")
    seen.depth(60.0, device="g2")
    seen.depth(60.0, device="unregistered")
    assert watched(seen, DepthWatch()) == []


def test_a_depth_gauge_under_suspicion_or_in_maintenance_orders_no_closure() -> None:
    seen = Seen()
    seen.w.gauge()
    seen.w.did("start_maintenance", "device:g1", LI, reason="换探头")
    seen.depth(42.0)
    assert watched(seen, DepthWatch()) == []
    seen.w.did("end_maintenance", "device:g1", LI)
    assert watched(seen, DepthWatch()) == ["limit", "closed_by_rule"]
