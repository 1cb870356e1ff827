"""The server of the heat benchmark: counts, channel and live sockets of a console, its own process."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.invented.city_points import Points, View

__all__ = ["serve"]


class OnlyHeat:
    """A channel's content with one layer of heat and nothing else."""

    def __init__(self, layer: Any) -> None:
        self.cards = ()
        self.layers = (layer,)

    def about(self, frames: Mapping[str, Any], now: float) -> Mapping[str, Any]:
        """Return no views."""
        return {}

    def chosen(self, choice: str) -> tuple[Any, ...]:
        """Return no other layers."""
        return ()


class AnyViewer:
    """Lets every client in: rights are not what is measured."""

    def viewer(self, request: Any, page: str, scope: str) -> Any:
        """Return a viewer of the page."""
        from console.accounts.authorization import Viewer

        return Viewer(page, "loopback")

    current_viewer = viewer


def serve(port: int, view: View, number: int, every_s: float, told: Any) -> None:
    """Serve one channel; ``told`` is a pipe that answers, asked, with the CPU seconds before each refresh."""
    asyncio.run(_serve(port, view, number, every_s, told))


async def _serve(port: int, view: View, number: int, every_s: float, told: Any) -> None:
    from tornado.web import Application

    from city.folding.store import Store
    from city.views.wall_view import WallView
    from console.live.channel import Channel
    from console.live.channels import Channels
    from console.live.live_socket import LiveHandler, LiveServices
    from layers.contract import MapSetting
    from layers.fields.buckets import Buckets, fixed_grid
    from layers.fields.density import warm_up
    from layers.fields.heat import Heat
    from layers.fields.heat_choices import HeatChoice

    warm_up()
    setting = MapSetting(view.extent, (view.shape[1] * 4.0, view.shape[0] * 4.0))
    counts, points = Buckets(fixed_grid(view.extent, setting.latitude)), Points(number)
    now = time.time()
    counts.since = 0
    counts.add(points.x, points.y, np.linspace(now - 85_000.0, now, number), now)
    layer = Heat(setting, HeatChoice("units", "24h"), {"units": counts})
    store, seen = Store(), WallView()
    channel = Channel(store, OnlyHeat(layer), seen.see)
    anybody: Any = AnyViewer()
    live = LiveServices(Channels({"wall": channel}), anybody, lambda _: b"{}", frozenset())
    Application([(r"/live/(?P<page>[a-z]+)", LiveHandler, {"services": live})]).listen(port, "127.0.0.1")
    await channel.look(time.time())
    marks: list[float] = []
    asked = asyncio.create_task(asyncio.to_thread(told.recv))
    due = time.monotonic()
    while True:
        due += every_s
        while (left := due - time.monotonic()) > 0:
            await asyncio.wait([asked], timeout=left)
            if asked.done():
                told.send(marks)
                asked = asyncio.create_task(asyncio.to_thread(told.recv))
        marks.append(time.process_time())
        x, y = points.move()
        now = time.time()
        counts.add(x, y, np.full(len(x), now), now)
        store.state.touch("units")
        await channel.look(now)
