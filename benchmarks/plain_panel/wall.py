"""A plain Panel app, for comparison: every wall is a Panel session, and each session gets every change."""

import asyncio
import json
import multiprocessing
import re
import time
import urllib.request
from typing import Any

import websockets

from benchmarks.cost import cpu_seconds, percentile
from tests.running import free_port, wait_for

PUSHES_A_SECOND = 4


def serve(port: int, points: int) -> None:
    """Serve a Panel app of one figure whose ``points`` points get new positions four times a second."""
    import numpy as np
    import panel as pn
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure

    def page() -> Any:
        source = ColumnDataSource({"x": np.zeros(points), "y": np.zeros(points), "at": np.zeros(points)})
        plot = figure()
        plot.scatter("x", "y", source=source)

        def push() -> None:
            x = np.random.default_rng().random(points)
            source.data = {"x": x, "y": x, "at": np.full(points, time.time())}

        pn.state.add_periodic_callback(push, 1000 // PUSHES_A_SECOND)
        return pn.pane.Bokeh(plot)

    pn.serve({"/": page}, port=port, show=False, threaded=False)


def stock(seconds: float, *, walls: int, batches: int, points: int) -> dict[str, Any]:
    """Run the Panel app with ``walls`` sessions; return the same keys as our own result.

    The delay starts at the push in the server, not at a publisher, which favours the Panel app.
    """
    port = free_port()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(port, points), daemon=True)
    server.start()
    try:
        wait_for(lambda: _page(port), 30)
        assert server.pid is not None
        return asyncio.run(_measure(port, server.pid, seconds, walls))
    finally:
        server.terminate()
        server.join()


def _page(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


async def _measure(port: int, pid: int, seconds: float, walls: int) -> dict[str, Any]:
    times: list[float] = []
    tasks = [asyncio.create_task(_watch(port, times)) for _ in range(walls)]
    await asyncio.sleep(4)
    times.clear()
    before, started = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(seconds)
    cores = (cpu_seconds(pid) - before) / (time.monotonic() - started)
    for task in tasks:
        task.cancel()
    return {
        "p50_ms": round(percentile(times, 0.5), 1), "p99_ms": round(percentile(times, 0.99), 1),
        "cpu_cores": round(cores, 3), "seen": len(times), "pushes_per_s": PUSHES_A_SECOND,
    }  # fmt: skip


async def _watch(port: int, times: list[float]) -> None:
    text = await asyncio.to_thread(_page, port)
    found = re.search(r'"token":\s*"([^"]+)"', text)
    assert found is not None
    url = f"ws://127.0.0.1:{port}/ws"
    protocols: Any = ["bokeh", found[1]]
    async with websockets.connect(url, subprotocols=protocols, max_size=None) as socket:
        ready = {"msgid": "1", "msgtype": "PATCH-DOC"}
        await socket.recv()  # the server's ack opens the session; before it the server accepts nothing
        for part in (json.dumps(ready), "{}", json.dumps({"events": [_ready_event()]})):
            await socket.send(part)
        async for message in socket:
            # The column `at` arrives as a buffer of equal float64 values: the time of the push.
            if isinstance(message, bytes) and len(message) % 8 == 0:
                import numpy as np

                values = np.frombuffer(message, "<f8")
                if len(values) and values[0] > 1e9 and values[0] == values[-1]:
                    times.append((time.time() - values[0]) * 1000)


def _ready_event() -> dict[str, Any]:
    event = {"type": "event", "name": "document_ready", "values": {"type": "map"}}
    return {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}
