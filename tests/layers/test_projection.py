"""Degrees ↔ Mercator metres."""

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.projection import stretch, to_degrees, to_mercator


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_there_and_back_is_the_same_place(lon, lat):
    assert np.array(to_degrees(*to_mercator(lon, lat))) == pytest.approx([lon, lat], abs=1e-9)


def test_the_metres_are_those_of_epsg_3857():
    lon, lat = np.array([121.4525, 121.9742, -74.0]), np.array([30.8411, 31.3914, 40.7])
    proj = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    assert np.array(to_mercator(lon, lat)) == pytest.approx(np.array(proj.transform(lon, lat)), abs=1e-6)


def test_a_ground_metre_is_longer_by_the_stretch():
    _, south = to_mercator(121.5, 31.2)
    _, north = to_mercator(121.5, 31.2 + 1.0 / 110_866.0)  # about a metre to the north
    assert north - south == pytest.approx(stretch(31.2), rel=0.01)
