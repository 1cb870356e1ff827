"""Measures the judging of readings, and the time from a crossing reading to its case on its holder's phone.

``judge_us``, ``bands_us``: processor time per reading, of a metric with a fixed limit and of one with bands;
``judged_s``: readings a second that one core judges. ``p50_ms``, ``p95_ms``: publisher's send of the reading
that makes a deviation hold → the case is filed and dispatched in the ledger, while ``readings_s`` other
readings a second arrive; ``filed`` of ``crossings`` were. ``page_p50_ms``, ``page_p95_ms``: the same → the
holder's page, open at 390 × 844 in Chromium, has drawn the case; ``unseen`` were not drawn 20 s after the
last. ``engine_cores``: the engine's processor time.
"""

import argparse
import asyncio
import json
import math
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import msgspec
from playwright.async_api import Browser, Page, async_playwright

from benchmarks.cost import cpu_seconds, percentile
from city.clocks.city_clock import CityClock
from city.clocks.timestamps import iso
from city.sensing.evaluation import Evaluator
from city.sensing.rules import Band, Metric, SensingRules, Threshold
from city.state.ledger_state import Device, Place
from city.state.row_keys import row_key_of
from feeds.clients.publisher import Publisher
from feeds.ledger.ledger import Ledger
from tests.console.browser import ARGUMENTS, CHROMIUM, START_MS
from tests.people import PASSWORD, Cast
from tests.running import Running

# The agency to which the cases of water pressure go; its operator's phone shows them.
HOLDER, ACCOUNT = "gs", "operator"
METRIC: Final = "water_pressure_mpa"
PHONE: Final = {"width": 390, "height": 844}
WAIT_S: Final = 20.0
# When each row was first drawn, epoch ms by the machine's clock.
NOTE: Final = """() => { window.drawnAt = {}; citywall.on("own_cases", (view) => requestAnimationFrame(() => {
  for (const key of view?.order ?? []) drawnAt[key] ??= Date.now();
})); }"""
DEVICES, READINGS_S, SECONDS, CROSSINGS = 5000, 5000, 30, 40
QUICK: Final = (500, 1000, 8, 10)
BATCHES_S: Final = 10
LON, LAT = 121.53, 31.22
T0 = 1_800_000_000.0
LEVEL = Metric("level", "水位", "Level", "m", -10.0, 50.0, 2, 3600.0)
LIMIT = Threshold("t", "class:gauge", "level", "gt", 10.0, hold_count=2)
BASELINE = Threshold("t", "class:gauge", "level", "outside", hold_count=2)
BANDS = (Band("hour_of_day", 6.0, 22.0, 0.0, 10.0), Band("hour_of_day", 22.0, 6.0, 0.0, 10.0))


def judge(rules: SensingRules, rounds: int) -> float:
    """Return the processor time per reading (µs), in batches of 500."""
    devices = {f"d{i}": Device(f"d{i}", "gauge", "", "", Place(LON, LAT), 8.0) for i in range(8 * DEVICES)}
    evaluator, clock, spent = Evaluator(rules, lambda: devices), CityClock(T0, T0, 1.0), 0.0
    for turn in range(8 + rounds):
        records = [
            {
                "kind": "reading", "client": "x", "device": f"d{(turn * DEVICES + i) % len(devices)}",
                "metric": "level", "value": 5.0 + i % 7 * 0.1, "unit": "m", "quality": "good",
                "at": iso(T0 + turn + i / DEVICES), "received": iso(T0 + turn + 1),
            }
            for i in range(DEVICES)
        ]  # fmt: skip
        begun = time.process_time()
        for first in range(0, DEVICES, 500):
            evaluator.take(records[first : first + 500], clock)
        spent += (time.process_time() - begun) * (turn >= 8)
    return spent / (rounds * DEVICES) * 1e6


def gauge(name: str, interval_s: int) -> dict[str, Any]:
    return {
        "id": f"reg-{name}", "kind": "device", "at": iso(time.time()), "device": name,
        "class": "water_pressure", "name": name, "lon": LON, "lat": LAT, "interval_s": interval_s,
    }  # fmt: skip


def reading(name: str, value: float, at: float) -> dict[str, Any]:
    return {
        "id": f"{name}-{at:.6f}", "kind": "reading", "device": name, "metric": METRIC,
        "value": value, "unit": "MPa", "at": iso(at),
    }  # fmt: skip


async def load(running: Running, devices: int, readings_s: int, seconds: float) -> int:
    """Publish normal readings at a steady rate; return how many were accepted."""
    accepted, turn, size = 0, 0, readings_s // BATCHES_S
    async with Publisher(running.gateway, "sensor", running.publisher) as publisher:
        begun = time.monotonic()
        while (due := begun + turn / BATCHES_S) < begun + seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            now = time.time()
            batch = [reading(f"d{(turn * size + i) % devices}", 0.3 + i % 7 / 1000, now) for i in range(size)]
            for first in range(0, size, 500):
                accepted += (await publisher.send(batch[first : first + 500])).accepted
            turn += 1
    return accepted


