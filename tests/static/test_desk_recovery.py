"""The desk's recovery list in a real Chromium: there only while something is left, one press finishes."""

from collections.abc import Iterator

import msgspec
import pytest
from playwright.sync_api import Browser

from city.views.desk_seen import DeskSeen
from city.views.response.recovery_view import RecoveryItemSeen, RecoverySeen
from layouts.cards.desk.desk_recovery import DeskRecovery
from tests import seen_factory
from tests.static.desk_stage import NOW, Stage

pytestmark = pytest.mark.browser

CARD = '[data-cell="desk_recovery"]'
ON = "response:310115/flood_typhoon"
PATROL = "plan.flood_typhoon.407"
EVIL = "<img src=x onerror=window.hacked=1>"
ITEMS = (
    RecoveryItemSeen(ON, "task:r.7", "task", "sw", {"words": PATROL, "no": "r-7"}, 9, can_finish=False),
    RecoveryItemSeen(ON, "outage:dl", "outage", "dl", {"count": "120", "place": EVIL}, 9),
    RecoveryItemSeen(ON, "closure:g1", "closure", "sw", {"name": "川沙路下立交"}, 9, done_at=NOW - 60),
)  # fmt: skip


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    shown = Stage(browser, "desk_recovery", sheet=f"{CARD} {{ width: 620px }}")
    yield shown.mount()
    shown.close()


def tell(stage: Stage, *items: RecoveryItemSeen) -> None:
    wall = seen_factory.seen(position=10)
    fields = {name: getattr(wall, name) for name in wall.__struct_fields__}
    told = RecoverySeen(items, sum(one.done_at is None for one in items), NOW - 600, NOW + 600_000)
    view = DeskRecovery().view(DeskSeen(**fields, recovery=told), NOW)
    stage.card("desk_recovery", view.scalars, *msgspec.to_builtins(view.rows))


def test_the_list_names_what_is_left_and_one_press_finishes_it(stage: Stage) -> None:
    tell(stage, *ITEMS)
    assert stage.text(f"{CARD} .count") == "未了结 2 / 3"
    stage.page.click(f"{CARD} .toggle")
    assert stage.texts(f"{CARD} .what span") == [
        "未办结联动任务 · 巡查低洼点 · r-7", f"停电用户 120 · {EVIL}", "封闭下立交 · 川沙路下立交",
    ]  # fmt: skip
    assert stage.page.evaluate("window.hacked") is None
    finish = [one for one in stage.page.locator(f"{CARD} .do button").all() if one.is_visible()]
    assert [one.text_content() for one in finish] == ["转交", "转交", "销项"]
    finish[-1].click()
    [act] = stage.page.evaluate("said.acts")
    assert (act["verb"], act["subject"], act["args"]) == ("finish_recovery", ON, {"item": "outage:dl"})
