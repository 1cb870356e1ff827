"""Measures heat: what a refresh costs, for how many viewers, and what a batch costs.

``ratio_viewers``: CPU of a plain Panel app (a session per viewer, ``rasterize`` and ``shade``) for one
refresh of 50 viewers, divided by all CPU of our server for the same: the same million city-like points, the
same extent, cells and rate, in the same run; both count new points, draw, and send. The load generator is
another process. The plain app runs with fewer sessions, because 50 of them do not keep up; its cost per
session is multiplied. ``extra_viewer_ms``: CPU of one viewer more. ``aggregate_ratio``: a full pass of
datashader over 10 million points, divided by a batch of 5,000 into the same grid and window.
``refresh_ms``: the home view anew, the slower of 100,000 open cases of which one changed and a million
points with a new batch.

``python -m benchmarks.heat [--quick] [--json]``
"""

import argparse
import asyncio
import json
import multiprocessing
import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import websockets

from benchmarks.heat_server import serve
from benchmarks.invented.city_points import BATCH, Points, View, home_view, places
from benchmarks.plain_panel.heat import stock_heat
from city.clocks.city_clock import REAL_TIME
from city.views.case_points import CasePoints
from city.views.response.response_seen import ResponseSeen
from city.views.wall_seen import CaseSeen
from layers.contract import MapSetting
from layers.fields.buckets import Buckets, fixed_grid
from layers.fields.density import count, warm_up
from layers.fields.heat import Heat
from layers.fields.heat_choices import HeatChoice
from layers.projection import to_mercator
from tests.running import free_port

NOW = 1_789_475_467.0
VIEWERS, POINTS, MANY, CASES, EVERY_S = 50, 1_000_000, 10_000_000, 100_000, 2.1


class Seen:
    """What a layer of heat needs of a view."""

    clock, response = REAL_TIME, ResponseSeen()
    cases: tuple[CaseSeen, ...] = ()

    def __init__(self, points: CasePoints | None = None) -> None:
        self.case_columns = points.seen() if points is not None else CasePoints().seen()


def median_ms(call: Callable[[], Any], times: int) -> float:
    """Return the median CPU ms of a call; all of this is done in one thread."""
    taken = []
    for _ in range(times):
        start = time.thread_time()
        call()
        taken.append((time.thread_time() - start) * 1000)
    return float(np.median(taken))


def one_case(number: int, lon: float, lat: float) -> CaseSeen:
    return CaseSeen(
        key=f"c{number}", kind="event", code="0506", label="", urgency="normal", hazard=False, road="",
        street="", lon=lon, lat=lat, at=NOW - number % 3600, recorded_at=NOW, state="", agency="",
        due_at=NOW + 3600.0, returned_by=(), next="", next_at=None,
    )  # fmt: skip


def setting_of(view: View) -> MapSetting:
    return MapSetting(view.extent, (view.shape[1] * 4.0, view.shape[0] * 4.0))


def aggregate(view: View, times: int) -> dict[str, float]:
    """A full pass over ten million points, and a batch into the window that holds them."""
    grid = fixed_grid(view.extent, setting_of(view).latitude)
    x, y = to_mercator(*places(MANY))
    kept = Buckets(grid)
    kept.add(x, y, np.linspace(NOW - 3000.0, NOW, MANY), NOW)
    kept.window(60, NOW, 0.0)
    at = np.full(BATCH, NOW)
    batches = [(x[i * BATCH : (i + 1) * BATCH], y[i * BATCH : (i + 1) * BATCH]) for i in range(times * 10)]
    count(x, y, grid)
    turn = iter(batches)
    batch = median_ms(lambda: kept.add(*next(turn), at, NOW), times * 10)
    full = median_ms(lambda: count(x, y, grid), times)
    return {"full_pass_ms": full, "batch_ms": batch, "aggregate_ratio": full / batch}


