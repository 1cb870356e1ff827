"""Story M1: a missing cover, refused twice, is made safe; the leader rules and the next routes itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.console.browser import Sight
from tests.invented import case, jpeg, publish
from tests.people import Cast, story

pytestmark = pytest.mark.browser

YANGJING, ROAD = "310115013", "羽山路巨野路口"
KEY, SAME, NEXT = "hotline/cover", "hotline/same", "hotline/next"
HERE = (121.545, 31.240)
FIX_BY = "2026-11-20T23:58"


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"telecom": "tx", "power": "dl", "yangjing": YANGJING}) as people:
        yield people


@pytest.fixture(scope="module")
def desk(cast: Cast, browser: Browser) -> Iterator[Sight]:
    sight = cast.desk(browser, "chen")
    yield sight
    sight.close()


@pytest.fixture(scope="module")
def wall(cast: Cast, browser: Browser) -> Iterator[Sight]:
    sight = Sight(browser)
    sight.visit(f"{cast.running.console}/wall")
    yield sight
    sight.close()


@pytest.fixture(scope="module")
def street(cast: Cast, browser: Browser) -> Iterator[Sight]:
    sight = cast.desk(browser, "yangjing", (1366, 768), page=f"agency/{YANGJING}")
    sight.wait("() => window.citywall?.orders?.isLive() && citywall.card('own_cases')?.as_of")
    yield sight
    sight.close()


@pytest.fixture(scope="module")
def power(cast: Cast, browser: Browser) -> Iterator[Sight]:
    sight = cast.desk(browser, "power", (390, 844), page="agency/dl")
    sight.wait("() => window.citywall?.orders?.isLive() && citywall.card('own_cases')?.as_of")
    yield sight
    sight.close()


def cases(sight: Sight, selector: str, words: str = "") -> Any:
    return sight.page.locator(f'[data-cell="own_cases"] {selector}', has_text=words).first


def report(cast: Cast, name: str, at: str, *, metres: float = 0.0) -> None:
    lon, lat = HERE
    record = case(
        name, at=f"{at}:00+08:00", lon=lon, lat=lat + metres / 111_195, road=ROAD, title="井盖缺失",
        category={"kind": "component", "code": "0123", "system": "GBT30428.2"}, hazard=True,
    )  # fmt: skip
    assert publish(cast.running, "case", [record]).accepted == 1


def fix_bys(cast: Cast) -> set[str]:
    return {fact["data"]["fix_by_at"] for fact in cast.facts(KEY) if fact["data"].get("fix_by_at")}


def test_the_whole_evening(cast: Cast, desk: Sight, wall: Sight, street: Sight, power: Sight) -> None:
    """21:58 filed … 22:58 ruled: 23:58 never moves, and every row says what is so."""
    cast.set_city("2026-11-20T21:58")
    report(cast, "cover", "2026-11-20T21:57")
    version = cast.done("intake", "file", KEY, 0, component="3101150123000001", owner_state="disputed")
    for sight, cell in ((desk, "desk_queue"), (wall, "queue")):
        sight.wait_for_words(cell, f"井盖缺失{ROAD}" if cell == "desk_queue" else ROAD)
        sight.wait_for_words(cell, "先行处置")
    ordered = cast.wait_for_fact(KEY, "MakeSafeOrdered")["data"]
    assert ordered["holder"] == YANGJING
    # The street has it on top, with making it safe as its step, and nothing to give back.
    street.wait_for_words("own_cases", "先行处置完成")
    cases(street, ".case .what").click()
    assert cases(street, ".rest button", "退回").count() == 0

    version = refused_by(cast, "telecom", "tx", version, sent="22:03", back="22:16")
    desk.wait_for_words("desk_queue", "退单1次（通信）")
    assert cast.wait_for_fact(KEY, "CaseReturned")["data"]["targets"][0] != "tx"

    cast.set_city("2026-11-20T22:26")
    cast.done("dispatcher", "reassign", KEY, version, to="dl")
    power.wait_for_words("own_cases", "退单1次（通信）")
    cast.set_city("2026-11-20T22:40")
    cases(power, ".case .what").click()
    cases(power, ".rest button", "退回").click()
    cases(power, ".choice button", "不属本单位").click()
    cases(power, "form textarea").fill("井盖无本单位标识")
    cases(power, "form .primary").click()
    cast.wait_for_fact(KEY, "RulingOpened")
    for sight, cell in ((desk, "desk_queue"), (wall, "queue")):
        sight.wait_for_words(cell, "待裁定")
        sight.wait_for_words(cell, "退单2次（通信、电力）")
    row = desk.page.locator('[data-cell="desk_queue"] li', has_text=ROAD)
    assert row.get_by_role("button", name="改派▸").count() == 0
    row.get_by_role("button", name="送带班领导").click()
    cast.wait_for_fact(KEY, "RulingSent")

    cast.set_city("2026-11-20T22:41")
    cases(street, ".pair button", "先行处置完成").click()
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    street.page.locator('[data-cell="own_cases"] input[type=file]').set_input_files([photo])
    cases(street, "form .primary").click()
    made = cast.wait_for_fact(KEY, "MadeSafe")["data"]
    assert (made["minutes"], len(made["photos"])) == (43, 1)
    version = cast.facts(KEY)[-1]["data"]["version"]
    cast.set_city("2026-11-20T22:58")
    cast.done("wang", "rule", KEY, version, holder="dl", kind="interim", scope="this_component")
    ruled = [fact["data"] for fact in cast.facts(KEY) if fact["type"] == "CaseDispatched"][-1]
    assert (ruled["to"], ruled["no_return"]) == ("dl", True)
    desk.wait_for_words("desk_queue", "电力 待签收")
    # 电力 has it again, by the ruling, and no way to give it back; its first refusal was overruled.
    power.wait_for_words("own_cases", "裁定归本单位 · 不可退回")
    assert cases(power, ".rest button", "退回").count() == 0
    cases(power, ".fold", "退单与裁定").click()
    power.wait_for_words("own_cases", "裁定不支持")
    assert {moment[:16] for moment in map(local, fix_bys(cast))} == {FIX_BY}


def refused_by(cast: Cast, who: str, holder: str, version: int, *, sent: str, back: str) -> int:
    cast.set_city(f"2026-11-20T{sent}")
    version = cast.done("dispatcher", "reassign", KEY, version, to=holder)
    cast.set_city(f"2026-11-20T{back}")
    text = "井盖无本单位标识"
    return cast.done(who, "return", KEY, version, reason="not_my_duty", text=text)


def local(moment: str) -> str:
    from datetime import datetime

    from tests.people import SHANGHAI

    return datetime.fromisoformat(moment).astimezone(SHANGHAI).isoformat()


def test_power_may_not_give_it_back(cast: Cast) -> None:
    version = cast.facts(KEY)[-1]["data"]["version"]
    given: dict[str, Any] = {"reason": "not_my_duty", "text": "管线图无此井"}
    refused = cast.order("power", "return", KEY, version, **given).refused
    assert refused is not None
    assert refused.reason.startswith("本任务不可退回（裁定")


def test_a_second_report_at_the_same_cover_is_offered_for_merging(cast: Cast, desk: Sight) -> None:
    cast.set_city("2026-11-20T23:05")
    report(cast, "same", "2026-11-20T23:04", metres=8)
    desk.page.mouse.move(960, 600)  # a pointer over the list keeps what stands in it
    desk.wait_for_words("desk_queue", "2人反映")
    row = desk.page.locator('[data-cell="desk_queue"] li', has_text=ROAD)
    assert row.count() == 1
    row.get_by_role("button", name="并案▸1件").click()
    merged = cast.wait_for_fact(SAME, "CaseMerged")["data"]
    assert merged["into"] == KEY


def test_another_cover_of_the_same_register_entry_goes_to_power_by_the_ruling(cast: Cast) -> None:
    report(cast, "next", "2026-11-20T23:04", metres=200)
    cast.done("intake", "file", NEXT, 0, component="3101150123000001")
    sent = cast.wait_for_fact(NEXT, "CaseDispatched")["data"]
    no = cast.wait_for_fact(KEY, "OwnershipRuled")["data"]["no"]
    assert sent["to"] == "dl"
    assert sent["ruling"] == no
    assert no.startswith("2026-")


def test_no_page_failed_or_asked_elsewhere(desk: Sight, wall: Sight, street: Sight, power: Sight) -> None:
    for sight in (desk, wall, street, power):
        assert (sight.errors, sight.external) == ([], [])
