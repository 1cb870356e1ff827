"""The rain field: only what gauges measured, in absolute colours, and nothing where nobody measures."""

import io
import tomllib
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import static
from city.clocks.timestamps import iso
from city.folding.store import Store
from city.views.wall_seen import WallSeen
from city.views.wall_view import WallView
from layers.atlas.atlas import Atlas
from layers.contract import Frame, MapSetting, same
from layers.fields.heat import CoreHeat, Heat
from layers.fields.pictures import CLEAR
from layers.fields.rain import RADIUS_M, CoreRain, Rain, gauges
from layers.legend import legend
from layers.palette import RAIN
from layers.projection import to_degrees, to_mercator
from layers.registry import map_setting
from tests.rain_gauges import EMERGENCY, emergency, gauge
from tests.seen_factory import NOW, case, seen

LIMITS = tomllib.loads(static.path("district/city.toml").read_text(encoding="utf-8"))["limits"]
SETTING = map_setting(Atlas.read(static.path("district/atlas")), LIMITS)
MIDDLE = (121.65, 31.1)
KM = 1 / 95.3
"""A kilometre from west to east in degrees."""


def steps(frame: Frame) -> NDArray[np.uint8]:
    """The picture's steps, row 0 in the north."""
    return np.asarray(Image.open(io.BytesIO(frame.columns["png"])))  # type: ignore[arg-type]  # bytes


def step_at(frame: Frame, lon: float, lat: float) -> int:
    picture, image = steps(frame), frame.meta["image"]
    x, y = to_mercator(lon, lat)
    column = (float(x) - image["x"]) / image["w"] * picture.shape[1]
    row = (image["y"] - float(y)) / image["h"] * picture.shape[0]
    return int(picture[int(row), int(column)])


def drawn(*rows: dict[str, Any], setting: MapSetting = SETTING) -> Frame:
    return Rain(setting).frame(emergency(*rows), NOW)


def test_a_gauge_colours_what_is_near_and_nothing_else() -> None:
    lon, lat = MIDDLE
    frame = drawn(gauge(30.0, lon, lat))
    wanted = int(RAIN.steps(np.array([30.0]))[0])
    assert [step_at(frame, lon + km * KM, lat) for km in (0.0, 2.0, 4.5)] == [wanted] * 3
    assert [step_at(frame, lon + km * KM, lat) for km in (5.5, 8.0, -6.0)] == [0, 0, 0]
    colours = set(np.unique(steps(frame)).tolist())
    assert colours == {0, wanted}


def test_without_a_gauge_that_measures_there_is_no_colour() -> None:
    assert not steps(drawn()).any()
    assert not steps(drawn(gauge(30.0, *MIDDLE, lost=True))).any()
    assert not steps(drawn(gauge(30.0, *MIDDLE, quality="bad"))).any()
    assert not steps(drawn(gauge(30.0, float("nan"), float("nan")))).any()


def test_dry_is_not_unknown() -> None:
    frame = drawn(gauge(0.0, *MIDDLE))
    assert step_at(frame, *MIDDLE) == 1


def test_one_number_has_one_colour_whatever_else_is_drawn() -> None:
    lon, lat = MIDDLE
    alone = drawn(gauge(20.0, lon, lat))
    beside = drawn(gauge(20.0, lon, lat), gauge(90.0, lon + 0.2, lat), gauge(1.0, lon, lat - 0.1))
    assert step_at(alone, lon, lat) == step_at(beside, lon, lat)
    inset = CoreRain(SETTING).frame(emergency(gauge(20.0, *_core())), NOW)
    assert step_at(inset, *_core()) == step_at(alone, lon, lat)


def test_between_two_gauges_the_field_goes_from_one_to_the_other() -> None:
    lon, lat = MIDDLE
    frame = drawn(gauge(10.0, lon, lat), gauge(70.0, lon + 6 * KM, lat))
    way = [step_at(frame, lon + km * KM, lat) for km in (0.0, 1.5, 3.0, 4.5, 6.0)]
    assert way == sorted(way)
    assert (way[0], way[-1]) == tuple(RAIN.steps(np.array([10.0, 70.0])).tolist())


def test_the_neighbours_of_a_lost_gauge_do_not_speak_for_it() -> None:
    lon, lat = MIDDLE
    rows = gauge(30.0, lon, lat), gauge(0.0, lon + 4 * KM, lat, lost=True)
    frame = drawn(*rows)
    assert step_at(frame, lon + 1.5 * KM, lat) > 0
    assert step_at(frame, lon + 2.5 * KM, lat) == 0
    assert (frame.meta["gauges"], frame.meta["lost"], frame.meta["short"]) == (2, 1, 0)


