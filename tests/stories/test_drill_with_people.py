"""A drill with people: shift lead, duty leader and flood office click on real pages; it waits for them."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from console.drill.city import DrillCity
from console.drill.player import Outcome, Player
from console.drill.script import Line, read_script
from console.drill.starting import running_city
from tests.console.browser import Sight
from tests.forked import start_process
from tests.running import free_port

pytestmark = pytest.mark.browser

LEVEL = "310115/flood_typhoon"
LOOK_S = 240.0
PLAYED = frozenset({"lead", "leader", "agency-sw"})
SCRIPT = """landfall = "2026-09-16T07:00:00+08:00"
[title]
zh = "演练"
[[person]]
key = "officer"
name = "李××（值班员）"
roles = ["duty_officer"]
[[person]]
key = "lead"
name = "陈××（值班长）"
roles = ["shift_lead"]
[[person]]
key = "leader"
name = "王××（副区长）"
roles = ["duty_leader"]
[[line]]
at = "T-36:00"
order = "propose_level"
by = "officer"
on = "response:310115/flood_typhoon"
args = { rank = 1 }
[[line]]
at = "T-35:58"
order = "approve_level"
by = "lead"
on = "response:310115/flood_typhoon"
args = { proposal = "p1" }
[[line]]
at = "T-35:57"
order = "approve_level"
by = "leader"
on = "response:310115/flood_typhoon"
args = { proposal = "p1" }
[[line]]
at = "T-35:57"
check = "level"
want = { rank = 1, decided = "approved" }
[[line]]
at = "T-35:56"
order = "acknowledge_task"
by = "@holder"
find = { tasks = { agency = "sw", state = ["issued", "delivered"] } }
each = true
[[line]]
at = "T-35:56"
check = "count"
want = { of = "tasks", where = { agency = "sw", state = "issued" }, exactly = 0 }
[[line]]
at = "T-35:50"
order = "acknowledge_task"
by = "@holder"
find = { tasks = { state = ["issued", "delivered"] } }
each = true
[[line]]
at = "T-35:49"
check = "count"
want = { of = "tasks", where = { state = ["issued", "delivered"] }, exactly = 0 }
"""


class Drill:
    """A drill that is played in a thread of its own; it asks ``waits`` for what the people have to do."""

    def __init__(self, folder: Path) -> None:
        path = folder / "people.toml"
        path.write_text(SCRIPT, encoding="utf-8")
        self._script, self._data = read_script(path), folder / "city"
        self._data.mkdir()
        self.waits: queue.Queue[tuple[str, str]] = queue.Queue()
        self.outcomes: list[Outcome] = []
        self.city: DrillCity | None = None
        self.thread = threading.Thread(target=lambda: asyncio.run(self._play()), daemon=True)

    async def _play(self) -> None:
        ports = {"port": free_port(), "gateway_port": free_port()}
        given: dict[str, Any] = {"with_people": True, "people": PLAYED, "start": start_process, **ports}

        def waits(line: Line, account: str) -> None:
            self.waits.put((line.order, account))

        async with running_city(self._data, self._script, **given) as self.city:
            player = Player(
                self._script, self.city, heard=lambda _: None, people=PLAYED, waits=waits, patience_s=LOOK_S
            )
            self.outcomes = await player.play()

    def asks(self) -> tuple[str, str]:
        """Return the next order that the drill waits for, and of whom."""
        return self.waits.get(timeout=LOOK_S)

    def page(self, browser: Browser, who: str, page: str) -> Sight:
        """Sign somebody in and open a page of the drill's city."""
        assert self.city is not None
        settings = self.city.settings
        console = f"http://{settings.host}:{settings.port}"
        return Sight(browser).sign_in(console, who, self.city.access.passwords[who], page).started()


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    played = Drill(tmp_path_factory.mktemp("drill"))
    played.thread.start()
    yield played
    played.thread.join(LOOK_S)


@pytest.mark.timeout(900)
def test_the_drill_waits_for_the_clicks_of_people_and_goes_on(drill: Drill, browser: Browser) -> None:
    assert drill.asks() == ("approve_level", "lead")
    desk = drill.page(browser, "lead", "desk")
    desk.page.locator('[data-cell="desk_level"]').get_by_role("button", name="同意Ⅳ级（1/2）").click()

    assert drill.asks() == ("approve_level", "leader")
    leader = drill.page(browser, "leader", "leader")
    row = leader.page.locator('[data-cell="leader_decisions"]').locator(f'li[data-key="response:{LEVEL}"]')
    row.get_by_role("button", name="同意（2/2）").click()

    assert drill.asks() == ("acknowledge_task", "agency-sw")
    leader.wait_for_words("level_band", "Ⅳ级响应")
    office = drill.page(browser, "agency-sw", "agency/sw")
    waiting = office.page.locator('[data-cell="agency_tasks"] button', has_text="签收")
    waiting.first.wait_for()
    for sight in (desk, leader, office):  # with the last click the drill ends, and its city with it
        assert sight.page.get_by_text("演练").count() > 0
        assert (sight.errors, sight.external) == ([], [])
    for left in range(office.page.evaluate("citywall.card('agency_tasks').scalars.waiting"), 0, -1):
        office.wait("(left) => citywall.card('agency_tasks').scalars.waiting === left", argument=left)
        waiting.first.click()

    drill.thread.join(LOOK_S)
    assert [f"{one.line.at}: {one.fault}" for one in drill.outcomes if one.fault] == []
    assert [one.by_people for one in drill.outcomes] == [False, True, True, False, True, False, False, False]
