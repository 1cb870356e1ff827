"""Measures the bytes that a street's page receives during a storm in the district.

``browser_kb_per_s`` is what Chromium's network domain counts while it shows ``/street/<code>`` (limit: 32):
messages of all its sockets and the bodies of all answers, tiles too; ``browser_by_kind`` bytes per second of
each address. Beside it a raw client listens to ``/live/street/<code>`` as the page does: ``kb_per_s``, and
``by_kind`` bytes per second of each kind of message: beats, each card's views, each layer's frames;
``load_kb`` is what the page gets when it opens. Both are the mean of ``seconds``. Fifty cases a minute are
filed, three of them in the street; sensors and units are those of the demo.
"""

import argparse
import asyncio
import base64
import itertools
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import websockets
from playwright.async_api import Browser, CDPSession, async_playwright

from city.clocks.timestamps import iso
from feeds.clients.commander import Commander
from feeds.clients.publisher import Publisher, Record
from feeds.sources.demo.district import DemoDistrict
from tests.console.browser import ARGUMENTS, CHROMIUM, IS_IDLE, START_MS
from tests.people import PASSWORD, Cast
from tests.running import TOPICS, Running
from tests.signed_in import Visitor

STREET: Final = "310115013"
HERE, ELSEWHERE = (121.545, 31.240), (121.687, 31.2273)
CASES_A_MINUTE, OWN_EVERY = 50, 16
APART: Final = 0.0012
SETTLED_S: Final = 8.0
"""The page is open and the units have told their places once before counting begins."""
URGENCIES: Final = ("normal", "urgent", "critical")
SHOP: Final = {"kind": "event", "code": "0405", "system": "GBT30428.2"}
"""A class that goes to the street in which it is."""


