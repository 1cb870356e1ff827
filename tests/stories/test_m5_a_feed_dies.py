"""Story M5: the water gateway falls silent in the night; then the wall itself loses its server."""

import re
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from tests.console.browser import Sight
from tests.invented import WaterFeed, case, device, mirror, publish, publish_all
from tests.running import Running
from tests.slowness import Slowness

pytestmark = pytest.mark.browser

CITY = """
[sources.iot-water]
label = { zh = "物联-水务", en = "IoT water" }
interval_s = 2
"""
SHANGHAI = ZoneInfo("Asia/Shanghai")
GAUGES = {"g0": 12.0, "g1": 0.0, "g2": 0.0}
UNPLUGGED_S, BACK_S = 5.0, 10.0
"""Seconds of a machine that is not busy."""


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        (Path(folder) / "city.toml").write_text(CITY, encoding="utf-8")
        whole = Running(Path(folder))
        try:
            whole.start()
            publish_all(whole, {"case": [case("c1", mirror=mirror("dispatched", 30))]})
            devices = [device(key, place=n, interval_s=2) for n, key in enumerate(GAUGES)]
            publish(whole, "sensor", devices, token=whole.water)
            yield whole
        finally:
            whole.stop()


@pytest.fixture(scope="module")
def wall(running: Running, browser: Browser) -> Iterator[Sight]:
    sight = Sight(browser).open(f"{running.console}/wall").settle()
    yield sight
    sight.close()


@pytest.fixture
def feed(running: Running, wall: Sight) -> Iterator[WaterFeed]:
    alive = WaterFeed(running, GAUGES)
    wall.wait("() => citywall.card('sources')?.rows.get('iot-water')?.freshness === 'live'")
    wall.wait_for_words("sensors", "感知异常 1")
    yield alive
    alive.die()


def clock(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, SHANGHAI).strftime("%H:%M:%S")


def lamp(wall: Sight) -> tuple[str, int]:
    """What stands at the lamp, and how many marks of loss it shows."""
    words = " ".join(words for words, _, cell in wall.texts() if cell == "sources")
    return words, wall.count(".sources .shape-lost")


LATE_LAMPS = """() => {
  const rows = [], walk = (root) => {
    rows.push(...root.querySelectorAll(".sources [data-freshness=late]"));
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) walk(node.shadowRoot);
  };
  walk(document.querySelector("[data-cell=sources]"));
  return rows.length > 0 && rows.map((row) => [row.innerText, row.querySelectorAll(".shape-late").length]);
}"""


def late_lamps(wall: Sight) -> list[tuple[str, int]]:
    """Wait for a late lamp: the words and marks of each, in one look, since late lasts six seconds here."""
    found = wall.page.wait_for_function(LATE_LAMPS).json_value()
    return [(words, shapes) for words, shapes in found]


def test_a_feed_that_dies_is_late_then_lost_is_never_taken_for_dry_and_comes_back_by_itself(
    wall: Sight, running: Running, feed: WaterFeed
) -> None:
    feed.die()
    [(words, shapes)] = late_lamps(wall)
    assert re.search(r"物联-水务\s*迟 ([4-9]|10)秒", words)
    assert shapes == 1

    wall.wait_for_words("sources", "中断")
    words, lost_marks = lamp(wall)
    said = re.search(r"中断 (\d\d:\d\d:\d\d) 起", words)
    assert said is not None
    sent, answered = feed.last
    assert said[1] in {clock(at) for at in range(int(sent) - 1, int(answered) + 2)}
    assert lost_marks == 1
    wall.wait("() => citywall.card('act').scalars.lost_sources === 1")
    wall.wait_for_words("act", "1断线源")

    # Two gauges said "dry" when they were last heard, one "wet": now all three are no data.
    wall.wait_for_words("sensors", "无数据 3")
    wall.wait_for_words("log", "数据源中断：物联-水务")

    again = WaterFeed(running, GAUGES)
    wall.wait("() => citywall.card('sources').rows.get('iot-water').freshness === 'live'")
    wall.wait_for_words("log", "数据源恢复：物联-水务")
    wall.wait("() => citywall.card('act').scalars.lost_sources === 0")
    wall.wait("() => citywall.frame('sensors').meta.lost === 0")
    again.die()
    assert wall.count(".log li") >= 2


def test_a_wall_that_lost_its_server_says_so_in_5_s_and_is_back_in_10_s_in_the_same_view(
    wall: Sight, running: Running
) -> None:
    wall.page.mouse.move(900, 500)
    wall.page.mouse.wheel(0, -600)
    wall.wait("() => location.search.includes('view=')")
    address, order = wall.page.url, wall.page.evaluate("citywall.card('queue').order")

    killed = time.time()
    with Slowness() as slow:
        running.kill("console")
        wall.wait("() => !document.getElementById('break').hidden")
        took = time.time() - killed
    assert took <= UNPLUGGED_S * slow.factor + 0.5
    cover = wall.page.inner_text("#break")
    said = re.fullmatch(r"连接中断 (\d\d:\d\d:\d\d)", cover)
    assert said is not None
    # A beat a second: so old was the last one at most.
    assert said[1] in {clock(killed - age) for age in range(int(2 * slow.factor) + 1)}

    running.start("console")
    back = time.time()
    with Slowness() as slow:
        wall.wait("() => window.citywall?.state().live && document.getElementById('break').hidden")
        took = time.time() - back
    assert took <= BACK_S * slow.factor
    # The page may start anew at any moment from here: a wait outlives that, a plain look does not.
    wall.wait("(order) => String(window.citywall?.card('queue')?.order) === String(order)", argument=order)
    assert wall.page.url == address

    # The old page's session died with its server: the page starts anew by itself, once, into the same view.
    wall.wait("() => window.citywall?.state().session === 'live' && citywall.state().drawn.length > 0", 120)
    wall.wait("() => window.citywall?.locked()")
    assert wall.page.url == address
    assert wall.page.evaluate("JSON.parse(sessionStorage.getItem('citywall-reloads') ?? '[]').length") <= 1


@pytest.fixture(autouse=True)
def _no_external_request(wall: Sight) -> Iterator[Any]:
    yield
    assert wall.external == []