async def cross(running: Running, crossings: int, seconds: float) -> dict[str, float]:
    """Let one probe after the other deviate twice; return probe → time of the second reading's send."""
    sent = {}
    async with Publisher(running.gateway, "sensor", running.water) as publisher:
        for number in range(crossings):
            name, now = f"p{number}", time.time()
            await publisher.send([reading(name, 0.05, now)])
            await asyncio.sleep(seconds / crossings / 2)
            sent[name] = time.time()
            await publisher.send([reading(name, 0.05, sent[name])])
            await asyncio.sleep(seconds / crossings / 2)
    return sent


async def filed(running: Running, until: float, crossings: int) -> dict[str, float]:
    """Return probe → time at which its dispatched case was in the ledger."""
    ledger, found, after = await Ledger.open(running.settings.log_url), dict[str, float](), 0
    while time.monotonic() < until and len(found) < crossings:
        rows = await ledger.read(after)
        now = time.time()
        for row in rows:
            after = row.position
            body = msgspec.json.decode(row.body)
            if body["type"] == "CaseDispatched" and "alarm-p" in body["subject"]:
                found.setdefault(body["subject"].split("alarm-")[1].split("-")[0], now)
        await asyncio.sleep(0.02)
    await ledger.close()
    return found


def whole(value: float) -> int | None:
    """Return a figure without its fraction, None where nothing was measured."""
    return None if math.isnan(value) else round(value)


async def phone(browser: Browser, console: str) -> Page:
    """Open the holder's page on a phone; return when it is drawn and notes what comes."""
    page = await browser.new_page(viewport=PHONE)  # type: ignore[arg-type]  # the keys are those it takes
    await page.goto(f"{console}/sign-in?next=/agency/{HOLDER}")
    await page.fill('input[name="account"]', ACCOUNT)
    await page.fill('input[name="password"]', PASSWORD)
    await page.click('button[type="submit"]')
    await page.wait_for_url(f"**/agency/{HOLDER}*", timeout=START_MS)
    ready = "() => window.citywall?.card('own_cases')?.as_of != null"
    await page.wait_for_function(ready, timeout=START_MS)
    await page.evaluate(NOTE)
    return page


async def drawn(page: Page, crossings: int) -> dict[str, float]:
    """Return probe → time (s) at which the page had drawn its case; wait some seconds for what is missing."""
    keys = {f"k:{row_key_of(f'citywall/alarm-p{n}-{METRIC}-1')}": f"p{n}" for n in range(crossings)}
    until = time.monotonic() + WAIT_S
    while True:
        told = await page.evaluate("drawnAt")
        found = {keys[key]: at / 1000 for key, at in told.items() if key in keys}
        if len(found) == crossings or time.monotonic() > until:
            return found
        await asyncio.sleep(0.2)


async def measure(
    running: Running, page: Page, devices: int, readings_s: int, seconds: float, crossings: int
) -> dict[str, Any]:  # fmt: skip
    async with Publisher(running.gateway, "sensor", running.publisher) as publisher:
        names = [f"d{i}" for i in range(devices)] + [f"p{i}" for i in range(crossings)]
        for first in range(0, len(names), 500):
            await publisher.send([gauge(name, 60) for name in names[first : first + 500]])
    await asyncio.sleep(5)
    engine = running.pids()["engine"]
    before, begun = cpu_seconds(engine), time.monotonic()
    accepted, sent, found = await asyncio.gather(
        load(running, devices, readings_s, seconds), cross(running, crossings, seconds),
        filed(running, begun + seconds + WAIT_S, crossings),
    )  # fmt: skip
    cores = (cpu_seconds(engine) - before) / (time.monotonic() - begun)
    delays = [(found[name] - at) * 1000 for name, at in sent.items() if name in found]
    seen = await drawn(page, crossings)
    until_drawn = [(seen[name] - at) * 1000 for name, at in sent.items() if name in seen]
    return {
        "page_p50_ms": whole(percentile(until_drawn, 0.5)),
        "page_p95_ms": whole(percentile(until_drawn, 0.95)), "unseen": len(sent) - len(until_drawn),
        "p50_ms": whole(percentile(delays, 0.5)), "p95_ms": whole(percentile(delays, 0.95)),
        "filed": len(found), "crossings": crossings, "missed": sorted(sent.keys() - found.keys()),
        "readings_s": round(accepted / seconds),
        "engine_cores": round(cores, 2),
    }  # fmt: skip


async def on_phone(running: Running, *size: Any) -> dict[str, Any]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        found = await measure(running, await phone(browser, running.console), *size)
        await browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    size = QUICK if options.quick else (DEVICES, READINGS_S, SECONDS, CROSSINGS)
    rounds = 4 if options.quick else 16
    metrics = {"level": LEVEL}
    judge_us = judge(SensingRules(metrics, {"level": (LIMIT,)}), rounds)
    bands_us = judge(
        SensingRules(metrics, {"level": (BASELINE,)}, {("class:gauge", "level"): BANDS}), rounds
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        running = Running(Path(folder))
        try:
            with Cast(running, {ACCOUNT: HOLDER}):
                running.start()
                found = asyncio.run(on_phone(running, *size))
        finally:
            running.stop()
    found |= {
        "judge_us": round(judge_us, 2), "bands_us": round(bands_us, 2),
        "judged_s": round(1e6 / judge_us),
    }  # fmt: skip
    print(json.dumps(found) if options.json else "\n".join(f"{k:14} {v}" for k, v in found.items()))


if __name__ == "__main__":
    main()
