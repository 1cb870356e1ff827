"""Story M1: a missing cover, refused twice, is made safe; the leader rules and the next routes itself."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.console.browser import Sight
from tests.invented import case, jpeg
from tests.people import SHANGHAI, Cast, story

pytestmark = pytest.mark.browser

YANGJING, ROAD = "310115013", "羽山路巨野路口"
KEY, SAME, NEXT = "hotline/cover", "hotline/same", "hotline/next"
HERE = (121.5507, 31.2390)
COVERS = "3101150123900001"
"""The entry of the covers at this crossing; register.csv has no such row yet, the road has three owners."""
FIX_BY = "2026-11-20T23:58"
OPEN = {
    "telecom": ("agency/tx", (1366, 768)), "power": ("agency/dl", (390, 844)),
    "yangjing": (f"street/{YANGJING}", (1366, 768)), "chen": ("desk", (1920, 1080)),
    "wang": ("desk", (1920, 1080)),
}  # fmt: skip
"""Who has which page open. The duty leader 王 rules on a desk."""


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"telecom": "tx", "power": "dl", "yangjing": YANGJING}) as people:
        yield people


@pytest.fixture(scope="module")
def sights(cast: Cast, browser: Browser) -> Iterator[dict[str, Sight]]:
    """Five browsers of five people, and the hall's wall."""
    opened = {who: cast.desk(browser, who, size, page=page) for who, (page, size) in OPEN.items()}
    opened["wall"] = Sight(browser)
    opened["wall"].visit(f"{cast.running.console}/wall")
    for who in ("telecom", "power", "yangjing"):
        opened[who].wait("() => window.citywall?.orders?.isLive() && citywall.card('own_cases')?.as_of")
    yield opened
    for sight in opened.values():
        sight.close()


def cases(sight: Sight, selector: str, words: str = "") -> Any:
    return sight.page.locator(f'[data-cell="own_cases"] {selector}', has_text=words).first


def row(sight: Sight) -> Any:
    return sight.page.locator('[data-cell="desk_queue"] li', has_text=ROAD)


def report(cast: Cast, name: str, at: str, *, metres: float = 0.0) -> None:
    lon, lat = HERE
    record = case(
        name, at=f"{at}:00+08:00", lon=lon, lat=lat + metres / 111_195, road=ROAD, title="井盖缺失",
        category={"kind": "component", "code": "0123", "system": "GBT30428.2"}, hazard=True,
    )  # fmt: skip
    cast.report([record])


def fix_bys(cast: Cast) -> set[str]:
    moments = [fact["data"]["fix_by_at"] for fact in cast.facts(KEY) if fact["data"].get("fix_by_at")]
    return {datetime.fromisoformat(one).astimezone(SHANGHAI).isoformat()[:16] for one in moments}


def give_back(sight: Sight, *, text: str) -> None:
    """Press 退回 in the opened row, say why, and send it."""
    cases(sight, ".case .what").click()
    cases(sight, ".rest button", "退回").click()
    cases(sight, ".choice button", "不属本单位").click()
    cases(sight, "form textarea").fill(text)
    cases(sight, "form .primary").click()


def test_the_cover_is_filed_and_rings_in_its_street(cast: Cast, sights: dict[str, Sight]) -> None:
    """21:58: the street must make it safe within the hour; it has nothing to give back."""
    desk, wall, street = (sights[who] for who in ("chen", "wall", "yangjing"))
    street.page.locator(".alarm").click()
    cast.set_city("2026-11-20T21:58")
    report(cast, "cover", "2026-11-20T21:57")
    cast.done("intake", "file", KEY, 0, component=COVERS)
    desk.wait_for_words("desk_queue", f"井盖缺失{ROAD}")
    for sight, cell in ((desk, "desk_queue"), (wall, "queue")):
        for words in (ROAD, "洋泾 先行处置 剩", "办结 23:58前"):
            sight.wait_for_words(cell, words)
    assert re.search(r"洋泾 先行处置 剩(60|5[5-9])分", row(desk).text_content())
    assert row(desk).get_attribute("data-urgency") == "urgent"
    ordered = cast.wait_for_fact(KEY, "MakeSafeOrdered")["data"]
    assert ordered["holder"] == YANGJING
    street.wait("() => citywall.agency.rung() === 1")
    cases(street, ".case .step", "先行处置完成").wait_for()
    cases(street, ".case .what").click()
    cases(street, ".case[data-open]").wait_for()
    assert cases(street, ".rest button", "退回").count() == 0


def test_two_agencies_refuse_it_and_it_waits_for_a_ruling(cast: Cast, sights: dict[str, Sight]) -> None:
    """22:03 to 22:40, each press on the page of who presses; 23:58 does not move."""
    desk, wall, leader, telecom, power = (sights[who] for who in ("chen", "wall", "wang", "telecom", "power"))
    cast.set_city("2026-11-20T22:03")
    version = cast.facts(KEY)[-1]["data"]["version"]
    cast.done("dispatcher", "dispatch", KEY, version, to="tx")
    telecom.wait_for_words("own_cases", f"井盖缺失·{ROAD}")
    cast.set_city("2026-11-20T22:16")
    give_back(telecom, text="井盖无本单位标识")
    desk.wait_for_words("desk_queue", "退单1次（通信）")
    assert cast.wait_for_fact(KEY, "CaseReturned")["data"]["targets"][0] == "dl"
    assert row(desk).get_by_role("button", name="改派▸通信").count() == 0

    cast.set_city("2026-11-20T22:26")
    row(desk).get_by_role("button", name="改派▸电力").click()
    power.wait_for_words("own_cases", "退单1次（通信）")
    cast.set_city("2026-11-20T22:40")
    give_back(power, text="电力无此井")
    cast.wait_for_fact(KEY, "RulingOpened")
    # 陈's own row tells for 20 s what she did; the leader's desk and the wall say what is so.
    for sight, cell in ((leader, "desk_queue"), (wall, "queue")):
        sight.wait_for_words(cell, "待裁定")
        sight.wait_for_words(cell, "退单2次（通信、电力）")
    wall.wait("() => citywall.card('act').scalars.ruling === 1")
    row(desk).get_by_role("button", name="送带班领导").wait_for()  # her page may come after theirs
    for gone in ("升级▸", "改派▸"):
        assert row(desk).get_by_role("button", name=gone).count() == 0
    row(desk).get_by_role("button", name="送带班领导").click()
    cast.wait_for_fact(KEY, "RulingSent")


