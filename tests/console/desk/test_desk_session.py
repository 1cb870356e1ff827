"""What a desk orders and asks: for whom it belongs to, read anew for every message."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from city.access import OFF_SHIFT, Person
from city.places.unit_grids import UnitGrids
from city.state.case_file import Check
from city.state.row_keys import row_key_of
from city.views.wall_seen import WallSeen
from console.desk.case_story import CaseStories
from console.desk.desk_projection import DeskProjection
from console.desk.desk_session import DeskServices, DeskSession
from console.desk.search import TAILS_A_MINUTE, Search
from feeds.storage.embedded_servers import EmbeddedServers
from layouts.catalogues import Names, catalogue
from tests.invented_grids import GRIDS
from tests.order_taking import CHEN, INTAKE, LEAD, PHONE, Taking, order, read_test_rules, taking

LON, LAT = 121.5208, 31.2102


class Desk:
    """A desk session on a taking console; ``person`` is who it belongs to just now."""

    def __init__(self, city: Taking, *, grids: UnitGrids | None = None) -> None:
        rules = read_test_rules()
        if grids is not None:
            rules = msgspec.structs.replace(rules, grid_of=grids.code_of)
        self.city = city
        self.person: Person | None = CHEN
        self.used: list[bool] = []
        self._projection = DeskProjection(rules, presence=city.presence.everywhere)
        words = [catalogue("zh", Names()), catalogue("en", Names())]
        services = DeskServices(
            city.orders, city.presence, state=lambda: city.store.state, rules=rules, clock=time.time,
            stories=CaseStories(city.ledger, {"chen": "陈××"}.get), seen=self._seen,
            search=Search(city.ledger, city.people, words=words, clock=time.time),
        )  # fmt: skip
        self.session = DeskSession(services, self._person_of, owner=lambda: "chen")

    def _seen(self) -> Any:
        seen: WallSeen = self._projection(self.city.store.state, time.time())
        return seen

    def _person_of(self, used: bool) -> Person | None:
        self.used.append(used)
        return self.person

    async def ask(self, what: str, **told: Any) -> dict[str, Any]:
        reply = await self.session.handle({"ask": {"id": 7, "what": what, **told}})
        assert reply is not None
        assert reply["reply"]["id"] == 7
        found: dict[str, Any] = reply["reply"]
        return found

    async def rows(self, **told: Any) -> list[str]:
        return [mark for mark, _ in (await self.ask("rows", **told))["rows"]]


@pytest.fixture
async def city(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Taking]:
    async with taking(servers, tmp_path) as made:
        yield made


@pytest.fixture
def desk(city: Taking) -> Desk:
    return Desk(city)


def marks(*keys: str) -> list[str]:
    return [row_key_of(f"hotline/{key}") for key in keys]


async def test_an_act_is_answered_under_its_id(desk: Desk) -> None:
    await desk.city.report("a")
    reply = await desk.session.handle({"act": order("escalate", "a", 0, id_="one")})
    assert reply is not None
    assert reply["answer"]["command_id"] == "one"
    assert isinstance(reply["answer"]["done"]["undo_until"], float)


async def test_nobody_signed_in_orders_and_is_told_nothing(desk: Desk) -> None:
    await desk.city.report("a")
    desk.person = None
    reply = await desk.session.handle({"act": order("escalate", "a", 0, id_="one")})
    assert reply is not None
    assert reply["answer"]["refused"]["key"] == "order_signed_out"
    assert "case" not in await desk.ask("case", mark=marks("a")[0])


@pytest.mark.parametrize("message", [{}, {"act": None}, {"act": []}, {"ask": 3}, {"looking": {}}, {"x": 1}])
async def test_odd_messages_harm_nobody(desk: Desk, message: dict[str, Any]) -> None:
    reply = await desk.session.handle(message)
    assert reply is None or "done" not in str(reply)


async def test_a_page_that_only_stands_open_uses_nothing(desk: Desk) -> None:
    await desk.city.report("a")
    await desk.session.handle({"looking": marks("a")[0]})
    await desk.ask("rows")
    await desk.ask("rows", filter="all", order="left", words=" ", after=None)
    await desk.ask("indicator", name="K01")
    assert desk.used == [False] * 4
    await desk.session.handle({"act": order("escalate", "a", 0)})
    assert desk.used[-1]


async def test_who_opens_a_case_or_looks_for_one_uses_the_page_and_its_repeating_does_not(desk: Desk) -> None:
    await desk.city.report("a", "b")
    for mark in marks("a", "a", "b"):
        await desk.ask("case", mark=mark)
    for words in ("羽山路", "羽山路", "浦东"):
        await desk.ask("rows", words=words)
    await desk.ask("rows", words="浦东", filter="mine")
    assert desk.used == [True, False, True, True, False, True, True]


async def test_an_order_done_before_the_session_ended_is_told_as_done(desk: Desk) -> None:
    await desk.city.report("a")
    act = {"act": order("escalate", "a", 0, id_="one")}
    first = await desk.session.handle(act)
    assert first is not None
    desk.person = None
    assert await desk.session.handle(act) == first


async def test_who_looks_is_present_until_they_look_elsewhere_or_go(desk: Desk) -> None:
    await desk.city.report("a", "b")
    a, b = marks("a", "b")
    await desk.session.handle({"looking": a})
    assert desk.city.presence.everywhere() == {a: ["陈××"]}
    await desk.session.handle({"looking": b})
    assert desk.city.presence.everywhere() == {b: ["陈××"]}
    desk.session.close()
    assert desk.city.presence.everywhere() == {}


async def test_a_case_comes_with_its_story_and_what_may_be_done(desk: Desk) -> None:
    description = "井盖没了，打我电话13800001234 <b>"
    await desk.city.report("a", description=description, reporter_ref="p_secret", title="井盖缺失")
    await desk.city.give(CHEN, "escalate", "a")
    await desk.city.give(CHEN, "undo", "a")
    case = (await desk.ask("case", mark=marks("a")[0]))["case"]
    assert [line["type"] for line in case["story"]] == ["CaseReported", "CaseEscalated", "ActUndone"]
    assert [line["undone"] for line in case["story"]] == [False, True, False]
    assert [line["name"] for line in case["story"]] == ["", "陈××", "陈××"]
    assert case["description"] == "井盖没了，打我电话138**** <b>"
    assert case["version"] == 2
    assert "p_secret" not in str(case)
    assert "chen" not in str(case["story"])
    may = {action["verb"]: action for action in case["actions"]}
    assert may["escalate"]["ok"]
    assert (may["call_back"]["ok"], may["call_back"]["why_not"]) == (False, "not_over_yet")
    assert "sign" not in may  # no role of a duty officer's
    assert may["reject"]["args_needed"] == ["reason"]


@pytest.mark.parametrize(("roles", "reads"), [
    (("duty_officer",), True), (("dispatcher",), True), (("rotating_leader",), False),
    (("rotating_leader", "duty_leader"), True),
])  # fmt: skip
async def test_a_reports_own_words_are_for_the_roles_that_may_read_them(
    desk: Desk, roles: tuple[str, ...], reads: bool
) -> None:
    category = {"label": "门口的事"}
    await desk.city.report("a", description="说明", title="标题", category=category)
    desk.person = Person("wu", "吴××", roles, on_shift=roles)
    case = (await desk.ask("case", mark=marks("a")[0]))["case"]
    assert (case["title"], case["description"]) == (("标题", "说明") if reads else ("", ""))
    assert (case["label"], case["code"]) == ("门口的事", "")


async def test_units_and_cameras_come_with_metres_and_minutes_and_lost_ones_not_at_all(desk: Desk) -> None:
    await desk.city.report("a")
    now = time.time()
    units = desk.city.store.state.measured.units
    for name, north, age, state in (
        ("near", 0.001, 0, "standby"), ("far", 0.01, 0, "standby"), ("lost", 0.0, 121, "standby"),
        ("home", 0.0, 0, "off_duty"),
    ):  # fmt: skip
        units.set(units.row(name), {
            "lon": LON, "lat": LAT + north, "at": now - age, "received": now, "state": state,
            "kind": "patrol_car", "call_sign": name,
        })  # fmt: skip
    for name, privacy in (("cam", "public_scene"), ("hidden", "sensitive")):
        record = {
            "camera": name, "name": name, "lon": LON, "lat": LAT + 0.002, "privacy": privacy,
            "at": "2026-11-22T10:00:00+08:00", "client": "video", "street": "",
        }  # fmt: skip
        await desk.city.append(f"cam:{name}", ("CameraRegistered", f"camera:{name}", {"record": record}))
    await desk.city.folded()
    cameras = desk.city.store.state.measured.cameras
    cameras.set(cameras.row("cam"), {"at": now - 1, "received": now, "state": "online"})
    desk.city.store.state.touch("cameras")
    nearby = (await desk.ask("case", mark=marks("a")[0]))["case"]["nearby"]
    assert [unit["unit"] for unit in nearby["units"]] == ["near", "far"]
    assert nearby["units"][0]["metres"] == pytest.approx(111, abs=1)
    assert nearby["units"][1]["minutes"] == pytest.approx(1.4 * 1113.2 / (25_000 / 60), abs=0.1)
    told = {camera["id"]: camera for camera in nearby["cameras"]}
    assert [(camera["metres"], camera["on_wall"]) for camera in told.values()] == [(222, True), (222, False)]
    assert (told["cam"]["word"], told["hidden"]["word"], told["hidden"]["since"]) == ("live", "lost", None)
    cameras.set(cameras.row("cam"), {"at": now - 3600})
    desk.city.store.state.touch("cameras")
    camera = (await desk.ask("case", mark=marks("a")[0]))["case"]["nearby"]["cameras"][0]
    assert (camera["word"], camera["since"]) == ("lost", pytest.approx(now - 3600, abs=1))


async def test_reports_of_one_place_have_one_row_and_are_found_by_words(desk: Desk) -> None:
    await desk.city.report("a", "b", "c")
    await desk.city.report("far", lat=LAT + 0.01)
    [first, second] = await desk.rows()
    assert {first, second} - set(marks("a", "b", "c")) == set(marks("far"))
    assert (await desk.ask("rows"))["total"] == 2
    assert set(await desk.rows(words="浦东南路")) == set(marks("a", "b", "c", "far"))


async def test_a_page_is_told_what_its_person_may_order_by_now(desk: Desk) -> None:
    assert {"send_unit", "escalate", "reassign"} <= set((await desk.ask("verbs"))["verbs"])
    desk.person = msgspec.structs.replace(CHEN, on_shift=())
    # Off shift only what brings one on shift, or ends one's hand-over.
    assert set((await desk.ask("verbs"))["verbs"]) <= OFF_SHIFT
    desk.person = INTAKE
    assert not {"send_unit", "escalate", "reassign"}.intersection((await desk.ask("verbs"))["verbs"])


async def test_rows_are_filtered_ordered_and_paged(desk: Desk) -> None:
    await desk.city.report("a")
    await desk.city.report("b", lat=LAT + 0.01)
    await desk.city.report("c", lat=LAT + 0.02)
    await desk.city.report("hot", lat=LAT + 0.03, urgency="critical")
    await desk.city.give(CHEN, "escalate", "b")
    assert (await desk.ask("rows", filter="all", order="left"))["total"] == 4
    assert (await desk.rows(order="left"))[0] == marks("hot")[0]
    assert await desk.rows(filter="critical") == marks("hot")
    assert await desk.rows(filter="mine") == marks("b")
    everything = await desk.rows(order="newest")
    assert await desk.rows(order="newest", after=everything[1]) == everything[2:]
    assert await desk.rows(filter="nonsense", order=7, after={}) == await desk.rows()


@pytest.mark.parametrize(
    "words", ["羽山路", "H-77", "井盖", "01-01", "0101", "water-supply", "巡逻7", " 羽山路 "]
)
async def test_words_find_a_case(desk: Desk, words: str) -> None:
    await desk.city.report("a", road="羽山路巨野路口", external=[{"system": "12345", "no": "H-77"}])
    other = {"kind": "event", "code": "0201"}
    await desk.city.report("b", road="浦东南路", category=other)
    units = desk.city.store.state.measured.units
    now = time.time()
    told = {"call_sign": "巡逻7", "kind": "squad", "state": "standby", "at": now, "received": now}
    units.set(units.row("u7"), told)
    await desk.city.give(CHEN, "send_unit", "a", unit="u7")
    assert await desk.rows(words=words) == marks("a")
    assert await desk.rows(words="没有这样的路") == []


async def test_a_place_finds_the_open_cases_within_its_metres(desk: Desk) -> None:
    await desk.city.report("a")
    await desk.city.report("b", lat=LAT + 0.004)
    await desk.city.report("far", lat=LAT + 0.01)
    assert set(await desk.rows(words=f"@{LON},{LAT},500")) == set(marks("a", "b"))
    assert await desk.rows(words=f"@{LON},{LAT}") == []


@pytest.mark.parametrize("words", ["310115004001002", "04001002", "01002", " 4001002 "])
async def test_an_open_case_is_found_by_its_grid_or_five_digits_of_it(city: Taking, words: str) -> None:
    desk = Desk(city, grids=UnitGrids.from_geojson(GRIDS))
    await city.report("a", "b")
    await city.report("next", lon=LON + 0.01)
    await city.report("nowhere", lon=LON + 1.0)
    assert set(await desk.rows(words=words)) == set(marks("a", "b"))
    await city.give(CHEN, "reject", "b", reason="no_problem")
    assert await desk.rows(words=words) == marks("a")


async def test_fewer_digits_and_those_of_no_grid_find_nothing_by_grid(city: Taking) -> None:
    desk = Desk(city, grids=UnitGrids.from_geojson(GRIDS))
    await city.report("a")
    for words in ("1002", "310115004001009", "5004001003"):
        assert await desk.rows(words=words) == []


async def test_a_cases_grid_is_asked_once_until_the_case_moves(city: Taking) -> None:
    asked: list[tuple[float, float]] = []
    grids = UnitGrids.from_geojson(GRIDS)
    rules = msgspec.structs.replace(
        read_test_rules(), grid_of=lambda lon, lat: (asked.append((lon, lat)), grids.code_of(lon, lat))[1]
    )
    search = Search(city.ledger, city.people, words=(), clock=time.time)
    await city.report("a")
    assert await search.find(city.store.state, CHEN, "04001002", rules) == {"hotline/a"}
    await city.give(CHEN, "comment", "a", text="1")
    assert await search.find(city.store.state, CHEN, "04001002", rules) == {"hotline/a"}
    assert asked == [(LON, LAT)]
    case = city.case("a")
    case.place, case.changed = msgspec.structs.replace(case.place, lon=LON + 0.01), case.changed + 1
    assert await search.find(city.store.state, CHEN, "04001003", rules) == {"hotline/a"}


async def test_a_case_is_told_with_its_grid_where_there_are_any(city: Taking, desk: Desk) -> None:
    with_grids = Desk(city, grids=UnitGrids.from_geojson(GRIDS))
    await city.report("a")
    await city.report("nowhere", lon=LON + 1.0)
    told = [(await one.ask("case", mark=mark))["case"]["grid"]
            for one in (with_grids, desk) for mark in marks("a", "nowhere")]  # fmt: skip
    assert told == ["310115004001002", "", "", ""]


async def test_a_case_that_is_over_is_found_by_its_number(desk: Desk) -> None:
    await desk.city.report("a", external=[{"system": "12345", "no": "2026-0077"}])
    await desk.city.give(CHEN, "reject", "a", reason="no_problem")
    assert await desk.rows(words="2026-0077") == marks("a")
    assert await desk.rows(words="0077") == []  # four digits are looked for among what is open
    assert await desk.rows() == []
    [row] = (await desk.ask("rows", words="2026-0077"))["rows"]
    assert row[1]["until"] is None


async def test_of_those_that_are_over_the_newest_are_found(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.desk.search.OVER", 2)
    for key in ("a", "b", "c"):
        await desk.city.report(key, external=[{"system": "12345", "no": f"2026-0077{key}"}])
        await desk.city.give(CHEN, "reject", key, reason="no_problem")
    assert set(await desk.rows(words="2026-0077")) == set(marks("b", "c"))
    assert await desk.rows(words="2026-0077A") == marks("a")


async def test_a_phones_last_digits_find_a_case_for_those_who_may_and_it_is_on_record(desk: Desk) -> None:
    ref = desk.city.people.ref("hotline", "a")
    desk.city.people.put([(ref, {"name": "王小明", "phone": f"{PHONE[:3]}-{PHONE[3:]}"})], now=1.0)
    await desk.city.report("a", reporter_ref=ref)
    await desk.city.report("b")
    assert await desk.rows(words="1234") == []
    assert await desk.city.facts("PersonRevealed") == []
    desk.person = INTAKE
    assert await desk.rows(words="1234") == marks("a")
    assert await desk.rows(words="1234") == marks("a")  # the page asks again and again
    [fact] = await desk.city.facts("PersonRevealed")
    assert fact.subject == "case:hotline/a"
    assert (fact.actor, fact.data["purpose"], fact.data["fields"]) == ("wu", "search", ["phone_tail"])
    assert "1234" not in str(fact.data)
    assert await desk.rows(words="9999") == []


async def test_digits_are_not_tried_out_one_after_the_other(desk: Desk) -> None:
    ref = desk.city.people.ref("hotline", "a")
    desk.city.people.put([(ref, {"name": "王小明", "phone": PHONE})], now=1.0)
    await desk.city.report("a", reporter_ref=ref)
    desk.person = LEAD
    for number in range(TAILS_A_MINUTE):
        assert await desk.rows(words=f"{number:04d}") == []
    assert await desk.rows(words="1234") == []


async def test_the_same_digits_stay_found_however_long_the_page_asks(desk: Desk) -> None:
    ref = desk.city.people.ref("hotline", "a")
    desk.city.people.put([(ref, {"name": "王小明", "phone": PHONE})], now=1.0)
    await desk.city.report("a", "b", reporter_ref=ref)
    desk.person = LEAD
    for _ in range(TAILS_A_MINUTE + 10):
        assert set(await desk.rows(words="1234")) == set(marks("a", "b"))
    for number in range(TAILS_A_MINUTE - 1):
        await desk.rows(words=f"{number:04d}")
    await desk.rows(words="9876")
    assert set(await desk.rows(words="1234")) == set(marks("a", "b"))
    await desk.city.give(CHEN, "reject", "a", reason="no_problem")
    assert await desk.rows(words="1234") == marks("b")


async def test_a_phone_is_found_only_where_its_finder_may_act(desk: Desk) -> None:
    ref = desk.city.people.ref("hotline", "a")
    desk.city.people.put([(ref, {"name": "王小明", "phone": PHONE})], now=1.0)
    await desk.city.report("a", reporter_ref=ref)
    desk.person = elsewhere = msgspec.structs.replace(LEAD, streets=("310115999",))
    assert await desk.rows(words="1234") == []
    assert await desk.city.facts("PersonRevealed") == []
    desk.person = LEAD
    assert await desk.rows(words="1234") == marks("a")
    desk.person = elsewhere
    assert await desk.rows(words="1234") == []


async def test_people_are_told_by_the_names_that_they_show_not_by_their_accounts(desk: Desk) -> None:
    await desk.city.report("a")
    await desk.city.give(CHEN, "request_verification", "a", to="chen")
    case = (await desk.ask("case", mark=marks("a")[0]))["case"]
    assert case["verify_to"] == "陈××"
    assert case["story"][-1]["data"]["to"] == "陈××"
    file = desk.city.case("a").file
    file.check = Check("field", "chen", 1.0, True)
    case = (await desk.ask("case", mark=marks("a")[0]))["case"]
    assert case["check"]["officer"] == "陈××"
    assert "chen" not in str({name: told for name, told in case.items() if name != "actions"})


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("138.0000.1234", "138****"), ("138－0000－1234", "138****"), ("138  0000  1234", "138****"),
        ("138 - 0000 1234", "138****"), ("+86 138.0000.1234", "+86 ****"),
        ("１３８．０００１．１２３４", "１３８****"),
        ("021－5888－1234", "021****"), ("(021) 5888.1234", "(021****"), ("13800001234", "138****"),
        ("10月8日 13:45, 2026.11.22", "10月8日 13:45, 2026.11.22"),
        ("2026/11/22 10:30:15", "2026/11/22 10:30:15"),
        ("121.5208, 31.2102", "121.5208, 31.2102"), ("H-77/2026/0077", "H-77/2026/0077"),
        ("15.11.2026, 16.11.2026", "15.11.2026, 16.11.2026"),
    ],
)  # fmt: skip
async def test_phones_in_a_citizens_words_are_masked_and_dates_are_not(
    desk: Desk, told: str, shown: str
) -> None:
    await desk.city.report("a", description=f"电话{told}谢谢")
    case = (await desk.ask("case", mark=marks("a")[0]))["case"]
    assert case["description"] == f"电话{shown}谢谢"


async def test_a_story_is_whole_however_many_were_read_between(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.desk.case_story.KEPT", 4)
    await desk.city.report("a", "b")
    for text in ("1", "2", "3"):
        await desk.ask("case", mark=marks("a")[0])
        await desk.ask("case", mark=marks("b")[0])
        await desk.city.give(CHEN, "comment", "a", text=text)
        await desk.city.give(LEAD, "comment", "b", text=text)
    case = (await desk.ask("case", mark=marks("a")[0]))["case"]
    assert [line["type"] for line in case["story"]] == ["CaseReported", *["CommentAdded"] * 3]


async def test_cases_that_may_be_one_are_offered_for_merging(desk: Desk) -> None:
    await desk.city.report("a", "b")
    await desk.city.report("c", lat=LAT + 0.001)
    await desk.city.report("d", category={"kind": "event", "code": "0201"})
    candidates = (await desk.ask("merge", mark=marks("a")[0]))["candidates"]
    assert [one["mark"] for one in candidates] == marks("b")


async def test_classes_and_indicators_are_told(desk: Desk) -> None:
    classes = (await desk.ask("classes"))["classes"]
    assert len(classes) > 10
    assert any(one["standards"] for one in classes)
    await desk._projection.compute(desk.city.store.state)
    told = (await desk.ask("indicator", name="K01"))["indicator"]
    assert told["id"] == "K01"
    assert (await desk.ask("indicator", name="K999"))["indicator"] is None
    assert (await desk.ask("what?"))["refused"] == "unknown_question"