def storm_case(number: int, now: float) -> Record:
    """Return a case of the storm; every sixteenth is in the street."""
    lon, lat = HERE if number % OWN_EVERY == 0 else ELSEWHERE
    place = {"lon": lon + number % 7 * APART, "lat": lat + number // 7 % 7 * APART, "road": "羽山路"}
    return {
        "id": f"storm-{number}", "at": iso(now), "channel": "hotline_12345", "title": "店外经营",
        "category": SHOP, "urgency": URGENCIES[number % len(URGENCIES)], **place,
    }  # fmt: skip


class Listening:
    """The messages of a live socket, with the time of each: bytes per kind."""

    def __init__(self) -> None:
        self.got: list[tuple[float, str, int]] = []

    async def run(self, url: str, visitor: Visitor) -> None:
        headers = {"Cookie": visitor.cookie}
        origin = websockets.Origin(visitor.console)
        async with websockets.connect(
            url, additional_headers=headers, origin=origin, max_size=None
        ) as socket:
            async for message in socket:
                self._take(message, time.monotonic())

    def _take(self, message: str | bytes, now: float) -> None:
        if isinstance(message, bytes):
            length = int.from_bytes(message[:4], "little")
            self.got.append((now, "frame " + json.loads(message[4 : 4 + length])["frame"], len(message)))
            return
        told = json.loads(message)
        size = len(message.encode())
        for card, view in told.get("views", {}).items():
            part = len(msgspec.json.encode({card: view}))
            self.got.append((now, f"view {card}", part))
            size -= part
        self.got.append((now, next(iter(told)), max(0, size)))


def kinds_of(got: list[tuple[float, str, int]], since: float, until: float) -> Counter[str]:
    """Return kind → bytes received in a time."""
    found: Counter[str] = Counter()
    for at, kind, size in got:
        if since <= at < until:
            found[kind] += size
    return found


class Watching:
    """What a browser receives while it shows the street's page, by the browser's own count."""

    SIZE: Final = {"width": 1366, "height": 768}
    DRAWN: Final = "() => window.citywall?.card('own_cases')?.as_of != null"

    def __init__(self) -> None:
        self.got: list[tuple[float, str, int]] = []
        self._paths: dict[str, str] = {}

    async def open(self, browser: Browser, console: str) -> None:
        """Sign in and open the page; return when it is drawn."""
        page = await browser.new_page(viewport=self.SIZE)  # type: ignore[arg-type]  # the keys are those it takes
        await page.goto(f"{console}/sign-in?next=/street/{STREET}")
        await page.fill('input[name="account"]', "yangjing")
        await page.fill('input[name="password"]', PASSWORD)
        session = await page.context.new_cdp_session(page)
        self._listen(session)
        await session.send("Network.enable")
        await page.click('button[type="submit"]')
        await page.wait_for_url(f"**/street/{STREET}*", timeout=START_MS)
        await page.wait_for_function(self.DRAWN, timeout=START_MS)
        await page.wait_for_function(IS_IDLE, timeout=START_MS)

    def _listen(self, session: CDPSession) -> None:
        session.on("Network.webSocketCreated", lambda told: self._name(told, told["url"]))
        session.on("Network.requestWillBeSent", lambda told: self._name(told, told["request"]["url"]))
        session.on("Network.webSocketFrameReceived", self._frame)
        session.on("Network.dataReceived", self._data)

    def _name(self, told: dict[str, Any], url: str) -> None:
        self._paths[told["requestId"]] = "/".join(urlsplit(url).path.split("/")[:3])

    def _frame(self, told: dict[str, Any]) -> None:
        frame = told["response"]
        is_text, payload = frame["opcode"] == 1, frame["payloadData"]
        self._take(told, len(payload.encode() if is_text else base64.b64decode(payload)))

    def _data(self, told: dict[str, Any]) -> None:
        self._take(told, told["encodedDataLength"] or told["dataLength"])

    def _take(self, told: dict[str, Any], size: int) -> None:
        self.got.append((time.monotonic(), self._paths.get(told["requestId"], "?"), size))


async def measure(running: Running, cast: Cast, seconds: float, browser: Browser) -> dict[str, Any]:
    visitor = Visitor(running.console)
    await asyncio.to_thread(visitor.sign_in, "yangjing", PASSWORD)
    url = running.console.replace("http", "ws")
    listening, watching = Listening(), Watching()
    publishers = {topic: Publisher(running.gateway, topic, running.publisher) for topic in TOPICS}
    for publisher in publishers.values():
        await publisher.__aenter__()
    commander = await Commander(url, cast.tokens["intake"]).__aenter__()

    async def send(_client: str, topic: str, records: list[Record]) -> None:
        if topic in ("sensor", "unit"):
            await publishers[topic].send(records)

    async def storm() -> None:
        started = time.monotonic()
        for number in itertools.count():
            await asyncio.sleep(max(0.0, started + number * 60 / CASES_A_MINUTE - time.monotonic()))
            await publishers["case"].send([storm_case(number, time.time())])
            answer = await commander.send("file", f"case:hotline/storm-{number}", 0, {})
            refused.extend([answer.refused.key] if answer.refused else [])

    refused: list[str] = []
    feeds = asyncio.create_task(DemoDistrict.shipped().run(send, clock=time.time, sleep=asyncio.sleep))
    tasks = [feeds, asyncio.create_task(storm())]
    await asyncio.sleep(SETTLED_S)
    opened = time.monotonic()
    tasks.append(asyncio.create_task(listening.run(f"{url}/live/street/{STREET}", visitor)))
    await watching.open(browser, running.console)
    await asyncio.sleep(SETTLED_S)
    since = time.monotonic()
    await asyncio.sleep(seconds)
    until = time.monotonic()
    for task in tasks:
        assert not task.done(), task
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await commander.__aexit__(None, None, None)
    for publisher in publishers.values():
        await publisher.__aexit__(None, None, None)
    took = until - since
    kinds, load = kinds_of(listening.got, since, until), kinds_of(listening.got, opened, opened + 3.0)
    seen = kinds_of(watching.got, since, until)
    return {
        "browser_kb_per_s": round(seen.total() / took / 1000, 2),
        "browser_by_kind": {kind: round(size / took) for kind, size in seen.most_common()},
        "kb_per_s": round(kinds.total() / took / 1000, 2), "seconds": round(took, 1),
        "load_kb": round(load.total() / 1000, 1), "refused": len(refused),
        "by_kind": {kind: round(size / took) for kind, size in kinds.most_common()},
    }  # fmt: skip


async def in_browser(running: Running, cast: Cast, seconds: float) -> dict[str, Any]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        found = await measure(running, cast, seconds, browser)
        await browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="count for 15 seconds only")
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        running = Running(Path(folder), log_format="json")
        try:
            with Cast(running, {"yangjing": STREET}) as cast:
                running.start()
                result = asyncio.run(in_browser(running, cast, 15.0 if options.quick else options.seconds))
        finally:
            running.stop()
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
