import io
import math

import numpy as np
import pytest
from msgspec import structs
from PIL import Image

from city.clocks.city_clock import CityClock
from layers.contract import MapSetting, same
from layers.fields.heat import WINDOWS, BesideHeat, CoreHeat, Heat, tile_extent
from layers.palette import DENSITY
from layers.projection import to_mercator
from tests.seen_factory import NOW, PEOPLE_SQUARE, case, seen

X, Y = (float(v) for v in to_mercator(*PEOPLE_SQUARE))
SETTING = MapSetting((X - 30_000, Y - 40_000, X + 30_000, Y + 40_000), (756.0, 1008.0))


def steps_of(png: object) -> np.ndarray:
    assert isinstance(png, bytes)
    return np.asarray(Image.open(io.BytesIO(png)))


def shown(*cases: object, now: float = NOW) -> np.ndarray:
    return steps_of(Heat(SETTING).frame(seen(cases=cases), now).columns["png"])


def test_a_case_glows_where_it_is() -> None:
    picture = shown(case())
    row, column = np.unravel_index(picture.argmax(), picture.shape)
    assert abs(row - picture.shape[0] / 2) <= 1
    assert abs(column - picture.shape[1] / 2) <= 1


def test_the_north_is_on_top() -> None:
    picture = shown(case(place=(121.5065, 31.45)))
    assert np.unravel_index(picture.argmax(), picture.shape)[0] < picture.shape[0] / 4


def test_a_cell_is_four_css_pixels() -> None:
    assert Heat(SETTING).area.shape == (252, 189)


def test_there_are_never_more_cells_than_512_times_288() -> None:
    rows, columns = Heat(MapSetting(SETTING.extent, (3840.0, 2160.0))).area.shape
    assert rows * columns <= 512 * 288


def test_the_colour_of_a_place_does_not_depend_on_other_places() -> None:
    alone = shown(case())
    crowd = [case(f"x{n}", place=(121.75, 31.0)) for n in range(400)]
    both = shown(case(), *crowd)
    half = alone.shape[1] // 2 + 10
    assert np.array_equal(alone[: alone.shape[0] // 2, :half], both[: alone.shape[0] // 2, :half])


def test_twice_as_many_cases_are_two_steps_more() -> None:
    one = shown(*(case(f"a{n}") for n in range(4)))
    two = shown(*(case(f"a{n}") for n in range(8)))
    assert int(two.max()) - int(one.max()) == 2


def test_only_the_window_counts_in_city_time() -> None:
    clock = CityClock(city0=NOW, machine0=0.0, rate=10.0)
    cases = (case("old", at=NOW - 3000.0), case("new", at=NOW - 10.0))
    heat = Heat(SETTING)
    assert heat.frame(seen(cases=cases, clock=clock), 0.0).meta["count"] == 2
    assert heat.frame(seen(cases=cases, clock=clock), 61.0).meta["count"] == 1


def test_a_case_with_an_address_only_is_counted_as_unplaced() -> None:
    meta = Heat(SETTING).frame(seen(cases=(case(place=(math.nan, math.nan)),)), NOW).meta
    assert (meta["count"], meta["unplaced"]) == (0, 1)


def test_the_picture_lies_on_the_home_view() -> None:
    image = Heat(SETTING).frame(seen(), NOW).meta["image"]
    assert image == {"x": X - 30_000, "y": Y + 40_000, "w": 60_000.0, "h": 80_000.0}


def test_nothing_new_is_the_same_frame_and_a_case_is_another() -> None:
    heat, state = Heat(SETTING), seen(cases=(case(),))
    first = heat.frame(state, NOW)
    assert same(first, heat.frame(state, NOW + 10.0))
    assert not same(first, heat.frame(seen(cases=(case(), case("c2"))), NOW))


@pytest.mark.parametrize(("closer", "field"), [(CoreHeat, "core"), (BesideHeat, "beside")])
def test_an_inset_shows_the_same_numbers_closer(closer: type[CoreHeat], field: str) -> None:
    core = (X - 5000, Y - 5000, X + 5000, Y + 5000)
    setting = structs.replace(SETTING, **{field: core})
    heat, close = Heat(setting), closer(setting)
    assert close.extent == core
    assert close.area.cell_x == pytest.approx(heat.area.cell_x / 3, rel=0.05)
    cases = tuple(
        case(f"c{n}", place=(121.5065 + n % 30 * 0.001, 31.2453 + n // 30 * 0.001)) for n in range(900)
    )
    tops = [int(steps_of(h.frame(seen(cases=cases), NOW).columns["png"]).max()) for h in (heat, close)]
    assert abs(tops[0] - tops[1]) <= 1


def test_neighbouring_tiles_meet_without_a_seam() -> None:
    z, x = 12, int((X / 20037508.342789244 + 1) / 2 * 4096)
    y = int((1 - Y / 20037508.342789244) / 2 * 4096)
    east = tile_extent(z, x, y)[2]
    lon = np.degrees(east / 6378137.0)
    state = seen(cases=tuple(case(f"c{n}", place=(lon, 31.2453)) for n in range(50)))
    left, right = (steps_of(Heat(SETTING).tile(state, NOW, (z, x + d, y))) for d in (0, 1))
    assert left[:, -1].max() > 0
    assert np.abs(left[:, -1].astype(int) - right[:, 0]).max() <= 1


def test_a_tile_has_128_cells_until_the_kernel_shows_nothing_finer() -> None:
    sizes = [steps_of(Heat(SETTING).tile(seen(), NOW, (z, 0, 0))).shape[0] for z in (8, 12, 16, 20)]
    assert sizes == [128, 128, 8, 2]


def test_a_tile_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a tile"):
        Heat(SETTING).tile(seen(), NOW, (3, 8, 0))


def test_all_windows_that_may_be_asked_for_are_drawn() -> None:
    state = seen(cases=(case(at=NOW - 7200.0),))
    tops = {
        name: int(steps_of(Heat(SETTING).tile(state, NOW, (4, 13, 6), window)).max())
        for name, window in WINDOWS.items()
    }
    assert tops["15m"] == tops["1h"] == 0
    assert tops["6h"] == tops["24h"]


def test_the_legend_numbers_go_with_the_frame() -> None:
    assert Heat(SETTING).frame(seen(), NOW).meta["numbers"] == DENSITY.numbers()
