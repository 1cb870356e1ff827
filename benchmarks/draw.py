"""Measure what drawing a card costs: its template by lit beside the same card mended by hand, by turns.

``python -m benchmarks.draw [--seconds N] [--json]``: a list of 200 rows, ten times a second in one Chromium.
Times are milliseconds of the page's thread at work, so that what else runs on the machine does not count.
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
BLOCK = 30  # draws of one way before it is the other's turn
STAGE = """async ([bench, hand]) => {
  const load = (code) => import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const [{ stage }, byHand, byLit] = await Promise.all(
    [load(bench), load(hand), import("/citywall/static/esm/sources.js")]);
  window.stage = stage({ lit: byLit.mend, hand: byHand.mend });
}"""
PARTS = {"script_ms": ("ScriptDuration",), "layout_ms": ("LayoutDuration", "RecalcStyleDuration")}


def measure(seconds: int) -> dict[str, Any]:
    """Return ms a draw, rows that kept their node and layout shifts, per workload and way."""
    found: dict[str, Any] = {"weight": weight("vendor/lit.js", "js/draw.js")}
    with chromium() as browser, opened(browser, "wall") as page:
        page.evaluate(STAGE, [(HERE / name).read_text("utf-8") for name in ("draw.js", "draw_by_hand.js")])
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        for kind in ("quiet", "ages", "moves"):
            sums = {way: Counter[str]() for way in WAYS}
            blocks = max(2, seconds * 10 // BLOCK)
            for turn in range(-1, blocks):
                for way in WAYS if turn % 2 else WAYS[::-1]:
                    told = block(page, devtools, kind, way)
                    if turn >= 0:  # the first is to get warm
                        sums[way].update(told)
            assert page.evaluate("(kind) => stage.isSame(kind)", kind), "both ways show the same"
            found[kind] = {way: averages(sums[way], blocks) for way in WAYS}
    return found


def block(page: Page, devtools: CDPSession, kind: str, way: str) -> dict[str, float]:
    """Draw BLOCK views in one way; return what it took."""
    page.evaluate("([kind, draws]) => stage.prepare(kind, draws)", [kind, BLOCK])
    before = clocks(devtools)
    told: dict[str, float] = page.evaluate("(way) => stage.draw(way)", way)
    after = clocks(devtools)
    return told | {name: 1000 * (after[name] - before[name]) for name in after}


def clocks(devtools: CDPSession) -> dict[str, float]:
    """Seconds that the page's thread has spent so far, by part."""
    told = {m["name"]: m["value"] for m in devtools.send("Performance.getMetrics")["metrics"]}
    return {name: sum(told[part] for part in parts) for name, parts in PARTS.items()}


def averages(told: Counter[str], blocks: int) -> dict[str, float]:
    """Return the sums of one way as values of a draw."""
    times = {name: round(told[name] / told["draws"], 3) for name in PARTS}
    return {**times, "kept": told["kept"] / blocks, "shift": round(told["shifts"], 4)}


def weight(*names: str) -> dict[str, int]:
    """Bytes of shipped files, as they are and compressed."""
    files = [static.path(name).read_bytes() for name in names]
    return {"bytes": sum(map(len, files)), "gzip": sum(len(gzip.compress(file, 9)) for file in files)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="of each way and workload")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    print(json.dumps(measure(given.seconds), indent=None if given.json else 2))


if __name__ == "__main__":
    main()
