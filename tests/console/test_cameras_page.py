"""Two RTSP cameras on a desk, a street's page and a wall: one is unplugged, one freezes, and all say so."""

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from playwright.sync_api import Browser

from city.clocks.timestamps import parse
from console.deployment.camera_streams import read_streams, read_token
from feeds.clients.publisher import Publisher
from feeds.sources.streams import Stream, run_streams
from tests.console.browser import START_MS, Sight
from tests.invented import case
from tests.invented import moment as now
from tests.people import Cast, story
from tests.rtsp_server import RtspServer
from tests.running import Running, wait_for

pytestmark = pytest.mark.browser

YANGJING = "310115013"
HERE = (121.545, 31.240)
LEVEL = "response:310115/flood_typhoon"
UNPLUGGED, FREEZING = "K-unplugged", "K-freezing"
NAMES = {UNPLUGGED: "羽山路海塘", FREEZING: "栖山路海塘"}
"""A wall's preset shows cameras of sea walls."""
BEHIND_S = 130.0
"""The clock of the machine that reads the camera which freezes is so late, until it is set: by more than the
120 s for which pictures must be the same."""
CAMERA = """
[cameras.{camera}]
name = "{name}"
lon = {lon}
lat = {lat}
address = "rtsp://127.0.0.1:{port}/{camera}"
fps = 1
"""
# What a page says of a camera: [words of its row, whether its picture is to be seen], null = it has no row.
ROW = """([cell, selector, name]) => {
  const rows = [], walk = (root) => {
    rows.push(...root.querySelectorAll(selector));
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) walk(node.shadowRoot);
  };
  walk(document.querySelector(`[data-cell="${cell}"]`));
  const row = rows.find((one) => one.textContent.includes(name));
  const isThere = (one) => one.checkVisibility() && one.naturalWidth > 0;
  const words = row?.textContent.replaceAll(/\\s+/g, " ");
  return row ? [words, [...row.querySelectorAll("img")].some(isThere)] : null;
}"""
LIST, LOOK = ".cameras li", ".viewing"


class Video:
    """Reads the streams of ``cameras.toml`` as ``citywall camera`` does, each by a clock of its own."""

    def __init__(self, running: Running) -> None:
        self.sent: list[dict[str, Any]] = []
        self.behind = {UNPLUGGED: 0.0, FREEZING: BEHIND_S}
        self._frozen: dict[str, int] = {}
        self._street = np.random.default_rng(3).integers(60, 160, (240, 320, 3)).astype(np.uint8)
        self._servers = {camera: RtspServer(self._scene) for camera in NAMES}
        self._running = running
        self._streams = self._written(running.data)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._read)

    def _scene(self, camera: str, number: int) -> np.ndarray:
        """A car drives through the street, unless the camera is frozen."""
        picture = self._street.copy()
        x = 50 + (self._frozen.get(camera, number) * 9) % 225
        picture[100:160, x : x + 40] = 10
        return picture

    def _written(self, data: Path) -> tuple[Stream, ...]:
        told = [
            CAMERA.format(
                camera=camera, name=name, lon=HERE[0], lat=HERE[1] + (number + 1) / 1000,
                port=self._servers[camera].port,
            )
            for number, (camera, name) in enumerate(NAMES.items())
        ]  # fmt: skip
        (data / "cameras.toml").write_text("".join(told), encoding="utf-8")
        secrets = data / "camera-secrets.toml"
        secrets.write_text(f'token = "{self._running.publisher}"\n', encoding="utf-8")
        secrets.chmod(0o600)
        return read_streams(data / "cameras.toml", secrets)

    def _read(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        token = read_token(self._running.data / "camera-secrets.toml")
        self._task = asyncio.current_task()
        async with Publisher(self._running.gateway, "camera", token) as publisher:

            async def send(records: list[dict[str, Any]]) -> object:
                answer = await publisher.send(records)
                assert answer.rejected == []
                self.sent += records
                return answer

            async def read(stream: Stream) -> None:
                await run_streams((stream,), send, clock=lambda: time.time() - self.behind[stream.camera])

            await asyncio.gather(*map(read, self._streams))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(lambda: self._task.cancel())
        self._thread.join(20)
        for server in self._servers.values():
            server.close()

    def pictures(self, camera: str) -> list[float]:
        """Return when the published pictures of a camera were taken (machine time)."""
        return [parse(one["at"]) for one in self.sent if (one["kind"], one["camera"]) == ("snapshot", camera)]

    def wait_for_pictures(self, camera: str, count: int) -> None:
        """Wait for so many more."""
        wanted = len(self.pictures(camera)) + count
        wait_for(lambda: len(self.pictures(camera)) >= wanted, every=0.1)

    def unplug(self, camera: str) -> None:
        """Take the plug out, and wait until it is told."""
        self._servers[camera].unplug()
        wait_for(lambda: [one for one in self.sent if one.get("state") == "offline"], every=0.1)

    def freeze(self, camera: str) -> list[float]:
        """Show one picture for longer than a camera may: the late clock is set right meanwhile.

        Return when the first same pictures were taken.
        """
        before = len(self.pictures(camera))
        self._frozen[camera] = 0
        self.wait_for_pictures(camera, 5)
        self.behind[camera] = 0.0
        return self.pictures(camera)[max(0, before - 1) : before + 5]


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"yangjing": YANGJING}) as people:
        yield people


@pytest.fixture(scope="module")
def video(cast: Cast) -> Iterator[Video]:
    with Video(cast.running) as reading:
        for camera in NAMES:
            reading.wait_for_pictures(camera, 2)
        yield reading