def test_the_street_made_it_safe_in_43_minutes(cast: Cast, sights: dict[str, Sight]) -> None:
    desk, street = sights["wang"], sights["yangjing"]
    # Whoever presses has seen what 陈 did last; else the page would say that she was first.
    version = cast.facts(KEY)[-1]["data"]["version"]
    newest = (
        "(version) => [...citywall.card('own_cases').rows.values()].some((one) => one.version >= version)"
    )
    street.wait(newest, argument=version)
    cases(street, ".pair button", "先行处置完成").click()
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    street.page.locator('[data-cell="own_cases"] input[type=file]').set_input_files([photo])
    cases(street, "form .primary[data-ready]").wait_for()
    cast.set_city("2026-11-20T22:41:40")  # screens tell whole minutes that have passed
    cases(street, "form .primary[data-ready]").click()
    made = cast.wait_for_fact(KEY, "MadeSafe")["data"]
    assert (made["minutes"], len(made["photos"])) == (43, 1)
    desk.wait_for_words("desk_queue", "先行处置 ✓ 43分")


def test_the_leader_rules_and_power_cannot_give_it_back(cast: Cast, sights: dict[str, Sight]) -> None:
    """22:58: both refusals, the register and three ranked answers on the leader's desk; one press rules."""
    wall, leader, power = (sights[who] for who in ("wall", "wang", "power"))
    cast.set_city("2026-11-20T22:58")
    row(leader).locator(".what").click()
    detail = leader.page.locator('[data-cell="desk_detail"]')
    leader.wait_for_words("desk_detail", "井盖无本单位标识")
    leader.wait_for_words("desk_detail", "电力无此井")
    leader.wait_for_words("desk_detail", "责任登记：")
    answers = detail.locator(".answers button")
    answers.nth(2).wait_for()
    assert answers.count() == 3
    answers.filter(has_text="电力（临时").click()
    cast.wait_for_fact(KEY, "OwnershipRuled")
    ruled = [fact["data"] for fact in cast.facts(KEY) if fact["type"] == "CaseDispatched"][-1]
    assert (ruled["to"], ruled["no_return"]) == ("dl", True)
    wall.wait_for_words("queue", "电力 待签收")
    power.wait_for_words("own_cases", "裁定归本单位 · 不可退回")
    assert cases(power, ".rest button", "退回").count() == 0
    # Its first refusal was overruled.
    cases(power, ".fold", "退单与裁定").click()
    power.wait_for_words("own_cases", "裁定不支持")
    cases(power, ".pair button", "签收").click()
    wall.wait_for_words("queue", "电力 处置中")
    wall.wait("() => citywall.card('act').scalars.ruling === 0")
    assert fix_bys(cast) == {FIX_BY}

    version = cast.facts(KEY)[-1]["data"]["version"]
    refused = cast.order("power", "return", KEY, version, reason="not_my_duty", text="管线图无此井").refused
    assert refused is not None
    assert refused.reason.startswith("本任务不可退回（裁定")


def test_a_second_report_at_the_same_cover_is_offered_for_merging(
    cast: Cast, sights: dict[str, Sight]
) -> None:
    desk = sights["chen"]
    cast.set_city("2026-11-20T23:05")
    report(cast, "same", "2026-11-20T23:04", metres=8)
    desk.page.mouse.move(960, 600)  # a pointer over the list keeps what stands in it
    desk.wait_for_words("desk_queue", "2人反映")
    assert row(desk).count() == 1
    row(desk).get_by_role("button", name="并案▸1件").click()
    merged = cast.wait_for_fact(SAME, "CaseMerged")["data"]
    assert merged["into"] == KEY


def test_another_cover_of_the_same_register_entry_goes_to_power_by_the_ruling(
    cast: Cast, sights: dict[str, Sight]
) -> None:
    report(cast, "next", "2026-11-20T23:04", metres=200)
    cast.done("intake", "file", NEXT, 0, component=COVERS)
    sent = cast.wait_for_fact(NEXT, "CaseDispatched")["data"]
    no = cast.wait_for_fact(KEY, "OwnershipRuled")["data"]["no"]
    assert sent["to"] == "dl"
    assert sent["ruling"] == no
    assert no.startswith("2026-")
    power = sights["power"]
    power.wait("() => citywall.card('own_cases').scalars.cases === 2")
    cases(power, ".case:not([data-open]) .what").click()
    power.wait_for_words("own_cases", f"裁定 {no}（归 电力）")


def test_no_page_failed_or_asked_elsewhere(sights: dict[str, Sight]) -> None:
    for sight in sights.values():
        assert (sight.errors, sight.external) == ([], [])
