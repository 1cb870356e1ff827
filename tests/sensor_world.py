"""A district with gauges: readings are judged, and what the engine's watch yields is decided and folded."""

from collections.abc import Iterable
from typing import Any

import msgspec

from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, NewFact, Now, Refusal
from city.commands.decide import decide
from city.dispatch.tables.categories import Category
from city.dispatch.tables.standards import Standard
from city.folding.store import CityState
from city.measures.fold_telemetry import measure
from city.sensing.rules import Band, Metric, SensingRules, Threshold
from city.state.ledger_state import Case, SourceState
from city.state.sensor_records import Alarm, alarm_key
from console.engine.sensor_watch import SensorWatch
from console.engine.subject_timers import step_id
from tests.city.commands.linkage.linkage_world import Linked
from tests.city.commands.world import LU, SYSTEM

PRESSURE = Metric("water_pressure_mpa", "供水压力", "Water pressure", "MPa", 0.0, 2.0, 3, 14_400.0)
DEPTH = Metric("road_depth_cm", "路面积水深度", "Water depth", "cm", 0.0, 500.0, 0, 10_800.0)
RAIN = Metric("rain_mmh", "雨强", "Rain rate", "mm/h", 0.0, 400.0, 1)
CLASS = "event:0692"
LOW = Threshold(
    "T-1", "class:water_pressure", PRESSURE.code, "outside", clear=0.01, hold_count=2, action="auto_case",
    category=CLASS,
)  # fmt: skip
DEEP = Threshold("T-2", "class:road_water_depth", DEPTH.code, "gt", 25.0, clear=20.0, level="red")
RULES = SensingRules(
    {one.code: one for one in (PRESSURE, DEPTH, RAIN)},
    {PRESSURE.code: (LOW,), DEPTH.code: (DEEP,)},
    {("class:water_pressure", PRESSURE.code): (Band("none", 0.0, 1.0, 0.2, 0.45),)},
)
INTERVAL_S = 120.0


class Sensed:
    """``engines`` watches share one ledger, as two engine processes do."""

    def __init__(self, start: str = "2026-11-23T10:00:00+08:00", *, sensing: SensingRules = RULES) -> None:
        self.w = Linked(start)
        kind, _, code = CLASS.partition(":")
        category = Category(
            kind, code, "LOCAL", "供水压力异常", "x", "x", 2, "urgent_hour", False, "供水", "facility"
        )
        standard = Standard(f"{CLASS}#1", CLASS, "condition", "closing", 2, "urgent_hour")
        self.w.rules = msgspec.structs.replace(
            self.w.rules, sensing=sensing, categories={**self.w.rules.categories, CLASS: category},
            standards={**self.w.rules.standards, CLASS: (standard,)},
        )  # fmt: skip
        self.city = CityState(self.w.state)
        self.silent: tuple[str, ...] = ()
        self.heard()
        self.watch = self.engine()
        self.refused: list[str] = []
        self._done: set[str] = set()

    def engine(self) -> SensorWatch:
        """A new process: it has the ledger, and nothing of what was counted."""
        return SensorWatch(self.w.rules.sensing, lambda: self.city, lambda: True)

    def heard(self, ago_s: float = 0.0) -> None:
        self.city.measured.sources = {"iot": SourceState("iot", self.w.machine - ago_s, 10.0)}

    def gauge(self, device: str = "g1", kind: str = "water_pressure", name: str = "羽山路") -> None:
        record = {
            "device": device, "class": kind, "name": name, "owner": "供水", "lon": 121.52, "lat": 31.22,
            "interval_s": INTERVAL_S,
        }  # fmt: skip
        self.w.append(
            NewFact("DeviceRegistered", f"device:{device}", {"record": record, "street": LU}), SYSTEM
        )

    def record(
        self, value: float, *, device: str = "g1", metric: str = PRESSURE.code, ago_s: float = 0.0,
        quality: str = "good", unit: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        now = self.w.now
        return {
            "kind": "reading", "client": "iot", "device": device, "metric": metric, "value": value,
            "quality": quality, "unit": unit, "at": iso(now.city - ago_s), "received": iso(now.machine),
        }  # fmt: skip

    def take(self, records: list[dict[str, Any]], *watches: SensorWatch) -> None:
        measure(self.city, "sensor", records)
        for watch in watches or (self.watch,):
            watch.take("sensor", records)

    def read(self, *values: float, apart_s: float = INTERVAL_S, **more: Any) -> list[str]:
        """Take a reading per interval, with an engine's rounds after each; return what was done."""
        done: list[str] = []
        for value in values:
            self.heard()
            self.take([self.record(value, **more)])
            done += self.rounds()
            self.w.wait(seconds=apart_s)
        return done

    def now(self) -> Now:
        return msgspec.structs.replace(self.w.now, silent=lambda: self.silent)

    def rounds(self, *watches: SensorWatch) -> list[str]:
        """Do rounds until nothing is done; return the verbs, in order. Engines decide on one state."""
        verbs: list[str] = []
        for _ in range(6):
            steps = [step for watch in watches or (self.watch,) for step in self._due(watch)]
            verbs += self._do(steps)
            if not steps:
                return verbs
        return verbs

    def _due(self, watch: SensorWatch) -> list[Any]:
        return [
            step for step in watch(self.city, self.w.rules, self.now()) if step_id(step) not in self._done
        ]

    def _do(self, steps: Iterable[Any]) -> Iterable[str]:
        for step in steps:
            name = step_id(step)
            if name in self._done:
                continue  # the ledger answers "again"
            command = Command(name, step.verb, step.subject, step.version, step.args)
            answer = decide(self.w.state, command, SYSTEM, self.w.rules, self.now())
            if isinstance(answer, Refusal):
                self.refused.append(answer.reason)
                self._done.add(name)
                continue
            assert isinstance(answer, Decision)
            self._done.add(name)
            self.w.take(answer, step.verb, SYSTEM)
            self.city.touch("alarms", "cases")
            yield step.verb

    def alarm(self, device: str = "g1", metric: str = PRESSURE.code) -> Alarm:
        return self.w.state.sensing.alarms[alarm_key(device, metric)]

    @property
    def cases(self) -> list[Case]:
        return [case for case in self.w.state.cases.values() if case.channel == "sensor"]
