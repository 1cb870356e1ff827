"""Story M7: a street gives back what lies beyond its boundary – in time, with a pin, or not at all."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.console.browser import Sight
from tests.invented import case
from tests.people import Cast, story

pytestmark = pytest.mark.browser

TANGZHEN, HEQING = "310115114", "310115110"
INSIDE = (121.6870, 31.2273)
"""Some 50 m inside 唐镇, whose boundary with 合庆 runs through (121.6875, 31.2275)."""
PIN = (121.68762, 31.22755)
"""12 m beyond it."""
SHOP, LATE, COVER = "hotline/shop", "hotline/late", "hotline/cover"


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"tangzhen": TANGZHEN, "heqing": HEQING}) as people:
        yield people


@pytest.fixture(scope="module")
def phone(cast: Cast, browser: Browser) -> Iterator[Sight]:
    """The page of 唐镇 on a phone that stands 12 m beyond the boundary and knows it to ±15 m."""
    sight = cast.desk(browser, "tangzhen", (390, 844), page=f"street/{TANGZHEN}")
    sight.page.context.grant_permissions(["geolocation"])
    sight.page.context.set_geolocation({"longitude": PIN[0], "latitude": PIN[1], "accuracy": 15})
    sight.wait("() => window.citywall?.orders?.isLive() && citywall.card('own_cases')?.as_of")
    yield sight
    sight.close()


def cases(sight: Sight, selector: str, words: str = "") -> Any:
    return sight.page.locator(f'[data-cell="own_cases"] {selector}', has_text=words).first


def report(cast: Cast, name: str, code: str, **given: Any) -> None:
    kind = given.pop("kind", "event")
    record = case(
        name, at="2026-11-20T09:11:00+08:00", lon=INSIDE[0], lat=INSIDE[1], road="唐陆路",
        category={"kind": kind, "code": code, "system": "GBT30428.2"}, title="店外经营", **given,
    )  # fmt: skip
    cast.report([record])


def test_a_refusal_with_a_pin_leads_to_the_neighbour(cast: Cast, browser: Browser, phone: Sight) -> None:
    cast.set_city("2026-11-20T09:12")
    report(cast, "shop", "0405")
    cast.done("intake", "file", SHOP, 0)
    sent = cast.wait_for_fact(SHOP, "CaseDispatched")["data"]
    fix_by = cast.wait_for_fact(SHOP, "CaseFiled")["data"]["fix_by_at"]
    assert sent["to"] == TANGZHEN

    cast.set_city("2026-11-20T09:20")
    phone.wait_for_words("own_cases", "店外经营·唐陆路")
    cases(phone, ".case .what").click()
    cases(phone, ".rest button", "退回").click()
    cases(phone, ".choice button", "不属本辖区").click()
    cases(phone, "form textarea").fill("界外12米")
    cases(phone, "form button", "用本机定位").click()
    phone.wait_for_words("own_cases", "定位误差 ±15 米")
    phone.wait_for_words("own_cases", "此点在合庆")
    # Before it is sent the street sees the distance that the fact will tell.
    seen = re.fullmatch(r"边界距离 (\d+) 米，定位误差 ±15 米", cases(phone, ".measure").text_content())
    assert seen
    assert cases(phone, ".pin .line").text_content().startswith("此点在合庆 · 误差不小于距离")
    cases(phone, "form .primary").click()
    returned = cast.wait_for_fact(SHOP, "CaseReturned")["data"]
    assert (returned["counts"], returned["bounces"], returned["targets"][0]) == (True, 1, HEQING)
    assert returned["boundary_m"] == pytest.approx(12, abs=6)
    assert round(returned["boundary_m"]) == int(seen[1])
    assert returned["pin"]["accuracy_m"] == 15
    phone.wait_for_words("own_cases", "退单与裁定 1")

    desk = cast.desk(browser, "chen")
    desk.wait_for_words("desk_queue", "退单1次（唐镇）")
    row = desk.page.locator('[data-cell="desk_queue"] li', has_text="唐陆路")
    row.get_by_role("button", name="改派▸合庆").click()
    desk.wait_for_words("desk_queue", "已改派")
    assert desk.errors == []
    desk.close()
    moved = cast.wait_for_fact(SHOP, "CaseReassigned")["data"]
    assert moved["to"] == HEQING
    assert [f["data"].get("fix_by_at") for f in cast.facts(SHOP) if "fix_by_at" in f["data"]] == [fix_by]


def test_a_return_after_its_time_is_refused_with_the_time(cast: Cast, phone: Sight) -> None:
    cast.set_city("2026-11-20T09:12")
    report(cast, "late", "0405")
    version = cast.done("intake", "file", LATE, 0)
    phone.wait("() => citywall.card('own_cases').scalars.cases === 1")
    cases(phone, ".case .what").click()
    cases(phone, ".rest button", "退回").wait_for()
    cast.set_city("2026-11-20T09:28")
    phone.wait_for_words("own_cases", "已超退回时限 09:27")
    assert cases(phone, ".rest button", "退回").count() == 0
    refused = cast.order("tangzhen", "return", LATE, version, reason="not_my_area", text="界外").refused
    assert refused is not None
    assert (refused.code, refused.reason) == ("not_now", "已超退回时限 09:27")


def test_who_must_go_elsewhere_first_has_not_refused(cast: Cast) -> None:
    version = cast.done("dispatcher", "reassign", LATE, 1, to=HEQING)
    cast.done("heqing", "return", LATE, version, reason="needs_other_first", text="先由市场监管取证")
    returned = cast.wait_for_fact(LATE, "CaseReturned")["data"]
    assert (returned["counts"], returned["bounces"]) == (False, 0)


def test_what_was_ruled_or_must_be_made_safe_is_not_given_back(cast: Cast, phone: Sight) -> None:
    """The button is not there; a forged command is refused with the ruling's number, and logged."""
    cast.set_city("2026-11-20T10:00")
    report(cast, "cover", "0123", kind="component", hazard=True)
    version = cast.done("intake", "file", COVER, 0)
    phone.wait_for_words("own_cases", "先行处置完成")
    cases(phone, ".case .what").click()
    assert cases(phone, ".rest button", "退回").count() == 0
    refused = cast.order("tangzhen", "return", COVER, version, reason="not_my_duty", text="不归我").refused
    assert refused is not None
    assert refused.code == "not_now"
    version = cast.done("tangzhen", "make_safe", COVER, version, photos=["fenced"])
    version = cast.done("wang", "rule", COVER, version, holder=TANGZHEN)
    no = cast.wait_for_fact(COVER, "OwnershipRuled")["data"]["no"]
    refused = cast.order("tangzhen", "return", COVER, version, reason="not_my_duty", text="不归我").refused
    assert refused is not None
    assert refused.reason == f"本任务不可退回（裁定 {no}）"
    assert [fact["type"] for fact in cast.facts(COVER)].count("CommandRefused") == 2
    phone.wait_for_words("own_cases", "裁定归本单位 · 不可退回")
    assert cases(phone, ".rest button", "退回").count() == 0
    assert (phone.errors, phone.external) == ([], [])
