import io
import math

import numpy as np
import pytest
from msgspec import structs
from PIL import Image

from city.clocks.city_clock import CityClock
from layers.contract import MapSetting, same
from layers.fields import heat as heat_module
from layers.fields.buckets import Buckets, fixed_grid
from layers.fields.density import count, density
from layers.fields.heat import BesideHeat, CoreHeat, Heat, tile_extent
from layers.fields.heat_choices import CHOICES, FEW, MANY, HeatChoice, read_choice
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


def test_each_window_counts_what_was_reported_within_it() -> None:
    state = seen(cases=(case(at=NOW - 7200.0),))
    counts = {
        window: Heat(SETTING, HeatChoice("cases", window)).frame(state, NOW).meta["count"]
        for window in FEW["cases"]
    }
    assert counts == {"15m": 0, "1h": 0, "6h": 1, "24h": 1}


def test_the_legend_goes_with_the_frame() -> None:
    meta = Heat(SETTING).frame(seen(), NOW).meta
    assert meta["steps"] == DENSITY.css()
    assert all(DENSITY.css()[step] == DENSITY.colour(number) for step, number in meta["numbers"])


# ---- what else can be shown


def top(choice: str, *cases: object, now: float = NOW) -> int:
    return int(
        steps_of(Heat(SETTING, read_choice(choice)).frame(seen(cases=cases), now).columns["png"]).max()
    )


def test_every_choice_is_read_and_another_is_refused() -> None:
    for kind, windows in CHOICES.items():
        assert read_choice(kind) == HeatChoice(kind, windows[0])
        assert all(read_choice(f"{kind}.{window}").name == f"{kind}.{window}" for window in windows)
    for text in ("rain", "cases.2h", "burn.1h", "cases.1h.x"):
        with pytest.raises(ValueError, match="expected one of"):
            read_choice(text)


def test_burn_is_elapsed_time_by_limit_whatever_the_number_of_cases() -> None:
    half = [case(f"c{n}", at=NOW - 1800.0, due_at=NOW + 1800.0) for n in range(20)]
    assert top("burn", *half) == top("burn", half[0]) == 5  # 0.5 = 0.125 · 2^(4/2)
    assert top("burn", case(at=NOW - 7200.0, due_at=NOW - 3600.0)) == 9  # twice its limit


def test_a_breach_is_a_limit_that_ends_soon_and_has_not_ended() -> None:
    cases = [case(f"c{n}", due_at=NOW + 60.0 * minutes) for n, minutes in enumerate((-1, 20, 50, 70))]
    counts = [
        Heat(SETTING, HeatChoice("breach", window)).frame(seen(cases=cases), NOW).meta["count"]
        for window in FEW["breach"]
    ]
    assert counts == [1, 2]


def test_the_worst_state_of_a_place_wins() -> None:
    in_time = case("a", at=NOW - 60.0, due_at=NOW + 3600.0)
    soon = case("b", at=NOW - 3500.0, due_at=NOW + 100.0)
    over, critical = case("c", due_at=NOW - 1.0), case("d", urgency="critical")
    assert [top("worst", one) for one in (in_time, soon, over, critical)] == [1, 2, 3, 4]
    assert top("worst", in_time, over, soon) == 3


def test_an_unchanged_picture_is_neither_computed_nor_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = []
    draw = heat_module.palette_png
    monkeypatch.setattr(heat_module, "palette_png", lambda *given: encoded.append(1) or draw(*given))
    heat, state = Heat(SETTING), seen(cases=(case(), case("c2")))
    first = heat.frame(state, NOW)
    assert heat.frame(state, NOW + 5.0).columns["png"] is first.columns["png"]
    moved = seen(cases=(case(), case("c2"), case("far", place=(100.0, 20.0))))
    again = heat.frame(moved, NOW + 5.0)
    assert again.columns["png"] is first.columns["png"]
    assert again.meta["v"] != first.meta["v"]  # a tile of another place may differ
    assert len(encoded) == 1


def test_many_points_are_the_density_of_a_full_pass() -> None:
    rng = np.random.default_rng(5)
    x, y = X + rng.normal(0, 6000, 30_000), Y + rng.normal(0, 6000, 30_000)
    grid = fixed_grid(SETTING.extent, SETTING.latitude)
    kept = Buckets(grid)
    kept.add(x, y, np.full(len(x), NOW - 60.0), NOW)
    kept.since = 0
    choice = HeatChoice("detections", "1h")
    heat = Heat(SETTING, choice, {"detections": kept})
    frame = heat.frame(seen(), NOW)
    assert frame.meta["count"] == count(x, y, grid).sum()
    expected = choice.ramp.steps(density(x, y, heat.area))[::-1]
    off = np.abs(steps_of(frame.columns["png"]).astype(int) - expected)
    assert (off[expected >= 3] <= 1).mean() > 0.999  # a fringe fades within a cell of the fixed grid
    assert Heat(SETTING, choice, {"detections": kept}).tile(seen(), NOW, (9, 428, 209)) != b""
    # The next minute's window has other points: nothing is left of these after an hour.
    assert heat.frame(seen(), NOW + 3700.0).meta["count"] == 0


def test_what_is_known_only_from_a_time_on_says_so() -> None:
    kept = Buckets(fixed_grid(SETTING.extent, SETTING.latitude))
    kept.since = int(NOW // 60) - 10
    metas = {
        window: Heat(SETTING, HeatChoice("units", window), {"units": kept}).frame(seen(), NOW).meta["since"]
        for window in MANY["units"]
    }
    assert metas["15m"] == metas["24h"] == (NOW // 60 - 10) * 60
    kept.since = int(NOW // 60) - 59
    assert Heat(SETTING, HeatChoice("units", "1h"), {"units": kept}).frame(seen(), NOW).meta["since"] is None
