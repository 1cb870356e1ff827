"""The inset stands where it hides no street, whatever the district's form, or nowhere."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.atlas import Atlas, Box, Path, Street
from layers.base import fit
from layers.inset import dense_core, place_inset, size_px
from static import path as shipped

SIZE = (736.0, 990.0)
ATLAS = Atlas.read(shipped("district/atlas"))
DRAWING = ATLAS.drawing


def town(*rings, core):
    """A drawing whose streets are these rings (km) and whose core is a box of them."""
    hulls = [shapely.Polygon(np.array(ring) * 1000) for ring in rings]
    streets = tuple(
        Street(
            f"{n}", f"{n}", f"{n}", f"{n}", ((Path(*(tuple(map(int, row)) for row in hull.exterior.xy)),),)
        )
        for n, hull in enumerate(hulls)
    )
    whole = shapely.union_all(hulls)
    fields = {
        "streets": streets,
        "bounds": Box(*whole.bounds),
        "core": Box(*(1000.0 * side for side in core)),
    }
    return type(DRAWING)(**{**{f: getattr(DRAWING, f) for f in DRAWING.__struct_fields__}, **fields}), whole


def placed(drawing):
    view = fit(drawing.bounds, *SIZE)
    return view, place_inset(drawing, view, view.width / SIZE[0])


TALL_EAST = [(20, 0), (30, 0), (30, 40), (0, 40), (0, 32), (20, 32)]
TALL_WEST = [(0, 0), (10, 0), (10, 32), (30, 32), (30, 40), (0, 40)]
FULL = [(0, 0), (30, 0), (30, 40), (0, 40)]


@pytest.mark.parametrize(
    ("ring", "corner"),
    [(TALL_EAST, "sw"), (TALL_WEST, "se"), (FULL, None), ([(x, 40 - y) for x, y in TALL_WEST], "ne")],
)
def test_it_stands_in_the_first_corner_that_hides_no_street(ring, corner):
    drawing, _ = town(ring, core=(1, 33, 5, 37))
    _, inset = placed(drawing)
    assert (inset and inset.corner) == corner


def test_it_shows_a_part_of_the_core_where_the_whole_does_not_fit():
    drawing, _ = town([(16, 0), (30, 0), (30, 40), (0, 40), (0, 20), (16, 20)], core=(2, 28, 8, 36))
    _, inset = placed(drawing)
    assert inset.corner == "sw"
    assert inset.core.width < drawing.core.width


def test_the_built_in_district_has_most_of_its_core_in_the_south_west():
    _, inset = placed(DRAWING)
    assert inset.corner == "sw"
    assert inset.core.width >= 0.85 * DRAWING.core.width


def test_where_all_streets_are_alike_there_is_no_core_and_no_inset():
    alike = [[(x, y), (x + 5, y), (x + 5, y + 5), (x, y + 5)] for x in (0, 5, 10) for y in (0, 5)]
    drawing, _ = town(*alike, core=(0, 0, 0, 0))
    core = dense_core(drawing.streets, drawing.bounds)
    assert (core.width, core.height) == (0.0, 0.0)
    assert placed(drawing)[1] is None


def test_the_core_is_where_a_third_of_the_streets_is_small():
    small = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for x in (20, 21) for y in (30, 31)]
    large = [[(x, 0), (x + 9, 0), (x + 9, 29), (x, 29)] for x in (0, 10, 20, 30, 40, 50, 60)]
    drawing, _ = town(*small, *large, core=(0, 0, 1, 1))
    core = dense_core(drawing.streets, drawing.bounds)
    assert ((core.west + core.east) / 2, (core.south + core.north) / 2) == pytest.approx(
        (21_000, 31_000), abs=600
    )


@given(
    st.lists(st.tuples(st.floats(0, 40), st.floats(0, 40)), min_size=3, max_size=9),
    st.tuples(st.floats(0, 20), st.floats(0, 20), st.floats(1, 9), st.floats(1, 9)),
)
def test_whatever_the_district_looks_like_the_inset_hides_none_of_it(points, core):
    hull = shapely.MultiPoint(points).convex_hull
    if hull.area < 4 or hull.geom_type != "Polygon":
        return
    x, y, wide, high = core
    drawing, whole = town(hull.exterior.coords, core=(x, y, x + wide, y + high))
    view, inset = placed(drawing)
    if inset is None:
        return
    metres = view.width / SIZE[0]
    width, height = size_px(inset.core, metres)
    hides = inset.hides.grown(-10 * metres)
    assert (hides.width, hides.height) == pytest.approx((width * metres, height * metres))
    assert shapely.box(hides.west, hides.south, hides.east, hides.north).intersection(
        whole
    ).area == pytest.approx(0, abs=1)
