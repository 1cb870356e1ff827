"""K30, K31 and K34: what counts, what is listed, and that no data is never normal."""

import pytest

from city.clocks.timestamps import iso
from city.commands.command import NewFact
from city.indicators.sensor_figures import sensor_indicators
from city.state.ledger_state import SourceState
from tests.city.commands.world import LI, SYSTEM
from tests.sensor_world import INTERVAL_S, Sensed


def sensed(*devices: str) -> Sensed:
    found = Sensed()
    for name in devices:
        found.gauge(name, name="羽山路" + name)
    return found


def test_k30_counts_good_values_within_two_intervals_and_lists_the_grey_devices() -> None:
    seen = sensed("g1", "g2", "g3", "g4")
    seen.take([seen.record(0.3), seen.record(0.3, device="g2"), seen.record(0.3, device="g3", quality="bad")])
    found = sensor_indicators(seen.city, seen.w.machine)["K30"]
    assert (found.value, found.numerator, found.denominator) == (50.0, 2, 4)
    assert found.inputs == {"device_class.water_pressure": 50.0, "never": 2, "maintained": 0}
    assert (found.names, found.named) == (("羽山路g3", "羽山路g4"), 2)


def test_k30_keeps_the_last_good_value_behind_a_bad_one() -> None:
    seen = sensed("g1")
    seen.take([seen.record(0.3)])
    seen.w.wait(seconds=2 * INTERVAL_S)
    seen.take([seen.record(0.3, quality="suspect")])
    assert sensor_indicators(seen.city, seen.w.machine)["K30"].value == 100.0
    seen.w.wait(seconds=1)
    assert sensor_indicators(seen.city, seen.w.machine)["K30"].value == 0.0


def test_a_device_in_maintenance_is_not_in_service() -> None:
    seen = sensed("g1", "g2")
    seen.take([seen.record(0.3)])
    seen.w.did("start_maintenance", "device:g2", LI, reason="换表")
    found = sensor_indicators(seen.city, seen.w.machine)["K30"]
    assert (found.value, found.inputs["maintained"], found.names) == (100.0, 1, ())


def test_k31_tells_each_source_with_its_time() -> None:
    seen = sensed()
    now = seen.w.machine
    seen.city.measured.sources = {
        name: SourceState(name, heard, 10.0)
        for name, heard in (("a", now - 20), ("b", now - 21), ("c", now - 51), ("d", None))
    }
    found = sensor_indicators(seen.city, now)["K31"]
    assert (found.value, found.inputs["late_sources"], found.inputs["lost_sources"]) == (25.0, 1, 2)
    assert (found.inputs["b_s"], "d_s" in found.inputs) == (21.0, False)


def test_k34_counts_the_last_day_with_its_coverage() -> None:
    seen = sensed()
    city = seen.w.now.city
    for hours, inside in ((30, 0.0), (2, 300.0), (1, 600.0)):
        row = {"kind": "heat_station", "inside_s": inside, "good_s": 600.0, "due_s": 1200.0}
        data = {"begin": iso(city - hours * 3600 - 600), "end": iso(city - hours * 3600), "rows": [row]}
        seen.w.append(NewFact("BaselineTimeCounted", "city:baselines", data), SYSTEM, "system")
    found = sensor_indicators(seen.city, seen.w.machine)["K34"]
    assert (found.value, found.numerator, found.denominator) == (75.0, 15, 20)
    assert found.inputs == {"coverage_percent": 50.0, "device_class.heat_station": 75.0}


@pytest.mark.parametrize(
    ("key", "why"), [("K30", "no_devices"), ("K31", "no_sources"), ("K34", "no_baseline_time")]
)
def test_without_data_there_is_no_figure(key: str, why: str) -> None:
    seen = sensed()
    seen.city.measured.sources = {}
    found = sensor_indicators(seen.city, seen.w.machine)[key]
    assert (found.value, found.why_not) == (None, why)
