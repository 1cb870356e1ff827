"""Measures the density layer: ms per refresh of the home view, its bytes, and tiles.

``python -m benchmarks.heat --json`` prints one JSON object; without it, text for people.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from city.clocks.city_clock import REAL_TIME
from city.views.wall_seen import CaseSeen
from layers.contract import MapSetting
from layers.fields.density import Area, count, density, paint, warm_up
from layers.fields.heat import Heat
from layers.palette import DENSITY
from layers.projection import to_mercator

NOW = 1_789_475_467.0
SOUTH_WEST, NORTH_EAST = (121.35, 30.82), (122.05, 31.42)


class Seen:
    def __init__(self, cases: tuple[CaseSeen, ...]) -> None:
        self.cases = cases
        self.clock = REAL_TIME


def places(number: int) -> tuple[Any, Any]:
    """Generate city-like points: two thirds around forty centres, the rest evenly spread."""
    rng = np.random.default_rng(1)
    centres = rng.uniform(SOUTH_WEST, NORTH_EAST, (40, 2))
    near = centres[rng.integers(0, 40, number)] + rng.normal(0, 0.012, (number, 2))
    far = rng.uniform(SOUTH_WEST, NORTH_EAST, (number, 2))
    points = np.where(rng.random((number, 1)) < 0.66, near, far)
    return points[:, 0], points[:, 1]


def cases(number: int) -> tuple[CaseSeen, ...]:
    lon, lat = places(number)
    return tuple(
        CaseSeen(
            key=f"c{n}", kind="event", code="0506", label="", urgency="normal", hazard=False, road="",
            street="", lon=float(lon[n]), lat=float(lat[n]), at=NOW - n % 3600, recorded_at=NOW, state="",
            agency="", due_at=None, returned_by=(), next="", next_at=None,
        )
        for n in range(number)
    )  # fmt: skip


def ms(call: Callable[[], Any], times: int = 30) -> dict[str, float]:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return {"p50": round(float(np.median(taken)), 2), "p95": round(float(np.quantile(taken, 0.95)), 2)}


def measure() -> dict[str, Any]:
    west, south = (float(v) for v in to_mercator(*SOUTH_WEST))
    east, north = (float(v) for v in to_mercator(*NORTH_EAST))
    setting = MapSetting((west, south, east, north), (756.0, 756.0 * (north - south) / (east - west)))
    start = time.perf_counter()
    warm_up()
    found: dict[str, Any] = {"warm_up_s": round(time.perf_counter() - start, 2)}
    cell = 4 * setting.metres_per_px  # the largest home view at the scale of this one
    full = Area((west, south, west + 512 * cell, south + 288 * cell), (288, 512), setting.latitude)
    for number in (20_000, 100_000):
        x, y = to_mercator(*places(number))
        grid = density(x, y, full)
        many = cases(number)
        heat = Heat(setting)
        heat.frame(Seen(many), NOW)
        found[str(number)] = {
            "count_ms": ms(lambda x=x, y=y: count(x, y, full)),
            "paint_ms": ms(lambda grid=grid: paint(grid, DENSITY)),
            "picture_512x288_ms": ms(lambda x=x, y=y: paint(density(x, y, full), DENSITY)),
            "picture_512x288_bytes": len(paint(grid, DENSITY)),
            "home_cells": list(heat.area.shape),
            "home_same_cases_ms": ms(lambda heat=heat, many=many: heat.frame(Seen(many), NOW)),
            "home_new_cases_ms": ms(lambda heat=heat, many=many: heat.frame(Seen((*many,)), NOW), 10),
            "home_bytes": len(heat.frame(Seen(many), NOW).columns["png"]),
            "tile_ms": ms(lambda heat=heat, many=many: heat.tile(Seen(many), NOW, (12, 3430, 1674))),
        }
    return found


if __name__ == "__main__":
    results = measure()
    if "--json" in sys.argv:
        print(json.dumps(results))
    else:
        for name, value in results.items():
            print(name, json.dumps(value, indent=2))
