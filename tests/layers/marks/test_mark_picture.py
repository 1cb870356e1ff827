"""A picture of marks shows what their glyphs would: the same marks, at their places, in their states."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from layers.contract import MapSetting
from layers.marks.mark_picture import Look, MarkPicture, Pixels, home_pixels
from layers.marks.units import LOOKS
from layers.palette import FAINT, TEXT

WEST, NORTH = 13_500_000.0, 3_700_000.0
REACH_PX = 5
"""From the middle of a mark to its edge: half of 9 px and of a line of 1.5 px, from the middle of a pixel."""

places = st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.booleans())
views = st.builds(
    lambda scale, width, height, density: Pixels(WEST, NORTH, scale, width, height, density),
    st.sampled_from([0.5, 7.0, 80.0]), st.integers(20, 120), st.integers(20, 120),
    st.sampled_from([1.0, 2.0]),
)  # fmt: skip


def rgba(colour: str, opacity: int = 255) -> list[int]:
    return [*(int(colour[i : i + 2], 16) for i in (1, 3, 5)), opacity]


def drawn(
    x: NDArray[np.float64], y: NDArray[np.float64], lost: NDArray[np.uint8], pixels: Pixels
) -> NDArray[np.uint8]:
    """Return the RGBA pixels that another programme reads from the picture."""
    picture = MarkPicture(LOOKS)
    data = picture.png(picture.steps(x, y, lost, pixels))
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


@given(st.lists(places, max_size=60), views)
def test_picture_and_glyphs_show_the_same_marks_in_the_same_states(
    marks: list[tuple[float, float, bool]], pixels: Pixels
) -> None:
    west, south, east, north = pixels.extent
    x = np.array([west + across * (east - west) * 0.999 for across, _, _ in marks])
    y = np.array([north - down * (north - south) * 0.999 for _, down, _ in marks])
    lost = np.array([is_lost for _, _, is_lost in marks], dtype=np.uint8)
    seen = drawn(x, y, lost, pixels)
    assert seen.shape[:2] == pixels.shape
    rows, columns = pixels.at(x, y)
    grid_rows, grid_columns = np.indices(pixels.shape)
    reach = REACH_PX * pixels.density + (pixels.density > 1)
    far = np.full(pixels.shape, np.inf)
    for row, column, is_lost in zip(rows, columns, lost, strict=True):
        distance = np.maximum(abs(grid_rows - row), abs(grid_columns - column))
        far = np.minimum(far, distance)
        if is_lost:  # its cross is on top of everything
            assert seen[row, column].tolist() == rgba(FAINT)
    for row, column, is_lost in zip(rows, columns, lost, strict=True):
        apart = np.maximum(abs(rows[lost == 1] - row), abs(columns[lost == 1] - column))
        if not is_lost and (apart > reach).all():
            assert seen[row, column].tolist() == rgba(TEXT)
    assert (seen[far > reach][:, 3] == 0).all()  # where no glyph is, nothing is drawn
    assert (seen[far <= 1][:, 3] > 0).all() or lost.any()


def test_a_lost_mark_is_hollow_with_a_cross_and_the_other_one_is_full() -> None:
    pixels = Pixels(WEST, NORTH, 1.0, 40, 20)
    x, y = np.array([WEST + 10.5, WEST + 30.5]), np.array([NORTH - 10.5, NORTH - 10.5])
    seen = drawn(x, y, np.array([0, 1], dtype=np.uint8), pixels)
    assert (seen[6:15, 6:15] == rgba(TEXT)).all()
    assert seen[10, 30].tolist() == seen[7, 27].tolist() == rgba(FAINT)
    assert seen[10, 32, 3] == 0  # between the arms of the cross
    assert 0 < seen[10, 25, 3] < 255  # the line is 1.5 px wide
    assert seen[10, 24, 3] == seen[10, 36, 3] == 0


@pytest.mark.parametrize(("across", "down"), [(-3.5, 10.5), (43.5, 10.5), (10.5, -3.5), (10.5, 23.5)])
def test_a_mark_just_outside_a_view_reaches_into_it(across: float, down: float) -> None:
    pixels = Pixels(WEST, NORTH, 1.0, 40, 20)
    seen = drawn(np.array([WEST + across]), np.array([NORTH - down]), np.zeros(1, dtype=np.uint8), pixels)
    assert (seen[:, :, 3] > 0).any()


def test_marks_far_away_and_without_a_place_are_not_drawn() -> None:
    x = np.array([WEST - 1e7, WEST + 10.0, np.nan, np.inf])
    y = np.array([NORTH, NORTH + 1e7, NORTH, -np.inf])
    seen = drawn(x, y, np.zeros(4, dtype=np.uint8), Pixels(WEST, NORTH, 0.01, 40, 20))
    assert not seen[:, :, 3].any()


def test_a_picture_without_marks_is_clear() -> None:
    nothing = np.zeros(0)
    assert not drawn(nothing, nothing, np.zeros(0, dtype=np.uint8), Pixels(WEST, NORTH, 1.0, 40, 20)).any()


def test_the_home_picture_reaches_beyond_the_home_view_at_its_scale() -> None:
    setting = MapSetting((WEST, NORTH - 60_000.0, WEST + 50_000.0, NORTH), (500.0, 600.0))
    west, south, east, north = home_pixels(setting).extent
    assert home_pixels(setting).scale == setting.metres_per_px
    assert (west < WEST, south < NORTH - 60_000.0, east > WEST + 50_000.0, north > NORTH) == (True,) * 4


def test_a_mark_of_another_size_has_its_own_pixels() -> None:
    assert Look("square", 5.0, TEXT, line=0.0).levels(1.0).tolist() == [[3] * 5] * 5
    assert Look("square", 5.0, TEXT, line=0.0).levels(2.0).shape == (11, 11)
