"""Zero reports that streets telephone, entered on the desk: in a real Chromium."""

from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser

from city.views.desk_seen import DeskSeen
from city.views.response.response_seen import RoundSeen, SituationSeen, StreetCell
from layouts.cards.desk.desk_reports import DeskReports
from tests import seen_factory
from tests.static.desk_stage import NOW, Stage

pytestmark = pytest.mark.browser

CARD = '[data-cell="desk_reports"]'
SENT, LATE, TOLD = "310115004", "310115005", "310115007"
KEY = "relocation.low_lying.moved"
FORM: dict[str, Any] = {
    "scalars": {"code": LATE},
    "rows": [
        ["f:relocation.low_lying.should", {"value": 40, "at": NOW, "by_phone": False}],
        [f"f:{KEY}", {"value": 20, "at": NOW, "by_phone": False}],
    ],
}


def tell(stage: Stage, cells: tuple[StreetCell, ...]) -> None:
    wall = seen_factory.seen(position=10)
    fields = {name: getattr(wall, name) for name in wall.__struct_fields__} | {
        "situation": SituationSeen(cells=cells, round=RoundSeen("r-1", NOW - 300, 36, 12, (LATE,), 4))
    }
    view = DeskReports().view(DeskSeen(**fields), NOW)
    stage.card("desk_reports", view.scalars, *msgspec.to_builtins(view.rows))


def test_the_officer_enters_what_a_street_telephones(browser: Browser) -> None:
    stage = Stage(browser, "desk_reports", sheet=f"{CARD} {{ width: 620px }}").mount()
    stage.reply("holder_report", {"form": FORM})
    tell(stage, (StreetCell(SENT, "sent"), StreetCell(LATE, "late"), StreetCell(TOLD, "sent", by_phone=True)))
    assert stage.text(f"{CARD} .count") == "已报 12/36 · 迟 1 街镇"
    stage.page.click(f"{CARD} .toggle")
    states = [one.get_attribute("data-report") for one in stage.page.locator(f"{CARD} .place").all()]
    assert sorted(filter(None, states)) == ["late", "sent", "sent"]
    assert stage.texts(f"{CARD} .place i") == ["电"]

    stage.page.click(f'{CARD} .place[data-report="late"]')
    stage.page.fill(f"{CARD} .reason input", "值班员李")
    stage.page.click(f"{CARD} .do button:nth-child(2)")
    stage.page.fill(f'{CARD} input[data-key="{KEY}"]', "38")
    stage.answer(
        "send_zero_report", {"done": {"version": 5, "position": "9", "facts": [], "undo_until": None}}
    )
    stage.page.click(f"{CARD} .form .primary")
    stage.page.wait_for_selector(f"{CARD} .zero", state="detached")
    stage.page.click(f'{CARD} .place[data-report="late"]')
    stage.page.click(f"{CARD} .do .primary")
    acts = [(act["verb"], act["subject"], act["version"], act["args"]) for act in stage.acts()]
    numbers = {"nil": False, "figures": {KEY: 38}, "holder": LATE, "text": "值班员李"}
    assert acts == [
        ("send_zero_report", "report_round:r-1", 4, numbers),
        ("send_zero_report", "report_round:r-1", 5, {"nil": True, "holder": LATE}),
    ]
    stage.close()
