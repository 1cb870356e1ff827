"""The desk's linkage in a real Chromium: the matrix, acts in place with their answers, and the preview."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser

from city.state.ledger_state import Device, Place
from city.state.linkage_records import Closure
from city.state.row_keys import row_key_of
from city.views.linkage_seen import LinkageSeen
from city.views.linkage_view import LinkageView
from layouts.cards.desk.desk_linkage import DeskLinkage
from tests.linkage_factory import CITY, city_with, incident, signed, task
from tests.order_taking import read_test_rules
from tests.seen_factory import seen
from tests.static.desk_stage import NOW, Stage, row

pytestmark = pytest.mark.browser

ID = "1f0c2d3e4a5b"
CASE = row_key_of("hotline/m1")
ANSWER = "(given) => citywall.orders.take({ answer: { command_id: said.acts.at(-1).command_id, ...given } })"
RULES = read_test_rules()
CARD = '[data-cell="desk_linkage"]'
PREVIEW: dict[str, Any] = {
    "kind": "underpass_flood", "kinds": ["underpass_flood", "fire"], "grade": "general", "radius_m": 150.0,
    "lon": 121.7, "lat": 31.19, "street": "310115110", "road": "川沙路", "agencies": ["xf", "ga", "sw"],
    "there": "",
    "rows": [
        {"template": "underpass_flood#1", "agency": "xf", "words": "drain", "priority": "P1", "ack_s": 300.0,
         "arrive_s": 900.0, "due_s": 7200.0, "needs_unit": True,
         "nearest_unit": {"unit": "u1", "call_sign": "消防3号", "metres": 1200, "minutes": 3.2,
                          "age_s": 12.0}},
        {"template": "underpass_flood#2", "agency": "ga", "words": "close", "priority": "P1", "ack_s": 180.0,
         "arrive_s": 900.0, "due_s": 3600.0, "needs_unit": True, "nearest_unit": None},
    ],
}  # fmt: skip


def feed(stage: Stage, incidents: list[Any], tasks: list[Any]) -> None:
    found: LinkageSeen = LinkageView(RULES, full=True).see(city_with(incidents, tasks), CITY)
    view = DeskLinkage().view(seen(incidents=found.incidents, tasks=found.tasks), CITY)  # type: ignore[arg-type]
    stage.card("desk_linkage", view.scalars, *msgspec.to_builtins(view.rows))


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    opened = Stage(browser, "desk_linkage")
    opened.rows((CASE, row()))
    opened.reply("incident", {"incident": {
        "id": ID, "title": "", "version": 3, "commander": "", "scene_commander": "张××", "reports": [],
        "report_by": CITY + 600, "report_next": "first.oral", "sessions": [], "cases": [], "casualties": None,
        "grade_asked": "", "actions": [{"verb": "issue_task", "ok": True}],
    }})  # fmt: skip
    yield opened.mount()
    opened.close()


def test_every_row_is_acted_on_in_place_and_tells_what_became_of_it(stage: Stage) -> None:
    late = task(1, agency="lh", priority="P2", issued_at=NOW - 400, text="清疏雨水口", words="")
    feed(
        stage,
        [incident()],
        [late, task(2, state="set_out", set_out=signed(NOW - 50)), task(3, state="verified")],
    )
    assert stage.texts(f"{CARD} .count") == ["联动 1 · 未签收 1"]
    stage.page.locator(f"{CARD} .tab").click()
    stage.page.locator(f"{CARD} .matrix .row .below").first.wait_for()
    assert stage.texts(f"{CARD} .who b") == ["绿化市容", "消防"]
    assert stage.texts(f'{CARD} .at[data-level="over"]') == ["6′40″/5′"]
    # The time runs without a word from the server.
    stage.tick(20)
    assert stage.texts(f'{CARD} .at[data-level="over"]') == ["7′/5′"]
    assert "初报（口头） 剩9分" in " ".join(stage.texts(f"{CARD} .facts span"))

    first = stage.page.locator(f"{CARD} .matrix .below").first
    buttons = first.locator(".buttons button")
    buttons.nth(1).click()
    assert buttons.count() == 0  # pending, within this very click
    done = {"done": {"version": 2, "position": "9", "facts": [], "undo_until": NOW + 40}}
    sent = stage.acts()[-1]
    assert (sent["verb"], sent["subject"], sent["version"]) == ("reassign_task", f"task:{ID}.1", 1)
    stage.page.evaluate(
        "(done) => citywall.orders.take({ answer: { command_id: said.acts.at(-1).command_id, ...done } })",
        done,
    )
    assert first.locator(".told").inner_text().endswith("20:31:27")
    # The row stays where it is while the pointer is on it, though its task is over now.
    ended = msgspec.structs.replace(late, state="cancelled", version=2)
    feed(stage, [incident()], [ended, task(2, state="set_out", set_out=signed(NOW - 50))])
    assert stage.texts(f"{CARD} .who b") == ["绿化市容", "消防"]
    stage.answer("undo_task", {"done": {"version": 3, "position": "10", "facts": [], "undo_until": None}})
    first.get_by_text("撤销 20").click()
    assert (stage.acts()[-1]["verb"], stage.acts()[-1]["version"]) == ("undo_task", 2)

    winner = {"by": "李××（值班员）", "at": NOW, "did": "TaskReassigned", "to": "hw"}
    stage.answer(
        "cancel_task",
        {"refused": {"code": "conflict", "key": "conflict", "names": {}, "reason": "", "winner": winner}},
    )
    second = stage.page.locator(f"{CARD} .matrix .below").nth(1)
    second.locator(".buttons button").last.click()
    second.get_by_text("情况解除").click()
    assert stage.acts()[-1]["args"] == {"text": "情况解除"}
    second.locator('.told[data-kind="refused"]').wait_for()
    assert "李×× 已于20:31:07" in second.locator(".told").inner_text()


def test_linkage_starts_from_a_preview_whose_rows_may_be_changed(stage: Stage) -> None:
    feed(stage, [], [])
    stage.reply("linkage_preview", PREVIEW)
    stage.select(CASE)
    stage.page.keyboard.press("F4")
    rows = stage.page.locator(f"{CARD} .preview li")
    rows.nth(1).wait_for()
    assert stage.asks("linkage_preview")[0]["case"] == CASE
    told = rows.first.inner_text()
    assert "消防3号 1.2公里 4分" in told
    assert "12秒" in told
    rows.first.locator("input").uncheck()
    rows.nth(1).locator("select").select_option("sw")
    stage.press("添加任务", "desk_linkage")
    rows.nth(2).locator("input[type=text]").fill("搬运沙袋")
    stage.answer("open_incident", {"done": {"version": 0, "position": "9", "facts": [], "undo_until": None}})
    rows.nth(2).locator("input[type=text]").press("Enter")
    (sent,) = stage.acts()
    assert (sent["verb"], sent["subject"]) == ("open_incident", f"case:~{CASE}")
    assert sent["args"]["tasks"] == [
        {"agency": "sw", "priority": "P1", "template": "underpass_flood#2"},
        {"agency": "xf", "priority": "P2", "text": "搬运沙袋"},
    ]
    # The new incident takes the place of its preview as soon as the channel tells of it.
    stage.page.wait_for_function("(mark) => citywall.orders.of(mark)?.state === 'done'", arg=CASE)
    feed(stage, [incident(ID, cases=("hotline/m1",))], [task(1)])
    stage.page.locator(f"{CARD} .matrix .row .below").wait_for()
    assert stage.page.evaluate("citywall.desk.incident()") == ID


def test_the_second_of_a_pair_is_answered_with_one_press(stage: Stage) -> None:
    there = {"state": "arrived", "acknowledged": signed(NOW - 60), "arrived": signed(NOW - 9)}
    second = task(1, agency="lh", state="set_out", set_out=signed(NOW - 50), fallback=f"{ID}.2")
    first = task(2, fallback_of=f"{ID}.1", **there)
    feed(stage, [incident()], [second, first])
    stage.page.locator(f"{CARD} .tab").click()
    below = stage.page.locator(f"{CARD} .matrix .below", has_text="消防已先到场：撤回或协同")
    assert below.locator(".buttons button").all_inner_texts() == ["协同", "撤回"]
    done = {"done": {"version": 2, "position": "9", "facts": [], "undo_until": None}}
    stage.answer("assist_task", done)
    stage.answer("cancel_task", done)
    below.get_by_text("协同", exact=True).click()
    assert (stage.acts()[-1]["verb"], stage.acts()[-1]["args"]) == ("assist_task", {})
    helps = msgspec.structs.replace(second, assists=f"{ID}.2", version=2)
    feed(stage, [incident()], [helps, first])
    below = stage.page.locator(f"{CARD} .matrix .below", has_text="协同消防")
    below.get_by_text("撤回", exact=True).click()  # still without a reason
    assert (stage.acts()[-1]["verb"], stage.acts()[-1]["args"]) == ("cancel_task", {})


def test_a_suggested_closure_is_one_line_with_one_button(stage: Stage) -> None:
    closure = Closure(
        "wl-7", "suggested", CITY, 11.0, 3.7, parties=("ga", "jt", "sw"), noted="rise", version=2, moved=2
    )
    place = Place(121.7, 31.19, "310115110", "川沙路")
    device = Device("wl-7", "road_water_depth", "川沙路下立交", "水务", place, 60.0)
    city = city_with([], [], closures={"wl-7": closure}, devices={"wl-7": device})
    found: LinkageSeen = LinkageView(RULES, full=True).see(city, CITY)
    view = DeskLinkage().view(seen(closures=found.closures), CITY)  # type: ignore[arg-type]
    stage.card("desk_linkage", view.scalars, *msgspec.to_builtins(view.rows))
    line = stage.page.locator(f"{CARD} .closure")
    assert line.locator("span").first.inner_text() == "建议提前封闭 川沙路 · 11 cm ↑3.7 cm/分"
    assert line.locator("button").all_inner_texts() == ["启动三方封闭"]
    stage.answer(
        "close_underpass", {"done": {"version": 3, "position": "9", "facts": [], "undo_until": None}}
    )
    line.locator("button").click()
    act = stage.acts()[-1]
    assert (act["verb"], act["subject"], act["version"]) == ("close_underpass", "device:wl-7", 2)
    assert line.locator("button").is_disabled()  # until the channel tells what it made


def test_a_spoken_order_is_written_down_in_its_row(stage: Stage) -> None:
    feed(stage, [incident()], [task(1, mode="verbal_recorded", words="", write_by=NOW + 900)])
    stage.page.locator(f"{CARD} .tab").click()
    stage.page.locator(f"{CARD} .matrix .below").get_by_text("补文字", exact=True).click()
    stage.page.fill(f"{CARD} .form textarea", "立即清树")
    stage.page.click(f"{CARD} .form .primary")
    sent = stage.acts()[-1]
    assert (sent["verb"], sent["subject"], sent["args"]) == (
        "write_task_order",
        f"task:{ID}.1",
        {"text": "立即清树"},
    )
