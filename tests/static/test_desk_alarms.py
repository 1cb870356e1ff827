"""The desk's alarms of sensors in a real Chromium: what stands in a row, and its keys."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser

from city.views.alarm_seen import AlarmSeen, MaintainedSeen
from city.views.desk_seen import DeskSeen
from layouts.cards.desk.desk_alarms import DeskAlarms
from tests import seen_factory
from tests.static.desk_stage import NOW, Stage

pytestmark = pytest.mark.browser

CARD = '[data-cell="desk_alarms"]'
EVIL = "<img src=x onerror=window.hacked=1>"


def alarm(device: str = "g1", **given: Any) -> AlarmSeen:
    plain = AlarmSeen(
        f"{device}/water_pressure_mpa", device, f"羽山路{device}", "310115005", "water_pressure",
        "water_pressure_mpa", "yellow", "active", "outside", "T-1", 0.082, 0.2, 0.45, "MPa", NOW - 300,
        NOW - 240, 0.0, 2, "", "", None, "", "", "", "", None, 0.08, NOW - 5, False, 3,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **given)


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    shown = Stage(browser, "desk_alarms", sheet=f"{CARD} {{ width: 620px }}")
    yield shown.mount()
    shown.close()


def tell(stage: Stage, *alarms: AlarmSeen, maintained: tuple[MaintainedSeen, ...] = ()) -> None:
    wall = seen_factory.seen(position=10)
    fields = {name: getattr(wall, name) for name in wall.__struct_fields__}
    view = DeskAlarms().view(DeskSeen(**fields, alarms=alarms, maintained=maintained), NOW)
    stage.card("desk_alarms", view.scalars, *msgspec.to_builtins(view.rows))


def said(stage: Stage) -> list[tuple[str, str, Any]]:
    acts = stage.page.evaluate("said.acts")
    return [(act["verb"], act["subject"], act["args"]) for act in acts]


def test_a_line_counts_and_the_list_opens_by_its_key(stage: Stage) -> None:
    aside = alarm(
        "g2", shelf="suspect", shelf_reason=EVIL, shelf_by="李××（值班员）", shelved_until=NOW + 3600
    )
    inside = MaintainedSeen("g3", "张杨路", "", "water_pressure", "换表", "陈××", NOW - 60, 1)
    tell(stage, alarm(), aside, maintained=(inside,))
    assert stage.text(f"{CARD} .count") == "现行 1 · 搁置 1 · 检修 1"
    assert not stage.page.is_visible(f"{CARD} .alarms")
    stage.page.keyboard.press("a")
    rows = stage.texts(f"{CARD} li .what span")
    assert rows == [
        "羽山路g1 · 供水压力 0.082 MPa（0.2–0.45）", "羽山路g2 · 供水压力 0.082 MPa（0.2–0.45）", "张杨路",
    ]  # fmt: skip
    assert EVIL in stage.texts(f"{CARD} li .why")[1]
    assert stage.page.evaluate("window.hacked") is None


def test_a_lost_gauge_and_a_late_or_doubtful_value_say_so(stage: Stage) -> None:
    tell(
        stage, alarm(lost=True, now_value=None, as_of=NOW - 600, late_s=1020.0),
        alarm("g2", doubt="stuck_dry", doubt_since=NOW - 3 * 3600),
    )  # fmt: skip
    stage.page.keyboard.press("a")
    lost, doubtful = stage.texts(f"{CARD} li .why")
    assert lost.startswith("无数据 ")
    assert "补报 17分前" in lost
    assert "可能失真" in doubtful


def test_keys_choose_a_row_and_order(stage: Stage) -> None:
    tell(stage, alarm(), alarm("g2"))
    keys = stage.page.keyboard
    keys.press("a")
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.press("ArrowUp")
    keys.press("s")
    stage.page.fill(f"{CARD} input", "在修")
    stage.page.click(f"{CARD} .choice button >> nth=1")
    keys.press("Tab")
    stage.page.click(f"{CARD} .form .primary")
    assert said(stage) == [
        ("acknowledge_alarm", "alarm:g2/water_pressure_mpa", {}),
        ("shelve_alarm", "alarm:g1/water_pressure_mpa", {"reason": "在修", "minutes": 30}),
    ]  # fmt: skip


def test_a_reason_is_needed(stage: Stage) -> None:
    tell(stage, alarm())
    stage.page.keyboard.press("a")
    stage.page.keyboard.press("f")
    stage.page.keyboard.press("Enter")
    assert said(stage) == []
    assert "原因" in stage.text(f"{CARD} .wrong")
    stage.page.keyboard.press("Escape")
    assert not stage.page.query_selector(f"{CARD} .form")


def test_alike_alarms_are_one_row_that_unfolds(stage: Stage) -> None:
    tell(stage, *(alarm(f"g{n}") for n in range(5)))
    stage.page.keyboard.press("a")
    assert len(stage.texts(f"{CARD} li")) == 1
    stage.page.get_by_text("同类 5 条").click()
    assert len(stage.texts(f"{CARD} li")) == 5
