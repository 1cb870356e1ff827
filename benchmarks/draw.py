"""Measures the cost of drawing a card, alternating its lit template with the same card updated by hand.

``python -m benchmarks.draw [--seconds N | --quick] [--json]``: a list of 200 rows, ten times a second in one
Chromium. Times are milliseconds of CPU time of the page's thread, so that other processes do not count.
"""

import argparse
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

import static
from tests.console.browser import chromium
from tests.script_pages import opened

HERE = Path(__file__).parent
WAYS = ("lit", "hand")
BLOCK = 30  # draws of one way before the other way follows
STAGE = """async ([bench, hand]) => {
  const load = (code) => import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const [{ stage }, byHand, byLit] = await Promise.all(
    [load(bench), load(hand), import("/citywall/static/esm/wall/sources.js")]);
  window.stage = stage({ lit: byLit.mend, hand: byHand.mend });
}"""
PARTS = {"script_ms": ("ScriptDuration",), "layout_ms": ("LayoutDuration", "RecalcStyleDuration")}


def measure(seconds: int) -> dict[str, Any]:
    """Return ms per draw, rows that kept their node and layout shifts, per workload and way."""
    found: dict[str, Any] = {"weight": weight("vendor/lit.js", "js/draw.js")}
    with chromium() as browser, opened(browser, "wall") as page:
        page.evaluate(STAGE, [(HERE / name).read_text("utf-8") for name in ("draw.js", "draw_by_hand.js")])
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        for kind in ("quiet", "ages", "moves"):
            sums = {way: Counter[str]() for way in WAYS}
            blocks = max(2, seconds * 10 // BLOCK)
            for number in range(-1, blocks):
                for way in WAYS if number % 2 else WAYS[::-1]:
                    costs = block(page, devtools, kind, way)
                    if number >= 0:  # the first block is the warm-up
                        sums[way].update(costs)
            assert page.evaluate("(kind) => stage.isSame(kind)", kind), "both ways show the same"
            found[kind] = {way: averages(sums[way], blocks) for way in WAYS}
    return found


def block(page: Page, devtools: CDPSession, kind: str, way: str) -> dict[str, float]:
    """Draw BLOCK views in one way; return the costs."""
    page.evaluate("([kind, draws]) => stage.prepare(kind, draws)", [kind, BLOCK])
    before = clocks(devtools)
    counts: dict[str, float] = page.evaluate("(way) => stage.draw(way)", way)
    after = clocks(devtools)
    return counts | {name: 1000 * (after[name] - before[name]) for name in after}


def clocks(devtools: CDPSession) -> dict[str, float]:
    """Return the CPU seconds of the page's thread so far, by part."""
    metrics = {m["name"]: m["value"] for m in devtools.send("Performance.getMetrics")["metrics"]}
    return {name: sum(metrics[part] for part in parts) for name, parts in PARTS.items()}


def averages(sums: Counter[str], blocks: int) -> dict[str, float]:
    """Return the sums of one way as values per draw."""
    times = {name: round(sums[name] / sums["draws"], 3) for name in PARTS}
    return {**times, "kept": sums["kept"] / blocks, "shift": round(sums["shifts"], 4)}


def weight(*names: str) -> dict[str, int]:
    """Return the bytes of shipped files, raw and compressed."""
    files = [static.path(name).read_bytes() for name in names]
    return {"bytes": sum(map(len, files)), "gzip": sum(len(gzip.compress(file, 9)) for file in files)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="of each way and workload")
    parser.add_argument("--quick", action="store_true", help="six seconds of each")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    print(json.dumps(measure(6 if given.quick else given.seconds), indent=None if given.json else 2))


if __name__ == "__main__":
    main()
