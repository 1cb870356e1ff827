"""Story M8: 412 reports at level Ⅱ, 287 of them on nine places: a row a place, one press merges it, nobody is
lost. Two desks, the wall and the leaders' page are open all the time."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from tests.console.browser import Sight
from tests.district_plan import shortened
from tests.invented import case, publish
from tests.people import SHANGHAI, Cast, beside
from tests.running import Running, wait_for

pytestmark = pytest.mark.browser

REPORTS, ORDINARY, CRITICAL = 412, 213, 31
BEGIN = datetime(2026, 11, 20, 2, 3, tzinfo=SHANGHAI)
CROSSING = "东方路潍坊路"
CENTRE = (121.53, 31.22)
WATER, PILES = "0506", "0136"
PLACES = [(WATER, 47), *[(WATER, 29)] * 3, *[(WATER, 28)] * 2, (PILES, 33), (PILES, 32), (PILES, 32)]
"""Class and callers of each place: 287 reports. Water is an urgent class, the others are ordinary ones."""
OTHERS = ("0110", "0136", "0410", "0112")
RELAXATION, LEVEL = "relaxation:defer_ordinary", "response:310115/flood_typhoon"
NOT_OURS = {"305", "407", "201", "202", "205"}
"""Tasks of streets, and P1 tasks that nobody in this story answers."""

# The card's scalars as the page was told them, each time that it was told.
RECORD = """() => {
  window.told = [];
  citywall.on("desk_queue", (view) => { if (view?.scalars.balance) window.told.push(view.scalars); });
}"""


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        running = Running(Path(folder))
        shortened(Path(folder), without=NOT_OURS, seats=0)
        with Cast(running) as people:
            try:
                running.start()
                people.wait_for_type("RosterLoaded")
                yield people
            finally:
                running.stop()


def raise_to_two(cast: Cast) -> None:
    """The shift lead proposes Ⅱ; the rotating leader and the duty leader approve."""
    cast.set_city("2026-11-20T02:01")
    cast.does("gu", "propose_level", LEVEL, rank=3)
    for who in ("xia", "wang"):
        cast.does(who, "approve_level", LEVEL, proposal="p1")


def reports() -> list[dict[str, Any]]:
    """Twenty minutes of calls: nine places, the first with 47 callers, and ordinary ones all over."""
    dice = random.Random(8)
    told = []
    for place, (code, size) in enumerate(PLACES):
        spot = beside(CENTRE, metres=400.0 * place)
        road = CROSSING if place == 0 else f"第{place}大道"
        # 31 of the callers say that somebody is in danger: at least three at each place.
        graver = 3 + (place < CRITICAL - 3 * len(PLACES))
        for number in range(size):
            lon, lat = beside(spot, metres=dice.uniform(0, 20) if number else 0.0)
            urgency = "critical" if 0 < number <= graver else "normal"
            told.append(_case(f"w{place}-{number}", number, (lon, lat), road, code, urgency))
    for number in range(REPORTS - len(told)):
        spot = (121.60 + 0.002 * (number % 20), 31.10 + 0.002 * (number // 20))
        told.append(_case(f"o{number}", number, spot, "川沙路", OTHERS[number % len(OTHERS)]))
    dice.shuffle(told)
    return told


def _case(
    name: str, number: int, place: tuple[float, float], road: str, code: str, urgency: str = "normal"
) -> dict[str, Any]:
    at = BEGIN + timedelta(seconds=number * 9)
    return case(
        name, at=at.isoformat(), lon=place[0], lat=place[1], road=road, title="来电", urgency=urgency,
        category={"kind": "event", "code": code, "system": "GBT30428.2"},
        reporter={"name": f"市民{number}", "phone": f"138{hash_of(name):08d}", "wants_reply": True},
    )  # fmt: skip


def hash_of(name: str) -> int:
    return int.from_bytes(name.encode(), "big") % 10**8


@pytest.fixture(scope="module")
def others(cast: Cast, browser: Browser) -> Iterator[dict[str, Sight]]:
    """The second desk, the wall and the leaders' page at Ⅱ."""
    raise_to_two(cast)
    cast.set_city("2026-11-20T02:20")
    found = {"desk": at_the_desk(cast, browser, "li"), "wall": Sight(browser)}
    found["wall"].visit(f"{cast.running.console}/wall")
    found["leader"] = cast.desk(browser, "wang", page="leader")
    for sight in found.values():
        sight.wait("() => citywall.card('level_band')?.scalars.rank === 3")
    yield found
    for sight in found.values():
        sight.close()


def at_the_desk(cast: Cast, browser: Browser, who: str) -> Sight:
    """Open a desk that notes what it is told from now on; somebody has touched it, so that it may sound."""
    sight = cast.desk(browser, who)
    sight.wait("() => citywall.card('desk_queue')?.scalars.all === 0")
    sight.page.mouse.click(960, 15)
    sight.wait("() => citywall.desk.alarm.isHeard()")
    sight.wait_for_words("desk_strip", "封闭下立交0")
    sight.page.evaluate(RECORD)
    return sight