def test_a_gauge_whose_hour_is_not_known_has_no_colour_and_is_counted() -> None:
    short = gauge(30.0, *MIDDLE) | {"hour": [(float(before), 30.0) for before in range(20)]}
    frame = drawn(short)
    assert not steps(frame).any()
    assert (frame.meta["short"], frame.meta["lost"], frame.meta["most"]) == (1, 0, None)


def test_a_gauge_that_adds_up_the_hour_itself_is_taken_at_its_word() -> None:
    own = gauge(42.0, *MIDDLE, metric="rain_1h", unit="mm", device="g") | {"hour": []}
    both = emergency(own, gauge(7.0, *MIDDLE, device="g"))
    found = gauges(both.readings, NOW)
    assert found.mm.tolist() == [42.0]
    assert found.owners == ("水务",)


def test_in_peacetime_there_is_no_rain_and_in_an_emergency_no_density() -> None:
    peace = emergency(gauge(30.0, *MIDDLE), mode="peace", cases=(case(),))
    frame = Rain(SETTING).frame(peace, NOW)
    assert frame.columns["png"] is CLEAR
    crisis = seen(cases=(case(),), response=EMERGENCY)
    for layer in (Heat(SETTING), CoreHeat(SETTING)):
        assert not np.asarray(Image.open(io.BytesIO(layer.frame(crisis, NOW).columns["png"]))).any()  # type: ignore[arg-type]  # bytes
        assert np.asarray(Image.open(io.BytesIO(layer.frame(peace, NOW).columns["png"]))).any()  # type: ignore[arg-type]  # bytes
    assert Heat(SETTING).tile(crisis, NOW, (10, 857, 418)) is CLEAR


def test_an_unchanged_field_is_not_encoded_twice() -> None:
    layer = Rain(SETTING)
    first = layer.frame(emergency(gauge(30.0, *MIDDLE)), NOW)
    again = layer.frame(emergency(gauge(30.02, *MIDDLE)), NOW)
    assert again.columns["png"] is first.columns["png"]
    other = layer.frame(emergency(gauge(31.0, *MIDDLE)), NOW)
    assert other.columns["png"] is not first.columns["png"]


def test_the_legend_says_who_measured_and_when_and_how_many_do_not() -> None:
    frame = drawn(gauge(30.0, *MIDDLE), gauge(0.0, 121.7, 31.0, lost=True))
    found = legend({"rain": frame})
    assert found.rain is not None
    assert (found.rain.owners, found.rain.at) == (("水务",), (NOW - 30) // 60 * 60)
    assert (found.rain.gauges, found.rain.lost, found.rain.radius_km) == (2, 1, RADIUS_M / 1000)
    assert [number for _, number in found.numbers] == [5.0, 20.0, 50.0, 80.0]
    words = [mark.word for mark in found.marks]
    assert words == ["urgency.critical", "urgency.urgent", "legend.closed_off", "legend.units"]
    assert legend({"rain": Rain(SETTING).frame(seen(), NOW)}).rain is None


def test_a_console_that_folded_the_same_readings_draws_the_same() -> None:
    records = [
        {
            "kind": "reading", "device": f"r{number}", "metric": "rain_mmh", "value": 12.0 * number,
            "at": NOW - 60 * before, "received": NOW - 60 * before + 1, "unit": "mm/h",
        }
        for number in range(4)
        for before in range(61)
    ]  # fmt: skip
    one, other = (_folded(order) for order in (records, records[::-1]))
    assert same(Rain(SETTING).frame(one, NOW), Rain(SETTING).frame(other, NOW))
    assert steps(Rain(SETTING).frame(one, NOW)).any()


def _folded(records: list[dict[str, Any]]) -> WallSeen:
    store = Store()
    store.measure(
        "sensor", [one | {name: iso(one[name]) for name in ("at", "received")} for one in records]
    )  # fmt: skip
    columns = store.state.measured.readings
    for row, device in enumerate(columns.column("device")):
        number = int(device[1:])
        columns.set(row, {"lon": MIDDLE[0] + 0.03 * number, "lat": MIDDLE[1], "interval": 60.0})
    return msgspec.structs.replace(WallView().see(store.state, NOW), response=EMERGENCY)


def _core() -> tuple[float, float]:
    west, south, east, north = SETTING.core or SETTING.extent
    lon, lat = to_degrees((west + east) / 2, (south + north) / 2)
    return float(lon), float(lat)


@pytest.mark.parametrize("mode", ["alert", "recovery"])
def test_only_an_emergency_has_the_field(mode: str) -> None:
    assert Rain(SETTING).frame(emergency(gauge(30.0, *MIDDLE), mode=mode), NOW).meta["on"] is False
