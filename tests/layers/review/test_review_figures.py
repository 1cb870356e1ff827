"""The review's map: every case is counted, and a colour means the same density in every view."""

import geoviews as gv
import numpy as np
from holoviews.operation.datashader import rasterize

from layers.review.figures import MERCATOR, RAMP, per_km2_day
from tests.layers.review.test_review_counts import history

AT_SHANGHAI = 3_660_000.0


def raster(width: int, reach: float) -> object:
    frame = history(4000)
    frame["y"] += np.float32(AT_SHANGHAI)
    points = gv.Points(frame[["x", "y"]], ["x", "y"], crs=MERCATOR)
    return rasterize(
        points, dynamic=False, width=width, height=width, x_range=(-reach, reach),
        y_range=(AT_SHANGHAI - reach, AT_SHANGHAI + reach),
    )  # fmt: skip


def test_every_case_of_the_view_is_counted() -> None:
    shown = per_km2_day(raster(64, 60_000.0), 90.0)
    assert shown.dimension_values("cases").sum() == 4000


def test_a_colour_means_the_same_density_at_every_zoom() -> None:
    for width, reach in ((40, 20_000.0), (160, 20_000.0)):
        shown = per_km2_day(raster(width, reach), 90.0)
        cases, steps = shown.dimension_values("cases"), np.nan_to_num(shown.dimension_values("step"))
        ground = (2 * reach / width) ** 2 * np.cos(
            np.arctan(np.sinh(shown.dimension_values("y") / 6_378_137))
        ) ** 2
        assert (RAMP.steps(cases / (ground / 1e6) / 90.0) == steps).all()
