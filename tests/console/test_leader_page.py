"""The leader's page on a whole Citywall: three sizes without a scroll, and decisions by one tap each."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from city.clocks.timestamps import iso
from city.facts.fact import body_of
from tests.console.browser import Sight
from tests.people import OTHER_STREET, PASSWORD, ROSTER, SHANGHAI, STREET, Cast, story
from tests.signed_in import Visitor

pytestmark = pytest.mark.browser

SIZES = {"wall": (1920, 1080), "tablet": (1024, 768), "phone": (390, 844)}
LEADER = "rotating_leader,夏××（副区长）,,岑××（区政府办副主任）,00:00,00:00,\n"
Pages = Callable[[str], Sight]
TYPED = "下盐路尽快抢通 <b>&"
ASKED: dict[str, Any] = {"kind": "relocation", "count": 14, "tried": ["own_squads"], "group": "site_shed"}

# What of the page does not fit its place: the page itself, and every card that must not scroll.
OVERFLOWS = """() => {
  const found = [], page = document.getElementById("page");
  if (page.scrollHeight > page.clientHeight + 1) found.push("height");
  if (page.scrollWidth > page.clientWidth + 1) found.push("width");
  for (const cell of document.querySelectorAll(".cell-card:not([data-cell=leader_handover])")) {
    const box = cell.getBoundingClientRect();
    if (box.bottom > innerHeight + 1 || box.right > innerWidth + 1) found.push(cell.dataset.cell);
  }
  return found;
}"""
# Pairs of cells that cover each other; what lies over the map on purpose is left out.
COVERED = """() => {
  const over = new Set(["legend", "leader_handover"]);
  const cells = [...document.querySelectorAll("[data-cell]")].filter((cell) => !over.has(cell.dataset.cell));
  const boxes = cells.map((cell) => [cell.dataset.cell, cell.getBoundingClientRect()]);
  return boxes.flatMap(([a, one], at) => boxes.slice(at + 1)
    .filter(([, two]) => Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1
      && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 1).map(([b]) => [a, b]));
}"""


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"street": STREET, "lh1": "lh"}, roster=ROSTER + LEADER) as people:
        people.set_city("2026-11-29T20:31")
        place = {"lon": 121.70, "lat": 31.19, "street": STREET, "road": "川沙路", "radius_m": 100.0}
        opened = {
            "day": "20261129", "class": "natural", "kind": "underpass_flood", "grade": "general",
            "title": "", "source": "hand", "state": "confirmed", "cases": [], "confirm_by": None,
            "report_by": None, "report_next": "", "version": 1, "name": "", **place,
        }  # fmt: skip
        people.happened(IncidentOpened=("incident:inc1", opened))
        order = {
            "incident": "inc1", "agency": "xf", "priority": "P1", "words": "", "text": TYPED,
            "mode": "manual", "ack_by": None, "due_by": None, "arrive_by": None, "verify_s": 60.0,
            "evidence": "ack", "verifier": "street", "template": "", "unit": "", "version": 1,
            "name": "夏××（副区长）", **place,
        }  # fmt: skip
        body = body_of("TaskIssued", "task:inc1.1", "xia", order, role="rotating_leader")
        people.wait(people._append("order", body, new=(("task:inc1.1", 0),)))
        yield people


@pytest.fixture(scope="module")
def pages(cast: Cast, browser: Browser) -> Callable[[str], Sight]:
    """Return the page of a leader, opened when first asked for: they look at theirs all the evening."""
    return cache(lambda who: opened(cast, browser, who))


def card(page: Sight, name: str) -> Locator:
    return page.page.locator(f'[data-cell="{name}"]')


def opened(cast: Cast, browser: Browser, who: str, size: str = "wall") -> Sight:
    page = cast.desk(browser, who, size=SIZES[size], page="leader")
    card(page, "leader_cells").locator(".cell-of").nth(35).wait_for(state="attached")
    page.wait("() => citywall.session() === 'live'")
    # Also on the page that is opened first of all after a start.
    for layer in ("rain", "sensors", "units", "cases"):
        page.wait(f"() => citywall.state().drawn.includes({layer!r})")
    return page


def ask_support(cast: Cast, **more: Any) -> str:
    done = cast.give("street", "request_support", f"support:{STREET}", 0, **ASKED | more)
    assert done.version == 1
    return cast.wait_for_type("SupportRequested")["subject"]


def propose(cast: Cast, who: str) -> str:
    deadline = datetime(2026, 11, 29, 23, 0, tzinfo=SHANGHAI).timestamp()
    cast.give(
        who, "order_relocation", "relocation:new", 0, streets=[STREET, OTHER_STREET], groups=["low_lying"],
        deadline=iso(deadline),
    )  # fmt: skip
    return cast.wait_for_type("RelocationProposed")["subject"]


def test_three_sizes_have_no_scroll_and_nothing_covers_anything(
    cast: Cast, browser: Browser, pages: Pages
) -> None:
    ask_support(cast, kind="boats", group=None)
    tablet = opened(cast, browser, "xia", "tablet")
    for page in (pages("xia"), tablet):
        card(page, "leader_decisions").locator("li").first.wait_for()
        page.tells(f"() => [({OVERFLOWS})(), ({COVERED})()]", [[], []])
    tablet.close()
    # A phone shows level, numbers and decisions; the rest is one tap away.
    page = opened(cast, browser, "xia", "phone")
    card(page, "leader_decisions").locator("li").first.wait_for()
    page.tells(OVERFLOWS, [])
    page.page.get_by_role("button", name="地图").click()
    page.wait("() => citywall.figure('map')?.inner_height > 300")
    page.tells(COVERED, [])
    page.close()


def test_a_tap_approves_support_and_a_second_leader_is_told_who_was_first(cast: Cast, pages: Pages) -> None:
    subject = ask_support(cast)
    page = pages("xia")
    row = card(page, "leader_decisions").locator(f'li[data-key="{subject}"]')
    row.wait_for()
    assert "工棚 · 14人转移" in row.inner_text()
    assert "转应急" in row.locator(".then").inner_text()  # what happens when nobody acts
    row.get_by_role("button", name="同意▸公安").click()
    answered = cast.wait_for(subject, "SupportAnswered")
    assert (answered["actor"], answered["data"]["answer"], answered["role"]) == (
        "xia", "approved", "rotating_leader",
    )  # fmt: skip
    issued = cast.wait_for(f"task:{answered['data']['task']}", "TaskIssued")
    assert (issued["data"]["agency"], issued["role"]) == ("ga", "rotating_leader")
    row.wait_for(state="detached")
    lost = cast.send("wang", "answer_support", subject, 1, answer="approved")
    assert lost.refused is not None
    assert lost.refused.winner is not None
    assert lost.refused.winner.by.startswith("夏××")


def test_relocation_is_proposed_and_confirmed_by_two_people(cast: Cast, pages: Pages) -> None:
    subject = propose(cast, "xia")
    page = pages("xia")
    own = card(page, "leader_decisions").locator(f'li[data-key="{subject}"]')
    own.get_by_text("您已签，须另一人").wait_for()
    assert own.get_by_role("button").count() == 0
    other = pages("ye")
    card(other, "leader_decisions").locator(f'li[data-key="{subject}"]').get_by_role(
        "button", name="确认（2/2）"
    ).click()
    ordered = cast.wait_for(subject, "RelocationOrdered")
    assert (ordered["actor"], len(ordered["data"]["tasks"])) == ("ye", 2)
    own.wait_for(state="detached")


def test_sending_back_needs_a_note(cast: Cast, pages: Pages) -> None:
    subject = ask_support(cast, kind="pumps", group=None)
    page = pages("xia")
    row = card(page, "leader_decisions").locator(f'li[data-key="{subject}"]')
    row.get_by_role("button", name="退回批示").click()
    row.locator(".note-form input").first.fill("先用街道泵车")
    row.locator(".note-form button").click()
    answered = cast.wait_for(subject, "SupportAnswered")
    assert (answered["data"]["answer"], answered["data"]["text"]) == ("sent_back", "先用街道泵车")


def test_the_change_since_the_last_look_is_the_readers_own(cast: Cast, pages: Pages) -> None:
    page = pages("ye")
    cast.wait_for_type("LeaderLooked", actor="ye")
    card(page, "leader_brief").get_by_role("button", name="已阅").click()
    card(page, "leader_figures").get_by_text("自您").first.wait_for()
    looks = [fact for fact in cast.all_facts() if fact["type"] == "LeaderLooked" and fact["actor"] == "ye"]
    assert looks[-1]["data"]["figures"]["closures"] == 0.0


def test_ones_own_orders_stand_there_in_ones_own_words_and_not_on_the_channel(
    cast: Cast, pages: Pages
) -> None:
    own, other = pages("xia"), pages("wang")
    card(own, "leader_orders").get_by_text(TYPED).wait_for()
    card(other, "leader_orders").get_by_role("button", name="交接").wait_for()
    assert TYPED not in card(other, "leader_orders").inner_text()
    told = own.page.evaluate(
        "() => JSON.stringify(['leader_orders', 'leader_decisions'].map((it) => [...citywall.card(it).rows]))"
    )
    assert "下盐路" not in told


def test_a_visit_on_site_is_one_press_that_names_the_street(cast: Cast, pages: Pages) -> None:
    page = pages("wang")
    orders, context = card(page, "leader_orders"), page.page.context
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"longitude": 120.0, "latitude": 31.2, "accuracy": 15})
    orders.get_by_role("button", name="到场登记").click()
    orders.get_by_text("您的位置不在本区").wait_for()
    context.set_geolocation({"longitude": 121.70, "latitude": 31.19, "accuracy": 15})
    orders.get_by_role("button", name="重新定位").click()
    orders.get_by_text("定位误差 ±15 米").wait_for()
    orders.get_by_role("button", name="记录到场▸").click()
    orders.get_by_text("已记录到场").wait_for()
    visited = cast.wait_for_type("LeaderVisited")
    assert (visited["subject"], visited["actor"], visited["data"]["accuracy_m"]) == (
        "street:310115103", "wang", 15.0,
    )  # fmt: skip
    # Who may not record one has no button.
    theirs = card(pages("ye"), "leader_orders")
    theirs.get_by_role("button", name="交接").wait_for()
    assert not theirs.locator("button", has_text="到场登记").is_visible()


def test_two_leaders_hand_over_and_the_sheet_is_one_page(cast: Cast, pages: Pages) -> None:
    ask_support(cast, kind="power", group=None)
    out = pages("xia")
    card(out, "leader_orders").get_by_role("button", name="交接").click()
    over = card(out, "leader_handover")
    over.locator("textarea").fill("盯芦潮港潮位")
    over.get_by_role("button", name="生成交接单").click()
    drafted = cast.wait_for_type("LeaderHandoverDrafted")
    subject = drafted["subject"]
    come = pages("ye")
    card(come, "leader_orders").get_by_role("button", name="交接").click()
    items = card(come, "leader_handover").locator(".items li")
    items.first.wait_for()
    for key in [item["key"] for item in drafted["data"]["items"]]:
        card(come, "leader_handover").locator(".items button").first.click()
        cast.wait_for(subject, "LeaderItemAnswered")
        come.wait(f"() => citywall.card('leader_handover').rows.get({key!r}).by !== ''")
    card(come, "leader_handover").get_by_role("button", name="接班签字").click()
    over.get_by_role("button", name="交班签字").click()
    cast.wait_for_type("LeaderHandoverSigned")
    over.locator(".leads").last.get_by_text("未签").wait_for(state="detached")
    visitor = Visitor(cast.running.console)
    visitor.sign_in("ye", PASSWORD, "/leader")
    sheet = visitor.get(f"/leader/handover/{subject.partition(':')[2]}")
    assert sheet.status == 200
    assert "盯芦潮港潮位" in sheet.text
    assert "<br>未签" not in sheet.text
    assert "@page { size: A4" in sheet.text
    assert Visitor(cast.running.console).get(f"/leader/handover/{subject.partition(':')[2]}").status == 403
