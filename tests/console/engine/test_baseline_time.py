"""Time inside baselines is noted once per ten minutes, whichever engine does it."""

import json
from collections.abc import Sequence
from typing import Any

from console.engine.baseline_time import SLOT_S, BaselineTimes
from feeds.ledger.ledger import Act, Answer
from tests.city.commands.world import LI
from tests.sensor_world import Sensed


class Kept:
    def __init__(self) -> None:
        self.acts: list[Act] = []

    async def append(self, acts: Sequence[Act]) -> list[Answer]:
        self.acts += acts
        return []

    @property
    def rows(self) -> list[list[dict[str, Any]]]:
        return [json.loads(act.bodies[0])["data"]["rows"] for act in self.acts]


async def test_a_slot_is_noted_when_it_is_over_with_its_coverage() -> None:
    sensed, kept = Sensed("2026-11-23T10:00:00+08:00"), Kept()
    for name in ("g1", "g2", "g3"):
        sensed.gauge(name)
    times = BaselineTimes(sensed.watch.evaluator, lambda: sensed.city, kept)
    sensed.w.did("start_maintenance", "device:g3", LI, reason="换表")
    await times.step(sensed.w.machine)
    for value in (0.3, 0.3, 0.1, 0.3, 0.3):  # 0, 2, 4, 6, 8 min; nothing of g2
        sensed.take([sensed.record(value), sensed.record(value, device="g3")])
        await times.step(sensed.w.machine)
        assert kept.acts == []
        sensed.w.wait(seconds=120)
    await times.step(sensed.w.machine)
    row = {"kind": "water_pressure", "inside_s": 360.0, "good_s": 480.0, "due_s": 2 * SLOT_S}
    assert kept.rows == [[row]]
    await times.step(sensed.w.machine)
    assert len(kept.acts) == 1
    sensed.w.wait(seconds=SLOT_S)
    await times.step(sensed.w.machine)
    assert kept.rows[1] == [{**row, "inside_s": 0.0, "good_s": 0.0}]


async def test_no_gauge_counts_for_more_than_the_slot() -> None:
    sensed, kept = Sensed("2026-11-23T10:09:00+08:00"), Kept()
    sensed.gauge()
    times = BaselineTimes(sensed.watch.evaluator, lambda: sensed.city, kept)
    await times.step(sensed.w.machine)
    sensed.take([sensed.record(0.3, ago_s=30)])
    series = sensed.watch.evaluator.find("g1", "water_pressure_mpa")
    assert series is not None
    series.inside_s, series.good_s = 300.0, 1200.0
    sensed.w.wait(seconds=60)
    await times.step(sensed.w.machine)
    assert [(row["inside_s"], row["good_s"], row["due_s"]) for row in kept.rows[0]] == [(150.0, 600.0, 600.0)]


async def test_two_engines_make_the_same_act() -> None:
    sensed = Sensed("2026-11-23T10:00:00+08:00")
    sensed.gauge()
    ids = []
    for _ in range(2):
        kept = Kept()
        times = BaselineTimes(sensed.engine().evaluator, lambda: sensed.city, kept)
        await times.step(sensed.w.machine)
        await times.step(sensed.w.machine + SLOT_S)
        ids += [act.command_id for act in kept.acts]
    assert len(ids) == 2
    assert len(set(ids)) == 1