def refresh(view: View, times: int) -> dict[str, float]:
    """The home view anew: of cases of which one changed, and of many points with a new batch."""
    setting = setting_of(view)
    cases, heat = CasePoints(), Heat(setting)
    lon, lat = places(CASES)
    for number in range(CASES):
        cases.put(one_case(number, float(lon[number]), float(lat[number])))
    heat.frame(Seen(cases), NOW)
    changed = iter(range(10**9))

    def few() -> None:
        cases.put(one_case(next(changed) % CASES, 121.5, 31.2))
        heat.frame(Seen(cases), NOW)

    counts, points = Buckets(fixed_grid(view.extent, setting.latitude)), Points(POINTS)
    counts.add(points.x, points.y, np.linspace(NOW - 85_000.0, NOW, POINTS), NOW)
    many_heat = Heat(setting, HeatChoice("units", "24h"), {"units": counts})
    at = np.full(BATCH, NOW)

    def many() -> None:
        counts.add(*points.move(), at, NOW)
        many_heat.frame(Seen(), NOW)

    seen = Seen(cases)
    found = {
        "cases_ms": median_ms(few, times), "points_ms": median_ms(many, times),
        "unchanged_ms": median_ms(lambda: heat.frame(seen, NOW), times),
        "png_bytes": float(len(many_heat.frame(Seen(), NOW).columns["png"])),
    }  # fmt: skip
    return found | {"refresh_ms": max(found["cases_ms"], found["points_ms"])}


def ours(view: View, refreshes: int) -> tuple[float, float]:
    """Our server: CPU ms of a refresh delivered to one client, and to all."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    port = free_port()
    server = context.Process(target=serve, args=(port, view, POINTS, EVERY_S, there), daemon=True)
    server.start()
    try:
        return asyncio.run(_watch(port, here, refreshes))
    finally:
        server.terminate()
        server.join()


async def _watch(port: int, pipe: Any, refreshes: int) -> tuple[float, float]:
    got: list[int] = []
    url = f"ws://127.0.0.1:{port}/live/wall"

    async def client() -> None:
        async with websockets.connect(url, max_size=None) as socket:
            async for message in socket:
                got.extend([len(message)] if isinstance(message, bytes) else [])

    async def ask() -> list[float]:
        """Return the server's CPU seconds at the beginning of each refresh so far."""
        pipe.send(True)
        return list(await asyncio.to_thread(pipe.recv))

    async def cost(viewers: int) -> float:
        enough = len(got) + 2 * viewers
        while len(got) < enough:  # noqa: ASYNC110  # until every client got pictures
            await asyncio.sleep(0.1)
        first, received = len(await ask()), len(got)
        await asyncio.sleep(EVERY_S * refreshes)
        marks = (await ask())[first:]
        delivered = (len(got) - received) / viewers
        if delivered < len(marks) - 1:
            message = f"{len(marks)} refreshes, only {delivered:.1f} delivered to each of {viewers} clients"
            raise RuntimeError(message)
        # From one refresh to the next, with all that is sent; the median, for others disturb some of them.
        return float(np.median(np.diff(marks))) * 1000

    await ask()  # it is up: it answers only then
    tasks = [asyncio.create_task(client())]
    one = await cost(1)
    tasks += [asyncio.create_task(client()) for _ in range(VIEWERS - 1)]
    every = await cost(VIEWERS)
    for task in tasks:
        task.cancel()
    return one, every


def measure(*, quick: bool) -> dict[str, Any]:
    view = home_view()
    warm_up()
    times, refreshes = (5, 5) if quick else (15, 15)
    found: dict[str, Any] = {"machine": f"{platform.machine()}, Python {platform.python_version()}"}
    found |= aggregate(view, times)
    found |= refresh(view, times * 4)
    one, fifty = ours(view, refreshes)
    sessions = 4 if quick else 10
    stock = stock_heat(view, POINTS, EVERY_S, sessions, EVERY_S * refreshes)
    return found | {
        "ours_50_viewers_ms": fifty, "ours_1_viewer_ms": one,
        "extra_viewer_ms": max(0.0, (fifty - one) / (VIEWERS - 1)),
        "stock_session_ms": stock["ms"], "stock_sessions": sessions,
        "ratio_viewers": VIEWERS * stock["ms"] / fifty,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args()
    found = {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in measure(quick=asked.quick).items()
    }
    print(json.dumps(found) if asked.json else "\n".join(f"{name}: {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
