"""Story M8: 412 reports, 287 of them on nine places; one row a place, one press merges it, nobody is lost."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from tests.console.browser import Sight
from tests.invented import case, publish
from tests.people import SHANGHAI, Cast, beside, story
from tests.running import wait_for

pytestmark = pytest.mark.browser

REPORTS, ON_PLACES, PLACES = 412, 287, 9
BEGIN = datetime(2026, 11, 20, 2, 3, tzinfo=SHANGHAI)
CROSSING, HOW_MANY = "东方路潍坊路", 47
CENTRE = (121.53, 31.22)
WATER = {"kind": "event", "code": "0506", "system": "GBT30428.2"}
OTHERS = ("0110", "0405", "0136", "0410", "0112")


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story() as people:
        yield people


def reports() -> list[dict[str, Any]]:
    """Twenty minutes of calls: nine flooded places, the first with 47 callers, and ordinary ones all over."""
    dice = random.Random(8)
    sizes = [HOW_MANY, *([30] * (PLACES - 1))]
    told = []
    for place, size in enumerate(sizes):
        spot = beside(CENTRE, metres=400.0 * place)
        road = CROSSING if place == 0 else f"第{place}大道"
        for number in range(size):
            lon, lat = beside(spot, metres=dice.uniform(0, 20) if number else 0.0)
            told.append(
                _case(f"w{place}-{number}", number, lon, lat, road, WATER, reporter=_reporter(number))
            )
    for number in range(REPORTS - ON_PLACES):
        spot = (121.60 + 0.002 * (number % 20), 31.10 + 0.002 * (number // 20))
        category = {**WATER, "code": OTHERS[number % len(OTHERS)]}
        told.append(_case(f"o{number}", number, *spot, "川沙路", category))
    return told


def _case(
    name: str, minute: int, lon: float, lat: float, road: str, category: dict[str, str], **given: Any
) -> dict[str, Any]:
    at = BEGIN + timedelta(seconds=minute * 9)
    return case(
        name, at=at.isoformat(), lon=lon, lat=lat, road=road, category=category, title="来电", **given
    )


def _reporter(number: int) -> dict[str, Any]:
    return {"name": f"市民{number}", "phone": f"1380000{number:04d}", "wants_reply": True}


@pytest.fixture(scope="module")
def desk(cast: Cast, browser: Browser) -> Iterator[Sight]:
    cast.set_city("2026-11-20T02:20")
    told = reports()
    assert len(told) == REPORTS
    for start in range(0, REPORTS, 100):
        ack = publish(cast.running, "case", told[start : start + 100])
        assert ack.rejected == []
    sight = cast.desk(browser, "chen")
    yield sight
    sight.close()


def row(desk: Sight) -> Locator:
    return desk.page.locator('[data-cell="desk_queue"] li', has_text=CROSSING)


def types(cast: Cast) -> Counter[str]:
    return Counter(fact["type"] for fact in cast.all_facts())


def test_a_place_has_one_row_with_all_its_callers(desk: Sight) -> None:
    desk.wait_for_words("desk_queue", f"{HOW_MANY}人反映")
    assert row(desk).count() == 1
    assert "首报 02:03" in row(desk).inner_text()


def test_the_queue_has_as_many_rows_as_there_are_places(desk: Sight) -> None:
    shown = desk.page.evaluate("citywall.card('desk_queue').scalars.rows")
    assert shown == PLACES + REPORTS - ON_PLACES


def test_one_press_merges_the_place_and_every_caller_keeps_the_call_back(cast: Cast, desk: Sight) -> None:
    row(desk).get_by_role("button", name=f"并案▸{HOW_MANY - 1}件").click()
    wait_for(lambda: types(cast)["CaseMerged"] == HOW_MANY - 1, 60, 1.0)
    merged = [f["subject"].removeprefix("case:") for f in cast.all_facts() if f["type"] == "CaseMerged"]
    assert len(set(merged)) == HOW_MANY - 1
    joined = [fact for fact in cast.all_facts() if fact["type"] == "CallersJoined"]
    assert len(joined) == HOW_MANY - 1
    records = {
        fact["subject"].removeprefix("case:"): fact["data"]["record"]
        for fact in cast.all_facts() if fact["type"] == "CaseReported"
    }  # fmt: skip
    assert len({records[key]["reporter_ref"] for key in merged}) == HOW_MANY - 1
    assert all(records[key]["wants_reply"] for key in merged)
    desk.wait_for_words("desk_queue", f"{HOW_MANY}人反映")
    assert row(desk).count() == 1


def test_nothing_is_lost(cast: Cast, desk: Sight) -> None:
    """Reported = filed + merged + not filed + waiting."""
    told = types(cast)
    waiting = desk.page.evaluate("citywall.card('desk_queue').scalars.reported")
    assert told["CaseReported"] == REPORTS
    assert told["CaseFiled"] + told["CaseRejected"] + told["CaseMerged"] + waiting == REPORTS


def test_no_page_failed_or_asked_elsewhere(desk: Sight) -> None:
    assert (desk.errors, desk.external) == ([], [])


def test_critical_ones_are_heard_once_counted_and_called_too_many(cast: Cast, desk: Sight) -> None:
    page = desk.page
    page.mouse.click(960, 15)  # whoever sits here has touched the page
    desk.wait("() => citywall.desk.alarm.isHeard()")
    heard = page.evaluate("citywall.desk.alarm.sounded()")
    urgent = [
        _case(
            f"p1-{n}", 0, 121.60 + 0.002 * n, 31.16, "川沙路", {**WATER, "code": "0405"}, urgency="critical"
        )
        for n in range(12)
    ]
    assert publish(cast.running, "case", urgent).accepted == len(urgent)
    desk.wait_for_words("desk_strip", "新特急12")
    desk.wait_for_words("desk_strip", "近10分特急12（上限10）")
    assert page.evaluate("citywall.desk.alarm.sounded()") == heard + 1