@pytest.fixture(scope="module")
def pages(cast: Cast, video: Video, browser: Browser) -> Iterator["Pages"]:
    """The desk and the street with the case opened, the wall with the cameras of an emergency."""
    cover = {"kind": "component", "code": "0123", "system": "GBT30428.2"}
    record = case(
        "cover", at=now(-2), lon=HERE[0], lat=HERE[1], road="羽山路巨野路口",
        category=cover, hazard=True, urgency="critical",
    )  # fmt: skip
    cast.report([record])
    cast.done("intake", "file", "hotline/cover", 0)
    order = {"person": "区长", "words": "启动Ⅲ级响应", "given_at": now()}
    cast.does("chen", "record_verbal_order", LEVEL, rank=3, **order)
    proposal = cast.wait_for(LEVEL, "LevelProposed")["data"]["proposal"]
    cast.does("wang", "approve_level", LEVEL, proposal=proposal)
    street = cast.desk(browser, "yangjing", (1366, 768), page=f"street/{YANGJING}")
    street.wait("() => window.citywall?.orders?.isLive() && citywall.card('own_cases')?.order.length > 0")
    street.page.locator('[data-cell="own_cases"] .case .what').first.click()
    desk = cast.desk(browser, "chen")
    desk.page.locator('[data-cell="desk_queue"] li', has_text="羽山路").first.click(timeout=START_MS)
    wall = Sight(browser).open(
        f"{cast.running.console}/wall", "() => window.citywall?.card('preset')?.order.length === 2"
    )
    opened = {"desk": desk, "street": street, "wall": wall}
    yield Pages(opened)
    for sight in opened.values():
        sight.close()


CELLS = {"desk": "desk_map_box", "street": "own_cases", "wall": "preset"}


# A machine time as the page says it now, with its seconds on a wall.
MOMENT = """([at, isWall]) => {
  const { say } = citywall;
  return say.moment(citywall.toCity(at), citywall.city(), isWall ? say.hhmmss : undefined);
}"""


class Pages:
    """What the three pages say of a camera."""

    def __init__(self, sights: dict[str, Sight]) -> None:
        self.sights = sights

    def row(self, page: str, camera: str, selector: str = LIST) -> list[Any] | None:
        place = [CELLS[page], "li" if page == "wall" else selector, NAMES[camera][:3]]
        found: list[Any] | None = self.sights[page].page.evaluate(ROW, place)
        return found

    def wait(
        self, page: str, camera: str, words: str, selector: str = LIST, *, picture: bool | None = None,
        since: Sequence[float] = (),
    ) -> float | None:  # fmt: skip
        """Wait until a page says words (an expression) of a camera, with its picture or without, and one of
        the times ``since``: return that time."""

        def is_said() -> list[float | None]:
            row = self.row(page, camera, selector)
            if row is None or not re.search(words, row[0]) or picture not in (None, row[1]):
                return []
            found = [at for at in since if f" {self.moment(page, at)}" in row[0]]
            return [found[0] if found else None] if found or not since else []

        return wait_for(is_said, every=0.2, why_not=lambda: (page, self.row(page, camera, selector)))[0]  # type: ignore[no-any-return]

    def moment(self, page: str, at: float) -> str:
        said: str = self.sights[page].page.evaluate(MOMENT, [at, page == "wall"])
        return said

    def look(self, page: str, camera: str) -> None:
        """Press 看 in the camera's row and wait for the picture."""
        row = self.sights[page].page.locator(
            f'[data-cell="{CELLS[page]}"] {LIST}', has_text=NAMES[camera][:3]
        )
        row.get_by_role("button", name="看").click()
        self.wait(page, camera, "", LOOK, picture=True)


def test_the_pictures_of_two_streams_stand_on_every_page_with_their_age(pages: Pages) -> None:
    for page in ("desk", "street"):
        pages.wait(page, UNPLUGGED, r"画面(刚刚|\d+秒前)")
        pages.wait(page, FREEZING, r"画面\d分前")
    pages.look("desk", UNPLUGGED)
    pages.look("street", FREEZING)
    pages.wait("street", FREEZING, "迟.*分", LOOK)
    pages.wait("wall", UNPLUGGED, "^(?!.*迟)", picture=True)
    pages.wait("wall", FREEZING, "迟.*分", picture=True)


def test_an_unplugged_camera_is_interrupted_with_its_time_on_every_page(pages: Pages, video: Video) -> None:
    video.unplug(UNPLUGGED)
    since = video.pictures(UNPLUGGED)[-1:]
    pages.wait("wall", UNPLUGGED, "视频中断", picture=False, since=since)
    for page in ("desk", "street"):
        pages.wait(page, UNPLUGGED, "视频中断", since=since)
    pages.wait("desk", UNPLUGGED, "视频中断", LOOK, picture=False, since=since)
    pages.wait("wall", FREEZING, "迟.*分", picture=True)


def test_a_frozen_camera_is_said_to_be_frozen_since_its_first_same_picture(
    pages: Pages, video: Video
) -> None:
    same = video.freeze(FREEZING)
    first = pages.wait("wall", FREEZING, "画面冻结", picture=False, since=same)
    assert first is not None
    for page in ("desk", "street"):
        pages.wait(page, FREEZING, "画面冻结", since=[first])
    pages.wait("street", FREEZING, "画面冻结", LOOK, picture=False, since=[first])
    pages.wait("wall", UNPLUGGED, "视频中断", picture=False)
    assert [one.errors + one.external for one in pages.sights.values()] == [[], [], []]
