"""Measures the review on an invented history: the first picture, pans, filters; a Dask cluster beside.

``page_s``: building a session's page with its first picture on a warm server; ``pan_s``: one view drawn anew
(counting, colours, histogram of the view), the median and the longest; ``filter_s``: the same with a filter.
``cluster_…``: the same on a cluster of two workers; ``same``: whether every cell and bar is equal there.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import geoviews as gv
import msgspec
import numpy as np
from holoviews.operation.datashader import rasterize

from benchmarks.cost import percentile
from console.deployment.district import read_district
from console.deployment.settings import Settings, read_settings
from console.review.case_history import history_folder
from console.review.review_process import Review, read_history
from console.review.review_session import ReviewSession
from feeds.history.month_files import add_rows
from feeds.sources.demo.district import DemoDistrict
from layers.review.figures import MERCATOR, histogram, per_km2_day
from layers.review.selection import Bounds, Selection

DAYS = 730
CELLS = 225
VIEWS = tuple(
    (13_520_000.0 + 2_500.0 * number, 3_640_000.0 + 1_500.0 * number, 12_000.0 + 4_000.0 * (number % 3))
    for number in range(10)
)
"""West, south, width (metres EPSG:3857) of the views that are looked at one after the other."""


def invent(data: Path, cases: int) -> None:
    """Write an invented history of so many cases."""
    tables = DemoDistrict.shipped().history(cases=cases, days=DAYS, until=time.time())
    for number, (month, table) in enumerate(tables):
        add_rows(table, history_folder(data), month, f"{number:06d}")


def drawn(rows: Any, review: Review, view: Bounds) -> list[np.ndarray]:
    """Return the cases per cell of a view of the map, and those per bar of its histogram."""
    west, south, east, north = view
    points = gv.Points(rows[["x", "y"]], ["x", "y"], crs=MERCATOR)
    counted = rasterize(
        points,
        dynamic=False,
        width=CELLS,
        height=round(CELLS * 0.7),
        x_range=(west, east),
        y_range=(south, north),
    )
    begin, end = review.history.begin, review.history.end
    bars = histogram(rows, begin, end, view, offset_s=28_800, label="cases")
    image = per_km2_day(counted, (end - begin) / 86_400)
    return [image.dimension_values("cases"), bars.dimension_values("cases")]


def looked_at(review: Review, selection: Selection) -> tuple[list[float], list[np.ndarray]]:
    """Look at the views, the first twice; return the seconds of each and the pictures' cases."""
    session = review.session("", "zh")
    seconds, pictures = [], []
    for number, (west, south, width) in enumerate((VIEWS[0], *VIEWS)):
        began = time.monotonic()
        cells = drawn(session.rows(selection), review, (west, south, west + width, south + width * 0.7))
        if number:
            seconds.append(time.monotonic() - began)
            pictures.extend(cells)
    return seconds, pictures


def measure(settings: Settings, scheduler: str = "") -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return the figures of a history, in the process itself or on a cluster."""
    settings = msgspec.structs.replace(settings, review_dask=scheduler)
    began = time.monotonic()
    history = read_history(settings)
    read_s = time.monotonic() - began
    review = Review(settings, read_district(settings.data_dir), history)
    review.warm_up()
    began = time.monotonic()
    page_of(review.session("", "zh"))
    page_s = time.monotonic() - began
    pans, pictures = looked_at(review, Selection())
    began = time.monotonic()
    _, some = looked_at(review, Selection(category=("event:0110", "component:0305")))
    filter_s = (time.monotonic() - began) / (len(VIEWS) + 1)
    figures = {
        "read_s": round(read_s, 2), "page_s": round(page_s, 2), "pan_s": round(percentile(pans, 0.5), 3),
        "pan_max_s": round(max(pans), 3), "filter_s": round(filter_s, 3),
    }  # fmt: skip
    return figures, [*pictures, *some]


def page_of(session: ReviewSession) -> None:
    """Build the page of a session, as a request does."""
    session.page(title="", build="b", static_url="/s").server_doc()  # type: ignore[no-untyped-call]  # Panel has no types


def main() -> None:
    """Print the figures as one JSON line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=10_000_000)
    options.add_argument("--quick", action="store_true", help="a tenth of the cases")
    options.add_argument("--data", type=Path, help="a data dir with a history, instead of an invented one")
    options.add_argument("--cluster", action="store_true", help="the same on two workers of Dask")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    cases = given.cases // 10 if given.quick else given.cases
    with tempfile.TemporaryDirectory() as made:
        data = given.data or Path(made)
        if not given.data:
            invent(data, cases)
        settings = read_settings({}, data_dir=data, log_url="none", pictures_url="none", demo=True)
        figures, pictures = measure(settings)
        if given.cluster:
            from distributed import LocalCluster

            with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:  # type: ignore[no-untyped-call]
                apart, others = measure(settings, cluster.scheduler_address)
            figures |= {f"cluster_{name}": value for name, value in apart.items()}
            figures["same"] = all(np.array_equal(a, b) for a, b in zip(pictures, others, strict=True))
    print(json.dumps({"cases": cases, **figures}) if given.json else figures)


if __name__ == "__main__":
    main()
