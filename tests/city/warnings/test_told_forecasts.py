"""Forecasts in CAP's parameters: read by name, refused by name, over with their message."""

from typing import Any

import pytest

from city.clocks.timestamps import iso
from city.views.response.forecasts_seen import next_forecasts, warned_forecasts
from city.warnings.in_force import in_force
from city.warnings.told_forecasts import ForecastError, told_forecasts
from tests.city.commands.reports_world import ReportsWorld
from tests.warning_factory import NOON, folded, info, message

RULES = ReportsWorld().rules
PEAK = iso(NOON + 7200.0)


def parameters(**told: str) -> list[dict[str, str]]:
    return [{"valueName": name, "value": value} for name, value in told.items()]


def tide(value: str = "4.90", station: str = "huangpu_park", **more: str) -> dict[str, Any]:
    told = parameters(station=station, peak_m=value, peak_at=PEAK, **more)
    return info("潮位预报", "", severity="Unknown", headline="黄浦公园潮位预报", parameter=told)


def held(*records: dict[str, Any], at: float = NOON + 60.0) -> list[tuple[Any, ...]]:
    found = warned_forecasts(folded(*records).warnings.values(), RULES, at)
    return [(one.kind, one.place, one.value, one.unit, one.line, one.exercise) for one in found]


def test_a_tide_stands_against_the_line_of_its_station_and_is_no_warning() -> None:
    state = folded(message("m1", 0.0, tide()))
    [told] = warned_forecasts(state.warnings.values(), RULES, NOON + 60.0)
    assert (told.kind, told.place, told.value, told.line) == ("tide", "huangpu_park", 4.9, 4.55)
    assert (told.peak_at, told.issued_at, told.exercise) == (NOON + 7200.0, NOON, False)
    assert in_force(state.warnings.values(), NOON + 60.0) == ()
    assert list(state.log) == []


def test_rain_is_told_for_each_division_code_of_the_district() -> None:
    told = parameters(colour="blue", rain_1h_mm="31", rain_3h_mm="60", rain_at=PEAK)
    codes = [{"valueName": "GB/T 2260", "value": code} for code in (RULES.district, "310104")]
    rain = info(parameter=told, area=[{"areaDesc": "全区", "geocode": codes}])
    place = RULES.district
    assert held(message("m1", 0.0, rain)) == [
        ("rain_1h", place, 31.0, "mm", None, False), ("rain_3h", place, 60.0, "mm", None, False),
    ]  # fmt: skip


def test_a_tide_in_another_datum_has_no_line_and_another_water_is_not_told() -> None:
    assert held(message("m1", 0.0, tide(datum="1985")))[0][4] is None
    assert held(message("m1", 0.0, tide(station="南京站"))) == []
    assert held(message("m1", 0.0, tide(station="CW-1")))[0][1] == "huangpu_park"


@pytest.mark.parametrize("order", [1, -1])
def test_a_forecast_ends_with_its_message_in_any_order(order: int) -> None:
    first = message("m1", 0.0, tide())
    sent = f"{first['sender']},m1,{first['sent']}"
    newer = message("m2", 1.0, tide("4.95"), msgType="Update", references=sent)
    gone = message("m3", 1.0, msgType="Cancel", references=sent)
    at = NOON + 120.0
    assert [one[2] for one in held(*[first, newer][::order], at=at)] == [4.95]
    assert held(*[first, gone][::order], at=at) == []


def test_an_exercise_stands_only_where_there_is_no_real_one_and_says_so() -> None:
    drill = message("m1", 0.0, tide("5.90"), status="Exercise")
    real = message("m2", 0.0, tide("4.20"))
    for records, value, exercise in (([drill], 5.9, True), ([drill, real], 4.2, False)):
        found = warned_forecasts(folded(*records).warnings.values(), RULES, NOON + 60.0)
        [seen] = next_forecasts(found, NOON + 60.0)
        assert (seen.value, seen.exercise) == (value, exercise)


def test_of_a_place_the_newest_issued_counts() -> None:
    records = message("m1", 0.0, tide("5.90")), message("m2", 5.0, tide("4.20"))
    found = warned_forecasts(folded(*records).warnings.values(), RULES, NOON + 600.0)
    assert [one.value for one in next_forecasts(found, NOON + 600.0)] == [4.2]


@pytest.mark.parametrize(
    ("told", "number", "code", "named"),
    [
        ({"peak_m": "4.9", "peak_at": PEAK}, None, "missing", "station"),
        ({"peak_m": "4.9", "station": "x"}, None, "missing", "peak_at"),
        ({"peak_m": "high", "peak_at": PEAK, "station": "x"}, 0, "not_a_number", "peak_m"),
        ({"peak_m": "nan", "peak_at": PEAK, "station": "x"}, 0, "not_a_number", "peak_m"),
        ({"peak_m": "490", "peak_at": PEAK, "station": "x"}, 0, "out_of_range", "peak_m"),
        ({"peak_m": "4.9", "peak_at": "tonight", "station": "x"}, 1, "bad_time", "peak_at"),
        ({"rain_1h_mm": "-1", "rain_at": PEAK}, 0, "out_of_range", "rain_1h_mm"),
        ({"rain_3h_mm": "10"}, None, "missing", "rain_at"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(
    told: dict[str, str], number: int | None, code: str, named: str
) -> None:
    areas = folded(message("m1", 0.0, info())).warnings
    [some] = areas.values()
    with pytest.raises(ForecastError) as fault:
        told_forecasts({"parameter": parameters(**told)}, some.infos[0].areas)
    assert (fault.value.number, fault.value.code) == (number, code)
    assert named in fault.value.expected


def test_a_statement_tells_one_peak() -> None:
    twice = [*parameters(peak_m="4", peak_at=PEAK, station="x"), *parameters(peak_m="5")]
    with pytest.raises(ForecastError, match="once"):
        told_forecasts({"parameter": twice})


def test_parameters_of_others_are_none_of_ours() -> None:
    assert told_forecasts({"parameter": parameters(station="KLOT", colour="blue")}) == ()
    assert told_forecasts({"parameter": {"valueName": "VTEC"}}) == ()
    assert told_forecasts({}) == ()