@pytest.fixture(scope="module")
def desk(cast: Cast, browser: Browser, others: dict[str, Sight]) -> Iterator[Sight]:
    """A desk that was open all the time, and what it was told while the calls came in."""
    sight = at_the_desk(cast, browser, "chen")
    told = reports()
    assert len(told) == REPORTS
    for start in range(0, REPORTS, 40):
        ack = publish(cast.running, "case", told[start : start + 40])
        assert ack.rejected == []
    for one in (sight, others["desk"]):
        one.wait("(n) => citywall.card('desk_queue').scalars.balance.reported === n", 180, REPORTS)
    yield sight
    sight.close()


def row(desk: Sight) -> Locator:
    return desk.page.locator('[data-cell="desk_queue"] li', has_text=CROSSING)


def types(cast: Cast) -> Counter[str]:
    return Counter(fact["type"] for fact in cast.all_facts())


def scalar(desk: Sight, name: str) -> Any:
    return desk.page.evaluate("(name) => citywall.card('desk_queue').scalars[name]", name)


def case_key(fact: dict[str, Any]) -> str:
    return str(fact["subject"].removeprefix("case:"))


def test_a_place_has_one_row_with_all_its_callers(desk: Sight, others: dict[str, Sight]) -> None:
    for sight in (desk, others["desk"]):
        sight.wait_for_words("desk_queue", "47人反映")
        assert row(sight).count() == 1
        assert "首报 02:03" in row(sight).inner_text()


def test_level_two_stands_on_every_screen(cast: Cast, others: dict[str, Sight]) -> None:
    """Two people have approved it; the desks fold their list, the wall shows the emergency."""
    approved = [fact["actor"] for fact in cast.all_facts() if fact["type"] == "LevelApproved"]
    assert approved == ["xia", "wang"]
    for sight in others.values():
        sight.wait_for_words("level_band", "Ⅱ级响应·防汛防台02:01起批准夏××")
    assert others["wall"].page.evaluate("document.getElementById('page').dataset.face") == "emergency"


def test_the_queue_has_as_many_rows_as_there_are_places(desk: Sight) -> None:
    callers = sum(size for _, size in PLACES)
    assert callers == 287
    rows = len(PLACES) + REPORTS - callers
    desk.wait("(rows) => citywall.card('desk_queue').scalars.rows === rows", argument=rows)


def test_the_worst_critical_places_stand_on_top_and_the_others_are_counted(desk: Sight) -> None:
    """Nine places: beside the six figures of the emergency two have room, the other seven are counted."""
    desk.wait_for_words("desk_strip", "另有特急7")
    shown = desk.page.evaluate("""() => {
      const { order, rows } = citywall.card("desk_strip"), all = order.map((id) => rows.get(id));
      return all.filter((row) => row.kind === "critical").map((row) => row.due_at);
    }""")
    assert len(shown) == 5
    assert shown == sorted(shown), "the worst first"
    assert desk.page.locator('[data-cell="desk_strip"] .ruling').count() == 2


def test_the_meter_counts_the_alarms_and_what_may_be_merged(desk: Sight) -> None:
    desk.wait_for_words("desk_strip", "近10分告警31（上限10）·建议合并22")


def test_alarms_are_heard_once_in_ten_seconds_at_most(desk: Sight, others: dict[str, Sight]) -> None:
    """The critical reports came within seconds: each that is new is counted, few are heard."""
    for sight in (desk, others["desk"]):
        heard = sight.page.evaluate("citywall.desk.alarm.sounded()")
        took = sight.page.evaluate("window.told.at(-1) && performance.now() / 1000")
        assert 1 <= heard <= 1 + took / 10
    desk.page.locator('[data-cell="desk_strip"] .alarm').click()
    desk.wait("() => citywall.desk.alarm.fresh().length === 0")


def test_six_new_ones_are_a_counter_and_one_sound_at_most(cast: Cast, desk: Sight) -> None:
    heard = desk.page.evaluate("citywall.desk.alarm.sounded()")
    urgent = [_case(f"p{n}", n, (121.60 + 0.002 * n, 31.16), "华夏路", "0405", "critical") for n in range(6)]
    assert publish(cast.running, "case", urgent).accepted == len(urgent)
    desk.wait_for_words("desk_strip", "新特急6")
    assert desk.page.evaluate("citywall.desk.alarm.sounded()") <= heard + 1


