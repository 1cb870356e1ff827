"""Strong wind: its force by the national table, its direction as measured, and none that is not measured."""

from typing import Any

import numpy as np
import pytest

from layers.contract import MapSetting
from layers.marks.winds import MOST, Winds, force
from tests.rain_gauges import emergency
from tests.seen_factory import NOW, PEOPLE_SQUARE

SETTING = MapSetting((13_500_000.0, 3_600_000.0, 13_580_000.0, 3_700_000.0))
LON, LAT = PEOPLE_SQUARE


def wind(speed: float, device: str = "f", **given: Any) -> dict[str, Any]:
    return {"device": device, "metric": "wind_ms", "kind": "wind", "unit": "m/s", "value": speed, **given}


@pytest.mark.parametrize(
    ("speed", "wanted"), [(0.0, 0), (10.7, 5), (10.8, 6), (13.9, 7), (32.7, 12), (45.0, 14), (70.0, 17)]
)
def test_a_force_is_that_of_the_national_table(speed: float, wanted: int) -> None:
    assert int(force(speed)) == wanted


def test_only_from_force_seven_on_and_only_in_an_emergency() -> None:
    state = emergency(wind(13.8), wind(18.0, "g", lat=LAT + 0.1))
    assert Winds(SETTING).frame(state, NOW).columns["force"].tolist() == [8]  # type: ignore[union-attr]
    assert len(Winds(SETTING).frame(emergency(wind(30.0), mode="peace"), NOW).columns["x"]) == 0


def test_a_lost_gauge_has_no_force() -> None:
    state = emergency(wind(30.0, lost=True), wind(30.0, "g", quality="bad"))
    assert len(Winds(SETTING).frame(state, NOW).columns["x"]) == 0


def test_the_arrow_shows_where_the_wind_blows_to_if_it_is_measured() -> None:
    here = {"device": "f", "metric": "wind_dir_deg", "kind": "wind", "unit": "°", "value": 45.0}
    assert Winds(SETTING).frame(emergency(wind(20.0), here), NOW).columns["to"].tolist() == [225.0]  # type: ignore[union-attr]
    lost = Winds(SETTING).frame(emergency(wind(20.0), here | {"lost": True}), NOW)
    assert np.isnan(lost.columns["to"]).all()  # type: ignore[call-overload]


def test_the_strongest_gauge_of_an_area_is_shown_and_at_most_ten() -> None:
    close = emergency(wind(15.0), wind(22.0, "g", lon=LON + 0.001))
    assert Winds(SETTING).frame(close, NOW).columns["force"].tolist() == [9]  # type: ignore[union-attr]
    many = [wind(20.0, f"f{n}", lon=121.3 + 0.1 * (n % 6), lat=30.75 + 0.12 * (n // 6)) for n in range(36)]
    assert len(Winds(SETTING).frame(emergency(*many), NOW).columns["x"]) == MOST
