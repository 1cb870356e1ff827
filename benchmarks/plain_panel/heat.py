"""Heat as a plain Panel app makes it: each session has ``rasterize`` and ``shade`` of all points."""

import asyncio
import time
from typing import Any

import numpy as np

from benchmarks.invented.city_points import Points, View
from benchmarks.plain_panel.client import open_session
from tests.running import free_port, wait_for

__all__ = ["serve", "stock_heat"]


def serve(port: int, view: View, number: int, every_s: float, told: Any) -> None:
    """Serve the app; ``told`` is a pipe that answers with [refreshes sent, CPU seconds] when asked."""
    import threading

    import holoviews as hv
    import panel as pn
    from holoviews.operation.datashader import rasterize, shade
    from holoviews.streams import Pipe

    hv.extension("bokeh")
    points, count = Points(number), [0]
    colours = ["#221E3A", "#4A3F7A", "#8B7BC0", "#DCD3F5"]

    def page() -> Any:
        pipe = Pipe(data=points.frame())
        drawn = hv.DynamicMap(lambda data: hv.Points(data, ["x", "y"]), streams=[pipe])
        west, south, east, north = view.extent
        cells = rasterize(
            drawn, width=view.shape[1], height=view.shape[0], dynamic=True, x_range=(west, east),
            y_range=(south, north), x_sampling=None,
        )  # fmt: skip
        wide, high = view.shape[1] * 4, view.shape[0] * 4
        picture = shade(cells, cmap=colours, cnorm="log").opts(width=wide, height=high)

        def refresh() -> None:
            pipe.send(points.frame())
            count[0] += 1

        pn.state.add_periodic_callback(refresh, int(1000 * every_s))
        return pn.pane.HoloViews(picture)

    def answer() -> None:
        while told.recv():
            told.send([count[0], time.process_time()])

    def move() -> None:
        while True:
            time.sleep(every_s)
            points.move()

    for task in (answer, move):
        threading.Thread(target=task, daemon=True).start()
    pn.serve({"/": page}, port=port, show=False, threaded=False, verbose=False)


def stock_heat(view: View, number: int, every_s: float, sessions: int, seconds: float) -> dict[str, float]:
    """Return CPU ms per refresh that was sent to one session, and how many were sent a second."""
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    port = free_port()
    server = context.Process(target=serve, args=(port, view, number, every_s, there), daemon=True)
    server.start()
    try:
        wait_for(lambda: _answers(port), 60)
        return asyncio.run(_measure(port, here, sessions, seconds))
    finally:
        server.terminate()
        server.join()


def _answers(port: int) -> bool:
    import urllib.request

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30):
            return True
    except OSError:
        return False


async def _measure(port: int, pipe: Any, sessions: int, seconds: float) -> dict[str, float]:
    got: list[int] = []
    tasks = [asyncio.create_task(open_session(port, got.append)) for _ in range(sessions)]
    while len(got) < 3 * sessions:  # noqa: ASYNC110  # until every session gets pictures
        await asyncio.sleep(0.2)
    before, cpu = await _ask(pipe)
    received = len(got)
    started = time.monotonic()
    await asyncio.sleep(seconds)
    after, cpu_after = await _ask(pipe)
    took = time.monotonic() - started
    for task in tasks:
        task.cancel()
    if len(got) == received:
        message = "the stock app sent nothing"
        raise RuntimeError(message)
    sent = after - before
    return {"ms": 1000 * (cpu_after - cpu) / sent, "sent_per_s": sent / took, "bytes": float(np.median(got))}


async def _ask(pipe: Any) -> tuple[int, float]:
    pipe.send(True)
    count, cpu = await asyncio.to_thread(pipe.recv)
    return int(count), float(cpu)
