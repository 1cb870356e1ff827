"""Measures a page's scripts in Chromium without a GPU: a desk with 10,000 marks on its map and 200 rows.

``script_ms``: 95th percentile of the scripting in a frame that brings data: all 10,000 marks moved, ten rows
changed and the order with them. It is CPU time of the page's thread, from the message to the second animation
frame after it, so other processes do not count. ``script_p50_ms``: its median; ``idle_ms``: the same without
data.

``heap_mb_per_h``: growth of the scripts' heap and of their arrays an hour at ten messages a second, by
regression over samples after forced garbage collections, each after the same message, and its standard error
(``heap_error_mb_per_h``). The messages come as fast as the page takes them, with fewer marks. Compiled code
and caches of the browser come and go by some 0.3 MB: a warm-up is not counted, and ``--quick`` leaves the
figure out, because in a minute's run this noise is tens of MB an hour.

The scripts, styles and cards are the real ones, the messages those of a real channel. ``python -m
benchmarks.browser [--quick] [--json] [--only scripts|heap]``; whole it takes some 20 minutes.
"""

import argparse
import asyncio
import base64
import json
import platform
import statistics
import tempfile
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from playwright.sync_api import CDPSession, Page

from benchmarks.cost import percentile
from city.clocks.timestamps import parse
from city.folding.store import Store
from city.measures.fold_telemetry import measure
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district
from console.deployment.settings import read_settings
from console.desk.desk_projection import DeskProjection
from console.live.channel import Channel
from console.live.watcher import Watcher
from console.pages.page_content import MapPageContent
from feeds.protocol.records import Normalised, ValidationContext, validate_all
from layers.atlas.atlas import Atlas
from layouts.page_parts import PageParts, make_parts
from layouts.pages import LAYOUTS
from tests.console.browser import chromium
from tests.console.live.test_channel import messages_in, settle, taken
from tests.console.test_wall_bytes import told
from tests.invented import case, moment, unit
from tests.script_pages import opened

MARKS, ROWS, CHANGED = 10_000, 200, 10
HEAP_MARKS: Final = 300
WARM_UP, HEAP_MESSAGES, HEAP_BATCH = 5_000, 20_000, 500
"""Messages before the first sample, messages measured, and those between two samples: whole turns."""
STEPS: Final = 4
"""Different messages; they are repeated, forwards and backwards."""
HZ: Final = 10
PAUSE_S: Final = 6.0
"""Machine time between two looks of the prepared channel: a frame of 10,000 marks is sent every 5 s."""

FEED = """
window.messages = [];
window.keep = (parts) => window.messages.push(parts.map(([text, isBinary]) => {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  return isBinary ? bytes : new TextDecoder().decode(bytes);
}));
// A socket gives every message a buffer of its own.
window.feed = (number) => {
  for (const part of window.messages[number])
    window.socket.onmessage({ data: typeof part === "string" ? part : part.slice().buffer });
};
const frames = (count) => new Promise((done) => {
  const next = (left) => (left ? requestAnimationFrame(() => next(left - 1)) : done());
  next(count);
});
window.step = async (number) => { if (number !== null) window.feed(number); await frames(2); };
window.run = async (order) => { for (const number of order) { window.feed(number); await frames(1); } };
0 // else the last function would be called
"""


def placed(number: int, step: int) -> dict[str, float]:
    return {
        "lon": 121.45 + number % 101 / 300 + step / 20_000,
        "lat": 31.05 + number % 97 / 400 + step / 30_000,
    }


DRAWN = (
    "() => { const { data, meta } = citywall.frame('units'); return data.x.length + (meta.pictured ?? 0); }"
)
"""Marks of their own, and those of the picture."""


class Desk:
    """A desk's channel with marks and rows, and what it sends at each step."""

    def __init__(self, data: Path, marks: int) -> None:
        known = read_district(data)
        rules, settings = read_decision_rules(known, data), read_settings({}, data_dir=data)
        self.content = MapPageContent(
            settings,
            known,
            Atlas.read(known.atlas_dir),
            build_id="b",
            page="desk",
            stations=rules.water_lines,
        )
        self._store, self._marks = Store(), marks
        self._channel = Channel(self._store, self.content, DeskProjection(rules, presence=dict))
        self._sent: list[tuple[bytes, bool]] = []

    async def messages(self) -> list[list[tuple[bytes, bool]]]:
        """Return what a browser is sent: first the whole, then each step's changes."""
        watcher = Watcher(self._write)
        self._channel.join(watcher, b"{}")
        began, found = parse(moment()), []
        told(self._store.state, "case", [self._case(number, 0) for number in range(ROWS)])
        for step in range(STEPS):
            moved = [self._unit(number, step) for number in range(self._marks)]
            at = moment()
            judged = validate_all("unit", moved, ValidationContext("client", at, parse(at)))
            measure(self._store.state, "unit", [_plain(one) for one in judged])
            if step:
                changed = [self._case(100 * step + one, step) for one in range(CHANGED)]
                told(self._store.state, "case", changed)
            await self._channel.look(began + step * PAUSE_S)
            await settle()
            found.append(self._sent)
            self._sent = []
        return found

    def _write(self, wire: bytes) -> asyncio.Future[None]:
        self._sent += messages_in(wire)
        return taken(wire)

    @staticmethod
    def _case(number: int, step: int) -> dict[str, Any]:
        urgency = "critical" if number % 20 == 0 else "normal"
        return case(f"c{number}", **placed(number, step), road="世纪大道", urgency=urgency)

    @staticmethod
    def _unit(number: int, step: int) -> dict[str, Any]:
        return unit(f"u{number}", step, **placed(number, step), state=("en_route", "on_scene")[number % 2])

    def figures(self) -> PageParts:
        """Return the page's figures without its cards, which the page mounts by itself."""
        layout = next(one for one in LAYOUTS if one.key == "desk")
        regions = [
            msgspec.structs.replace(region, cells=tuple(c for c in region.cells if c.kind == "figure"))
            for region in layout.regions
        ]
        only = msgspec.structs.replace(layout, regions=tuple(regions))
        return make_parts(only, figures=self.content._figures("zh", "", wide=False))  # noqa: SLF001  # as the page