def test_ordinary_ones_are_deferred_and_the_citizens_clock_runs(
    cast: Cast, desk: Sight, others: dict[str, Sight]
) -> None:
    """Ⅱ has switched it on; a case that the level defers has the same time left for the caller."""
    started = next(fact for fact in cast.all_facts() if fact["subject"] == RELAXATION)
    assert (started["type"], started["data"]["rank"]) == ("RelaxationStarted", 3)
    for sight in (desk, others["desk"]):
        sight.wait_for_words("desk_strip", f"灾害顺延{ORDINARY}·至")
    others["wall"].wait_for_words("risks", f"灾害顺延{ORDINARY}件")
    until = "() => [...citywall.card('desk_queue').rows].map(([id, row]) => [id, row.deferred, row.until])"
    before = [one for one in desk.page.evaluate(until) if one[1]]
    assert before != []
    refused = cast.send("gu", "end_relaxation", RELAXATION, 1).refused
    assert refused is not None
    assert refused.code == "not_allowed"
    cast.give("wang", "end_relaxation", RELAXATION, 1)
    desk.wait("() => [...citywall.card('desk_queue').rows.values()].every((row) => !row.deferred)")
    after = {id_: at for id_, _, at in desk.page.evaluate(until)}
    assert all(after[id_] == at for id_, _, at in before if id_ in after)
    again = (BEGIN + timedelta(hours=8)).isoformat()
    cast.does("wang", "start_relaxation", RELAXATION, until=again, text="防汛防台Ⅱ级响应")
    desk.wait_for_words("desk_strip", f"灾害顺延{ORDINARY}·至10:03·王××")


def test_the_order_is_frozen_under_the_hand(cast: Cast, desk: Sight) -> None:
    rows = desk.page.locator('[data-cell="desk_queue"] li')
    marks = "(rows) => rows.map((row) => row.citywallMark)"
    row(desk).locator(".what").hover()
    before = rows.evaluate_all(marks)
    worse = [_case(f"z{n}", n, (121.70, 31.05 + 0.002 * n), "南祝路", "0405", "critical") for n in range(3)]
    assert publish(cast.running, "case", worse).accepted == len(worse)
    desk.wait_for_words("desk_queue", "顺序已锁定·新到3（特急3）")
    assert rows.evaluate_all(marks) == before
    desk.page.mouse.move(960, 15)


def test_one_press_merges_the_place_and_every_caller_keeps_the_call_back(cast: Cast, desk: Sight) -> None:
    row(desk).get_by_role("button", name="并案▸46件").click()
    wait_for(lambda: types(cast)["CaseMerged"] == 46, 120, 1.0)
    facts = cast.all_facts()
    merged = {case_key(fact): fact["data"]["into"] for fact in facts if fact["type"] == "CaseMerged"}
    [into] = set(merged.values())
    assert len(merged) == sum(fact["type"] == "CallersJoined" for fact in facts) == 46
    desk.page.mouse.move(960, 15)
    desk.wait_for_words("desk_queue", "47人反映")
    assert row(desk).count() == 1
    assert "首报 02:03" in row(desk).inner_text(), "the first of all callers, whoever is the head"

    desk.wait_for_words("desk_queue", f"待先行联系{REPORTS + 9}")
    version = max(fact["data"].get("version", 0) for fact in facts if case_key(fact) == into)
    cast.done("inspector", "self_handle", into, version, text="已排水", photos=["a", "b"])
    desk.wait_for_words("desk_queue", "待回访47")


def test_each_caller_is_called_back_with_one_press(cast: Cast, desk: Sight) -> None:
    desk.page.get_by_role("button", name="待回访47").click()
    desk.page.get_by_role("button", name="满意·已解决").first.click()
    desk.wait_for_words("desk_queue", "待回访46")
    called = cast.wait_for_type("CallerCalledBack")
    assert (called["data"]["satisfaction"], called["data"]["resolved"]) == ("satisfied", "solved")
    desk.page.mouse.move(960, 15)
    desk.page.get_by_role("button", name=f"待先行联系{REPORTS + 9}").click()
    desk.page.get_by_role("button", name="联系来电人").first.click()
    desk.wait_for_words("desk_queue", f"待先行联系{REPORTS + 8}")
    assert cast.wait_for_type("CallerContacted")["role"] == "duty_officer"
    desk.page.mouse.move(960, 15)
    desk.page.get_by_role("button", name="全部").first.click()


def test_nothing_is_lost_at_any_time(cast: Cast, desk: Sight, others: dict[str, Sight]) -> None:
    """Reported = filed + merged + not filed + waiting, in everything that the desks were ever told."""
    for sight in (others["desk"], desk):
        told = [one["balance"] for one in sight.page.evaluate("window.told")]
        assert len(told) > 10
        for balance in told:
            assert balance["reported"] == sum(n for name, n in balance.items() if name != "reported"), balance
    counted, last = types(cast), told[-1]
    assert counted["CaseReported"] == last["reported"] == REPORTS + 9
    for name, kind in (("filed", "CaseFiled"), ("merged", "CaseMerged"), ("rejected", "CaseRejected")):
        assert last[name] == counted[kind], name
    assert last["waiting"] == scalar(desk, "reported")


def test_no_page_failed_or_asked_elsewhere(desk: Sight, others: dict[str, Sight]) -> None:
    for sight in (desk, *others.values()):
        assert (sight.errors, sight.external) == ([], [])
