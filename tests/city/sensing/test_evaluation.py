"""Judging readings: hold, hysteresis, bands at their edges, rise, silence, and readings out of order."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.clocks.city_clock import CityClock
from city.clocks.timestamps import iso
from city.sensing.conditions import OUTDOOR, RAIN, Conditions
from city.sensing.evaluation import Evaluator
from city.sensing.rules import Band, Metric, SensingRules, Threshold
from city.sensing.series import Series
from city.sensing.tracks import Track
from city.state.ledger_state import Device, Place

T0 = 1_800_000_000.0
CLOCK = CityClock(T0, T0, 1.0)
EVERY = 60.0
LEVEL = Metric("level", "水位", "Level", "m", -10.0, 50.0, 2)
DEVICE = Device("d1", "gauge", "d1", "", Place(121.5, 31.2, "310115005"), EVERY)


def rules(*thresholds: Threshold, bands: tuple[Band, ...] = (), metric: Metric = LEVEL) -> SensingRules:
    metrics = {
        one.code: one
        for one in (
            metric, Metric(OUTDOOR, "", "", "°C", -50, 50, 1), Metric(RAIN, "", "", "mm/h", 0, 300, 1)
        )
    }  # fmt: skip
    return SensingRules(
        metrics, {metric.code: thresholds}, {("class:gauge", metric.code): bands} if bands else {}
    )  # fmt: skip


def over(value: float = 10.0, **more: Any) -> Threshold:
    return Threshold("t", "class:gauge", "level", "gt", value, **more)


class Judged:
    def __init__(self, rule_set: SensingRules, *devices: Device) -> None:
        self.devices = {one.id: one for one in (DEVICE, *devices)}
        self.evaluator = Evaluator(rule_set, lambda: self.devices)

    def record(self, turn: float, value: float, *, late_s: float = 0.0, **more: Any) -> dict[str, Any]:
        at = T0 + turn * EVERY
        return {
            "kind": "reading", "device": "d1", "metric": "level", "value": value, "at": iso(at),
            "received": iso(at + late_s), **more,
        }  # fmt: skip

    def take(self, *values: float, first: int = 0, **more: Any) -> bool:
        """Take one reading per interval; return whether a deviation holds."""
        for turn, value in enumerate(values, start=first):
            self.evaluator.take([self.record(turn, value, **more)], CLOCK)
        return bool(self.series.trips)

    @property
    def series(self) -> Series:
        found = self.evaluator.find("d1", "level")
        assert found is not None
        return found


@pytest.mark.parametrize(
    ("values", "holds"),
    [((11, 11), False), ((11, 11, 11), True), ((11, 11, 9, 11, 11), False), ((11, 10, 11, 11), False)],
)
def test_a_deviation_holds_after_so_many_readings_in_a_row(values: tuple[float, ...], holds: bool) -> None:
    assert Judged(rules(over(hold_count=3))).take(*values) is holds


def test_a_deviation_holds_after_a_time() -> None:
    judged = Judged(rules(over(hold_s=120.0)))
    assert not judged.take(11, 11)
    assert judged.take(11, first=2)


def test_a_deviation_ends_only_beyond_its_clear_value() -> None:
    judged = Judged(rules(over(clear=8.0, hold_count=2)))
    assert judged.take(11, 11)
    assert judged.take(9, 9, 9, 8, first=2)  # between both values it is neither
    assert judged.take(9, 8, first=6)
    assert not judged.take(8, first=8)


@given(
    values=st.lists(st.sampled_from([7.0, 8.0, 9.0, 10.0, 11.0]), max_size=40),
    hold=st.integers(1, 4), clear=st.sampled_from([None, 8.0, 10.0]),
)  # fmt: skip
def test_hold_and_hysteresis_agree_with_a_plain_model(
    values: list[float], hold: int, clear: float | None
) -> None:
    rule, track, holds = over(hold_count=hold, clear=clear), Track(), False
    back = 10.0 if clear is None else clear
    for turn, value in enumerate(values):
        track.take(rule, turn * EVERY, value, (None, 10.0))
        newest = values[max(0, turn + 1 - hold) : turn + 1]
        if len(newest) == hold and all(one > 10.0 for one in newest):
            holds = True
        if len(newest) == hold and all(one <= back for one in newest):
            holds = False
        assert (track.trip is not None) is holds


READINGS = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from([7.0, 9.5, 10.5, 12.0, -999.0])), max_size=40,
    unique_by=lambda one: one[0],
)  # fmt: skip


@given(readings=READINGS, order=st.randoms(use_true_random=False), size=st.integers(1, 40))
def test_neither_the_order_within_a_batch_nor_its_size_matters(
    readings: list[tuple[int, float]], order: Any, size: int
) -> None:
    rule_set = rules(over(hold_count=2, clear=8.0))
    plain, batched = Judged(rule_set), Judged(rule_set)
    sorted_ = sorted(readings)
    for turn, value in sorted_:
        plain.evaluator.take([plain.record(turn, value)], CLOCK)
    for begin in range(0, len(sorted_), size):
        batch = [batched.record(*one) for one in sorted_[begin : begin + size]]
        order.shuffle(batch)
        batched.evaluator.take(batch, CLOCK)
    if not readings:
        return
    assert list(batched.series.trips) == list(plain.series.trips)
    assert [(t.at, t.n) for t in batched.series.trips.values()] == [
        (t.at, t.n) for t in plain.series.trips.values()
    ]
    assert (batched.series.at, batched.series.changed_at) == (plain.series.at, plain.series.changed_at)


@given(readings=READINGS)
def test_the_quick_way_of_calm_readings_changes_nothing(readings: list[tuple[int, float]]) -> None:
    rule_set = rules(over(hold_count=2, clear=8.0))
    quick, slow = Judged(rule_set), Judged(rule_set)
    for turn, value in sorted(readings):
        quick.evaluator.take([quick.record(turn, value)], CLOCK)
        slow.evaluator.take([slow.record(turn, value)], CLOCK)
        slow.series.is_calm = False
        assert list(quick.series.trips) == list(slow.series.trips)
        assert quick.series.is_over("t") == slow.series.is_over("t")


def test_an_older_reading_that_is_not_late_changes_nothing() -> None:
    judged = Judged(rules(over()))
    judged.take(9, first=2)
    assert not judged.take(11, first=1)


def test_after_a_loss_readings_do_not_follow_each_other() -> None:
    judged = Judged(rules(over(hold_count=2)))
    assert not judged.take(11)
    assert not judged.take(11, first=6)
    assert judged.take(11, first=7)


BANDS = (Band("outdoor_temp", -3.0, 0.0, 60.0, 70.0), Band("outdoor_temp", 0.0, 3.0, 50.0, 60.0))


@pytest.mark.parametrize(
    ("outside", "low"), [(-3.0, 60.0), (-0.1, 60.0), (0.0, 50.0), (2.9, 50.0), (3.0, None), (-3.1, None)]
)
def test_a_band_holds_from_its_lower_edge_up_to_its_upper_one(outside: float, low: float | None) -> None:
    conditions = Conditions(rules(bands=BANDS))
    conditions.measure(OUTDOOR, "q1", T0, outside)
    band = conditions.band(BANDS, T0 + 600)
    assert (band and band.low) == low


def test_an_unknown_or_old_condition_judges_nothing() -> None:
    conditions = Conditions(rules(bands=BANDS))
    assert conditions.band(BANDS, T0) is None
    conditions.measure(OUTDOOR, "q1", T0, 1.0)
    assert conditions.band(BANDS, T0 + 3 * 3600) is not None
    assert conditions.band(BANDS, T0 + 3 * 3600 + 61) is None


def test_the_outdoor_temperature_is_the_middle_of_the_fresh_thermometers() -> None:
    conditions = Conditions(rules())
    for name, value in (("q1", 1.0), ("q2", 2.0), ("q3", 40.0)):
        conditions.measure(OUTDOOR, name, T0, value)
    assert conditions.value("outdoor_temp", T0) == 2.0


@pytest.mark.parametrize(("hour", "held"), [(21.9, 0), (22.0, 1), (23.5, 1), (0.0, 1), (5.9, 1), (6.0, 0)])
def test_hours_may_wrap_around_midnight(hour: float, held: int) -> None:
    bands = (Band("hour_of_day", 6.0, 22.0, 0.0, 1.0), Band("hour_of_day", 22.0, 6.0, 2.0, 3.0))
    midnight = T0 - (T0 + 28_800) % 86_400
    assert Conditions(rules()).band(bands, midnight + hour * 3600) is bands[held]


def test_rain_is_a_condition() -> None:
    conditions = Conditions(rules())
    dry, wet = Band("rain_state", 0.0, 1.0, 0.0, 1.0), Band("rain_state", 1.0, 2.0, 0.0, 9.0)
    conditions.measure(RAIN, "r1", T0, 0.0)
    assert conditions.band((dry, wet), T0) is dry
    assert conditions.dry_since(T0 + 600) == T0
    conditions.measure(RAIN, "r2", T0 + 120, 4.0)
    assert conditions.band((dry, wet), T0 + 120) is wet
    assert conditions.dry_since(T0 + 120) is None


def test_a_rise_counts_from_the_lowest_reading_of_its_window() -> None:
    rule = Threshold("t", "class:gauge", "level", "rate_gt", 5.0, window_s=300.0)
    judged = Judged(rules(rule))
    assert not judged.take(0, 2, 4, 5)
    assert judged.take(6, first=4)
    assert not judged.take(6.5, 7, 7.5, 8, 8.2, 8.4, first=5)


def test_a_silence_is_a_deviation_that_a_reading_ends() -> None:
    judged = Judged(rules(Threshold("t", "class:gauge", "level", "gap_gt", 180.0)))
    judged.take(1)
    judged.evaluator.look(T0 + 180, lambda _: True)
    assert not judged.evaluator.deviating
    judged.evaluator.look(T0 + 181, lambda _: False)  # its whole source is silent
    assert not judged.evaluator.deviating
    judged.evaluator.look(T0 + 181, lambda _: True)
    assert list(judged.evaluator.deviating) == ["d1/level"]
    judged.take(1, first=4)
    assert not judged.evaluator.deviating


def test_a_gauge_that_told_a_late_backlog_alone_is_not_silent_since_the_beginning_of_time() -> None:
    judged = Judged(rules(Threshold("t", "class:gauge", "level", "gap_gt", 180.0)))
    judged.take(1, late_s=7200.0)
    judged.evaluator.look(T0 + 181, lambda _: True)
    assert not judged.evaluator.deviating


def test_the_time_inside_a_baseline_counts_only_with_good_data() -> None:
    bands = (Band("none", 0.0, 1.0, 5.0, 10.0),)
    judged = Judged(rules(bands=bands))
    judged.take(6, 6, 12, -999.0, 6)  # inside 2 min, outside 1 min, then a minute without data
    judged.take(6, first=30)  # a silence counts for two intervals
    assert (judged.series.inside_s, judged.series.good_s) == (240.0, 300.0)


@pytest.mark.parametrize(
    ("unit", "value", "told"), [("", 3.0, 3.0), ("m", 3.0, 3.0), ("cm", 300.0, 3.0), ("°C", 3.0, None)]
)
def test_a_value_is_told_in_the_metrics_unit(unit: str, value: float, told: float | None) -> None:
    judged = Judged(rules(over()))
    judged.take(value, unit=unit)
    assert judged.series.value == pytest.approx(told if told is not None else float("nan"), nan_ok=True)


@pytest.mark.parametrize(
    "broken", [{"value": "11"}, {"value": None}, {"at": "yesterday"}, {"device": "d9"}, {"metric": "x"}]
)
def test_a_reading_that_cannot_be_judged_stops_no_other(broken: dict[str, Any]) -> None:
    judged = Judged(rules(over()))
    records = [judged.record(0, 11.0) | broken, judged.record(1, 11.0)]
    judged.evaluator.take(records, CLOCK)
    assert list(judged.series.trips) == ["t"]


def test_the_narrowest_threshold_of_a_level_counts() -> None:
    own = msgspec.structs.replace(over(20.0), id="own", scope="device:d1")
    street = msgspec.structs.replace(over(15.0), id="street", scope="street:310115005")
    found = rules(over(), street, own).thresholds_of(DEVICE, "level")
    assert [one.id for one in found] == ["own"]
    worse = msgspec.structs.replace(over(30.0), id="red", level="red")
    assert {one.id for one in rules(over(), street, worse).thresholds_of(DEVICE, "level")} == {
        "street",
        "red",
    }


def test_a_new_registration_takes_its_own_thresholds() -> None:
    judged = Judged(rules(over()))
    assert judged.take(11)
    judged.devices["d1"] = msgspec.structs.replace(DEVICE, kind="other")
    assert not judged.take(11, first=1)