def _plain(one: Any) -> dict[str, Any]:
    assert isinstance(one, Normalised), one
    return dict(msgspec.to_builtins(one.record))


def give(page: Page, messages: list[list[tuple[bytes, bool]]]) -> None:
    """Give a page the messages of a desk, and show the first."""
    page.evaluate("window.messages = []")
    for parts in messages:
        told_ = [(base64.b64encode(part).decode(), is_binary) for part, is_binary in parts]
        page.evaluate("(parts) => window.keep(parts)", told_)
    page.evaluate("() => window.step(0)")


def script_ms(devtools: CDPSession) -> float:
    metrics = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    return float(metrics["ScriptDuration"]) * 1000


def scripting(page: Page, devtools: CDPSession, numbers: list[int | None]) -> list[float]:
    """Return the scripting of each step, ms of the page's thread."""
    found = []
    for number in numbers:
        before = script_ms(devtools)
        page.evaluate("(number) => window.step(number)", number)
        found.append(script_ms(devtools) - before)
    return found


def there_and_back(count: int) -> list[int]:
    """Return so many numbers of steps: up, down, and up again, without the first."""
    turn = [*range(1, STEPS), *range(STEPS - 2, 1, -1)]
    return [turn[number % len(turn)] for number in range(count)]


def heap_mb(devtools: CDPSession) -> float:
    """Return what scripts hold: their heap and their arrays."""
    devtools.send("HeapProfiler.collectGarbage")
    used = devtools.send("Runtime.getHeapUsage")
    return float(used["usedSize"] + used["backingStorageSize"]) / 1e6


def growth(at: list[int], used: list[float]) -> tuple[float, float]:
    """Return the slope of the heap in MB an hour at ``HZ``, and its standard error."""
    (slope, _), covariance = np.polyfit(at, used, 1, cov=True)
    an_hour = HZ * 3600
    return float(slope) * an_hour, float(np.sqrt(covariance[0][0])) * an_hour


def heap_figures(page: Page, devtools: CDPSession) -> dict[str, Any]:
    """Return the growth of the heap after the warm-up."""
    at, used = [], []
    for sent in range(HEAP_BATCH, WARM_UP + HEAP_MESSAGES + 1, HEAP_BATCH):
        page.evaluate("(order) => window.run(order)", there_and_back(HEAP_BATCH))
        if sent >= WARM_UP:
            at.append(sent)
            used.append(heap_mb(devtools))
    an_hour, error = growth(at, used)
    return {
        "heap_mb_per_h": round(an_hour, 2), "heap_error_mb_per_h": round(error, 2),
        "heap_mb": round(used[-1], 2), "heap_messages": HEAP_MESSAGES,
    }  # fmt: skip


def script_figures(page: Page, devtools: CDPSession, *, quick: bool) -> dict[str, Any]:
    """Return the scripting of frames with data."""
    rounds, steps = (3, 10) if quick else (3, 150)
    page.wait_for_function("citywall.frame('units').drawn")
    drawn = page.evaluate(DRAWN)
    rows = page.evaluate("() => citywall.card('desk_queue').order.length")
    assert (drawn, rows) == (MARKS, ROWS), (drawn, rows)
    scripting(page, devtools, [*there_and_back(6)])
    idle = scripting(page, devtools, [None] * 6)
    runs = [scripting(page, devtools, [*there_and_back(steps)]) for _ in range(rounds)]
    return {
        "script_ms": round(statistics.median(percentile(run, 0.95) for run in runs), 2),
        "script_p50_ms": round(statistics.median(percentile(run, 0.5) for run in runs), 2),
        "idle_ms": round(statistics.median(idle), 2), "marks": drawn, "rows": rows,
    }  # fmt: skip


def measured(*, only: str, quick: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": f"{platform.machine()}, Python {platform.python_version()}"}
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        data = Path(folder)
        desk = Desk(data, MARKS)
        # Playwright has an event loop of its own in this thread.
        many, few = asyncio.run(desk.messages()), asyncio.run(Desk(data, HEAP_MARKS).messages())
        with chromium() as browser, opened(browser, "desk", figures=desk.figures()) as page:
            page.wait_for_function("citywall.figure('map')?.inner_width > 0", timeout=120_000)
            page.evaluate(FEED)
            devtools = page.context.new_cdp_session(page)
            devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
            if only != "heap":
                give(page, many)
                found |= script_figures(page, devtools, quick=quick)
            if only != "scripts" and not quick:
                give(page, few)
                found |= heap_figures(page, devtools)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute: fewer steps, without the heap")
    parser.add_argument("--only", choices=("scripts", "heap"), default="", help="one of the two")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    if given.quick and given.only == "heap":
        parser.error("--quick is too short for the heap: leave one of the two out")
    print(json.dumps(measured(only=given.only, quick=given.quick), indent=None if given.json else 2))


if __name__ == "__main__":
    main()
