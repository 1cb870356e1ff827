"""The review's HoloViews elements. Positions are metres EPSG:3857; colours are absolute, as on the wall."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import cartopy.crs as ccrs
import geoviews as gv
import holoviews as hv
import numpy as np
import pandas as pd
from holoviews.operation.datashader import rasterize

from layers.atlas.atlas import Atlas, Box
from layers.palette import FAINT, TEXT, Ramp
from layers.review.counts import Change, time_histogram
from layers.review.selection import Bounds, Selection

__all__ = [
    "MERCATOR",
    "RAMP",
    "base_map",
    "change_map",
    "density_map",
    "histogram",
    "per_km2_day",
    "street_names",
]

hv.extension("bokeh", logo=False)

RAMP: Final = Ramp(0.5, ("#221E3A", "#4A3F7A", "#8B7BC0", "#DCD3F5"), (0.4, 0.8))
"""Cases per km² and day."""
MERCATOR: Final = ccrs.GOOGLE_MERCATOR
CELL_PX: Final = 4
LAND, LINE, WATER = "#0F1622", "#1E2A3B", "#13283C"
DAY_S: Final = 86_400.0
Frame = Any


def base_map(atlas: Atlas) -> hv.Overlay:
    """Return water, streets with their borders, and ring and main roads."""
    drawing = atlas.drawing
    streets = [
        {
            ("x", "y"): np.column_stack([hull.xs, hull.ys]),
            "holes": [[np.column_stack([h.xs, h.ys]) for h in holes]],
        }
        for street in drawing.streets
        for hull, *holes in street.polygons
    ]
    water = [{("x", "y"): np.column_stack([hull.xs, hull.ys])} for hull, *_ in drawing.water]
    roads = [
        {("x", "y"): np.column_stack([path.xs, path.ys])}
        for road in drawing.roads
        if road.kind != "minor"
        for path in road.paths
    ]
    return hv.Overlay(
        [
            gv.Polygons(streets, ["x", "y"], crs=MERCATOR).opts(color=LAND, line_color=LINE, line_width=1),
            gv.Polygons(water, ["x", "y"], crs=MERCATOR).opts(color=WATER, line_color=None),
            gv.Path(roads, ["x", "y"], crs=MERCATOR).opts(color=LINE, line_width=1.2),
        ]
    )  # fmt: skip


def street_names(atlas: Atlas, lang: str) -> Any:
    """Return the names of the streets, to be drawn over everything."""
    names = [
        (*label.spots[0], label.chinese if lang == "zh" else label.english)
        for label in atlas.drawing.labels
        if label.kind == "street" and label.spots
    ]
    return gv.Labels(names, ["x", "y"], "name", crs=MERCATOR).opts(text_color=TEXT, text_font_size="11px")


def per_km2_day(image: Any, days: float) -> Any:
    """Return a raster of counts as steps of ``RAMP``, with the cases per cell beside for the pointer.

    The scale of EPSG:3857 grows to the north, so each row has its own area of ground.
    """
    counts = np.nan_to_num(np.asarray(image.dimension_values(2, flat=False), dtype=float))
    xs, ys = (image.dimension_values(number, expanded=False) for number in (0, 1))
    step_x, step_y = (abs(float(v[1] - v[0])) if len(v) > 1 else 1.0 for v in (xs, ys))
    north = np.arctan(np.sinh(ys / 6_378_137.0))
    km2 = step_x * step_y * np.cos(north) ** 2 / 1e6
    steps = RAMP.steps(counts / km2[:, None] / max(days, 1 / 24)).astype(float)
    steps[steps == 0] = np.nan
    return gv.Image((xs, ys, steps, counts), ["x", "y"], ["step", "cases"], crs=MERCATOR)


def density_map(
    frame_of: Callable[[Selection], Frame], selection: Any, days_of: Callable[[Selection], float],
    *, view: Box, streams: list[Any],
) -> Any:  # fmt: skip
    """Return the map of a selection: datashader counts its cases again at each pan, zoom and change.

    ``selection`` is a parameter of :class:`Selection`; ``streams`` get the view (``RangeXY``).
    """

    def points(chosen: Selection) -> Any:
        return gv.Points(frame_of(chosen)[["x", "y"]], ["x", "y"], crs=MERCATOR)

    def coloured(image: Any, chosen: Selection) -> Any:
        return per_km2_day(image, days_of(chosen))

    every = hv.DynamicMap(points, streams={"chosen": selection})
    counted = rasterize(
        every, streams=streams, x_sampling=None, y_sampling=None, pixel_ratio=1 / CELL_PX,
        x_range=(view.west, view.east), y_range=(view.south, view.north),
    )  # fmt: skip
    shown = counted.apply(coloured, chosen=selection)
    for stream in streams:
        stream.source = shown  # the browser tells them of the figure that shows this map
    return shown.opts(
        gv.opts.Image(
            cmap=[one[:7] for one in RAMP.css()],
            clim=(0.5, 16.5),
            alpha=0.8,
            tools=["hover"],
            clipping_colors={"NaN": (0, 0, 0, 0)},
        )
    )


def histogram(
    frame: Frame, begin: float, end: float, bounds: Bounds | None, *, offset_s: int, label: str
) -> hv.Histogram:
    """Return the cases of the map's view in time; the edges are local times."""
    edges, cases = time_histogram(frame, begin, end, bounds, offset_s=offset_s)
    return hv.Histogram(
        (pd.to_datetime(edges + offset_s, unit="s").to_numpy(), cases), kdims=["at"], vdims=[(label, label)]
    )


def change_map(atlas: Atlas, changes: list[Change], fewest: int, names: Mapping[str, str]) -> Any:
    """Return the streets coloured by the change of their cases: grey where there are too few to tell."""
    shares = {
        street: math.log2(after / before) if before and after and before + after >= fewest else math.nan
        for street, before, after in changes
    }
    counts = {street: (before, after) for street, before, after in changes}
    rows = [
        {("x", "y"): np.column_stack([hull.xs, hull.ys]), "change": shares.get(street.code, math.nan),
         "street": names.get(street.code, street.short), "before": counts.get(street.code, (0, 0))[0],
         "after": counts.get(street.code, (0, 0))[1]}
        for street in atlas.drawing.streets
        for hull, *_ in street.polygons
    ]  # fmt: skip
    return gv.Polygons(rows, ["x", "y"], ["change", "street", "before", "after"], crs=MERCATOR).opts(
        color="change", cmap=["#4C9BFF", "#2B4A70", "#1A2433", "#6B4526", "#FF8A1F"], clim=(-1, 1),
        line_color=FAINT, line_width=0.6, clipping_colors={"NaN": LAND}, tools=["hover"], colorbar=False,
    )  # fmt: skip
