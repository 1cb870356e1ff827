"""A page's messages reach its session, and whose session it is the server alone knows."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from city.commands.cases.offered_verbs import offered_verbs
from city.state.case_file import OPEN, CaseFile
from city.state.ledger_state import Case, Mirror, Place
from city.views.case_view import account_mark
from console.accounts.authorization import Viewer
from console.accounts.seats import IDLE_S
from console.app.access_services import AccessServices
from console.desk.agency_session import AgencyServices
from console.desk.case_story import CaseStories
from console.desk.desk_session import DeskServices
from console.desk.page_sessions import UNDER_WAY, WALL_VERBS, PageSessions
from console.desk.search import Search
from console.orders.presence import AGENCY_PAGES, Presence
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from layouts.builder import Visitor
from tests.order_taking import PHONE, Taking, order, read_test_rules, taking
from tests.people import PIN
from tests.quick import enrol
from tests.running import PATIENCE_S


class Hall:
    """A taking console with its accounts; ``heard`` is what the pages were told."""

    def __init__(self, city: Taking, data: Path) -> None:
        self.city, self.data = city, data
        self.tokens = TokenStore(data)
        self.ahead = 0.0
        self.access = AccessServices(data, self.tokens, b"s" * 32, clock=lambda: time.time() + self.ahead)
        enrol(data, "chen", "陈××", "duty_officer", password="Yangjing-2156-road", pin=PIN)
        enrol(data, "plain", "丁××", "inspector", pin=PIN)
        services = DeskServices(
            city.orders, city.presence, state=lambda: city.store.state, rules=read_test_rules(),
            search=Search(city.ledger, city.people, words=(), clock=time.time),
            stories=CaseStories(city.ledger, str),
            seen=lambda: None, clock=time.time,
        )  # fmt: skip
        self.pages = Presence(city.pictures, clock=time.time, key=AGENCY_PAGES)
        agencies = AgencyServices(
            city.orders, self.pages, state=lambda: city.store.state, rules=read_test_rules(), clock=time.time
        )
        self.page_sessions = PageSessions(
            services, agencies, self.access.sessions, self.access.seats, zone_offset_s=28_800
        )
        self.heard: list[dict[str, Any]] = []

    async def say(self, visitor: Visitor, message: dict[str, Any]) -> dict[str, Any]:
        """Say something as the page does; return the answer."""
        before = len(self.heard)
        visitor.on_message(message, self.heard.append)
        async with asyncio.timeout(PATIENCE_S):
            while len(self.heard) == before:  # noqa: ASYNC110  # the answer comes through a plain function
                await asyncio.sleep(0.005)
        return self.heard[-1]

    def wall(self, panel: str = "p1") -> tuple[Visitor, Callable[[], None]]:
        return self.page_sessions.of(Viewer("wall", "loopback", remote="127.0.0.1"), panel)

    def close(self) -> None:
        self.access.close()
        self.tokens.close()


@pytest.fixture
async def hall(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Hall]:
    async with taking(servers, tmp_path) as city:
        await city.report("a")
        made = Hall(city, tmp_path)
        yield made
        made.close()


async def test_whatever_thread_a_page_is_called_on_its_orders_are_taken_on_the_loop(hall: Hall) -> None:
    """Bokeh 3.10 makes pages, hands messages over and ends sessions on threads of its own."""
    session = hall.access.sessions.open("chen", now=time.time(), remote="127.0.0.1")
    visitor, close = await asyncio.to_thread(hall.page_sessions.of, Viewer("desk", "session", session), "p")
    await asyncio.to_thread(visitor.on_message, {"act": order("escalate", "a", 0)}, hall.heard.append)
    async with asyncio.timeout(PATIENCE_S):
        while not hall.heard:  # noqa: ASYNC110  # the answer comes through a plain function
            await asyncio.sleep(0.005)
    assert "done" in hall.heard[0]["answer"]
    await asyncio.to_thread(close)
    await asyncio.to_thread(visitor.on_message, {"act": order("undo", "a", 1)}, hall.heard.append)
    await asyncio.sleep(0.2)
    assert len(hall.heard) == 1


async def test_a_desk_belongs_to_its_session_and_ends_with_it(hall: Hall) -> None:
    session = hall.access.sessions.open("chen", now=time.time(), remote="127.0.0.1")
    visitor, _ = hall.page_sessions.of(Viewer("desk", "session", session), "p")
    assert (visitor.name, visitor.role, visitor.person_mark) == ("陈××", "duty_officer", account_mark("chen"))
    answer = await hall.say(
        visitor, {"act": order("escalate", "a", 0) | {"account": "gu", "role": "shift_lead"}}
    )
    assert "done" in answer["answer"]
    [fact] = await hall.city.facts("CaseEscalated")
    assert (fact.actor, fact.role) == ("chen", "duty_officer")
    hall.access.sessions.end(session, time.time())
    answer = await hall.say(visitor, {"act": order("comment", "a", 1, text="x")})
    assert answer["answer"]["refused"]["key"] == "order_signed_out"


async def test_a_wall_orders_nothing_until_a_seat_signs_in_and_after_it_left(hall: Hall) -> None:
    visitor, _ = hall.wall()
    act = {"act": order("escalate", "a", 0)}
    assert (await hall.say(visitor, act))["answer"]["refused"]["key"] == "order_unknown"
    seated = await hall.say(visitor, {"seat": {"account": "chen", "pin": PIN}})
    assert seated["seated"]["name"] == "陈××"
    assert seated["seated"]["role"] == "duty_officer"
    assert {"escalate", "send_unit", "show"} <= set(seated["seated"]["verbs"]) <= WALL_VERBS
    assert "done" in (await hall.say(visitor, act))["answer"]
    assert (await hall.say(visitor, {"leave": True}))["seated"] is None
    again = {"act": order("comment", "a", 1, text="x")}
    assert (await hall.say(visitor, again))["answer"]["refused"]["key"] == "order_signed_out"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"account": "chen", "pin": "000000"}, "seat.refused"),
        ({"account": ["chen"], "pin": 1}, "seat.refused"), (None, "seat.refused"),
        ({"account": "plain", "pin": PIN}, "seat.no_right"),
    ],
)  # fmt: skip
async def test_a_seat_that_may_not_is_told_why(hall: Hall, told: Any, why: str) -> None:
    visitor, _ = hall.wall()
    assert await hall.say(visitor, {"seat": told}) == {"seated": None, "why": why}


async def test_a_seat_is_one_walls_alone_and_goes_with_its_page(hall: Hall) -> None:
    visitor, close = hall.wall("p1")
    other, _ = hall.wall("p2")
    await hall.say(visitor, {"seat": {"account": "chen", "pin": PIN}})
    act = {"act": order("escalate", "a", 0)}
    assert (await hall.say(other, act))["answer"]["refused"]["key"] == "order_unknown"
    close()
    back, _ = hall.wall("p1")
    assert (await hall.say(back, act))["answer"]["refused"]["key"] == "order_unknown"


async def test_a_wall_is_asked_nothing(hall: Hall) -> None:
    visitor, _ = hall.wall()
    await hall.say(visitor, {"seat": {"account": "chen", "pin": PIN}})
    before = len(hall.heard)
    visitor.on_message({"ask": {"id": 1, "what": "case", "mark": "x"}}, hall.heard.append)
    await asyncio.sleep(0.1)
    assert len(hall.heard) == before


async def test_a_seat_orders_what_a_wall_has_buttons_for_and_nothing_else(hall: Hall) -> None:
    ref = hall.city.people.ref("hotline", "b")
    hall.city.people.put([(ref, {"name": "王小明", "phone": PHONE})], now=1.0)
    await hall.city.report("b", reporter_ref=ref)
    hall.access.accounts.create("gu", "顾××", roles=["shift_lead"], now=1.0, pin=PIN)
    visitor, _ = hall.wall()
    await hall.say(visitor, {"seat": {"account": "gu", "pin": PIN}})
    for verb, args in (
        ("reveal", {"purpose": "call_back"}), ("void", {"reason": "test_data", "text": "x"}),
        ("comment", {"text": "x"}), ("conquer", {}),
    ):  # fmt: skip
        refused = (await hall.say(visitor, {"act": order(verb, "b", 0, **args)}))["answer"]["refused"]
        assert (refused["code"], refused["key"]) == ("not_allowed", "wall_verb")
        assert PHONE not in str(refused)
    odd = await hall.say(visitor, {"act": order("escalate", "b", 0) | {"verb": ["reveal"]}})
    assert odd["answer"]["refused"]["code"] == "bad_args"
    assert await hall.city.facts("PersonRevealed", "VoidProposed") == []
    assert "done" in (await hall.say(visitor, {"act": order("escalate", "b", 0)}))["answer"]


async def test_an_agencys_page_orders_for_its_own_people_and_is_read_by_the_centre(hall: Hall) -> None:
    enrol(hall.data, "water", "水××", "agency_operator", password="Yangjing-2156-road", agency="sw")
    pages = {}
    for account in ("water", "chen"):
        session = hall.access.sessions.open(account, now=time.time(), remote="127.0.0.1")
        pages[account] = hall.page_sessions.of(Viewer("agency", "session", session, scope="sw"), "p")[0]
    assert "comment" in pages["water"].verbs
    assert (pages["chen"].name, pages["chen"].verbs) == ("陈××", ())
    act = {"act": order("comment", "a", 0, text="x")}
    refused = (await hall.say(pages["chen"], act))["answer"]["refused"]
    assert (refused["code"], refused["key"]) == ("not_allowed", "reads_only")
    answer = (await hall.say(pages["water"], {"act": order("escalate", "a", 0)}))["answer"]
    assert answer["refused"]["code"] == "not_allowed"  # the order came to the rules, and they refuse it
    assert answer["refused"]["key"] != "reads_only"
    assert (await hall.say(pages["chen"], {"ask": {"id": 1, "what": "verbs"}}))["reply"]["verbs"] == []
    asked = await hall.say(pages["water"], {"ask": {"id": 2, "what": "case", "mark": "x"}})
    assert asked["reply"] == {"id": 2, "refused": "unknown_question"}


async def test_an_agency_has_its_tasks_while_its_own_people_have_its_page_open(hall: Hall) -> None:
    enrol(hall.data, "water", "水××", "agency_operator", password="Yangjing-2156-road", agency="sw")
    pages = {}
    for account in ("water", "chen"):
        session = hall.access.sessions.open(account, now=time.time(), remote="127.0.0.1")
        pages[account] = hall.page_sessions.of(Viewer("agency", "session", session, scope="sw"), "p")
    engine = Presence(hall.city.pictures, clock=time.time, key=AGENCY_PAGES)

    async def is_open(who: str) -> bool:
        pages[who][0].on_message({"watching": True}, hall.heard.append)
        await hall.say(pages[who][0], {"ask": {"id": 1, "what": "verbs"}})
        await hall.pages.step()
        await engine.step()
        return engine.is_attended("sw")

    assert not await is_open("chen")  # the centre reads the page: the agency has nothing of it
    assert await is_open("water")
    assert not engine.is_attended("dl")
    pages["water"][1]()
    await asyncio.sleep(0)
    await hall.pages.step()
    await engine.step()
    assert not engine.is_attended("sw")


@pytest.mark.parametrize("page", ["agency", "desk"])
async def test_a_page_that_is_not_theirs_any_more_takes_nothing(hall: Hall, page: str) -> None:
    enrol(hall.data, "water", "水××", "agency_operator", password="Yangjing-2156-road", agency="dl")
    session = hall.access.sessions.open("water", now=time.time(), remote="127.0.0.1")
    visitor, _ = hall.page_sessions.of(
        Viewer(page, "session", session, scope="sw" if page == "agency" else ""), "p"
    )
    assert (visitor.name, visitor.verbs) == ("", ())
    answer = await hall.say(visitor, {"act": order("comment", "a", 0, text="x")})
    assert answer["answer"]["refused"]["key"] == "order_signed_out"
    asked = await hall.say(visitor, {"ask": {"id": 1, "what": "verbs"}})
    assert asked["reply"] == {"id": 1, "refused": "order_signed_out"}


async def test_the_duty_page_takes_orders_as_a_desk_does(hall: Hall) -> None:
    session = hall.access.sessions.open("chen", now=time.time(), remote="127.0.0.1")
    visitor, _ = hall.page_sessions.of(Viewer("duty", "session", session), "p")
    assert (visitor.name, "escalate" in visitor.verbs) == ("陈××", True)
    assert "done" in (await hall.say(visitor, {"act": order("escalate", "a", 0)}))["answer"]


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("own", [True, False])
def test_whatever_a_row_offers_may_be_ordered_from_a_wall(state: str, own: bool) -> None:
    one = Case(
        "k", "c", "hotline_12345", "component", "0101", "", "", "critical", True, Place(121.5, 31.2),
        1.0, 1.0, 1.0, Mirror(state=state), file=CaseFile(own=own, state=state),
    )  # fmt: skip
    assert set(offered_verbs(one)) <= WALL_VERBS


async def test_a_pointer_that_moves_keeps_its_seat(hall: Hall) -> None:
    visitor, _ = hall.wall()
    await hall.say(visitor, {"seat": {"account": "chen", "pin": PIN}})
    for _ in range(3):
        hall.ahead += IDLE_S - 60
        visitor.on_message({"used": True}, hall.heard.append)
        await asyncio.sleep(0.01)
    assert "done" in (await hall.say(visitor, {"act": order("escalate", "a", 0)}))["answer"]
    assert len(hall.heard) == 2  # moving has no answer
    hall.ahead += IDLE_S + 1
    late = await hall.say(visitor, {"act": order("undo", "a", 1)})
    assert late["answer"]["refused"]["key"] == "order_signed_out"


async def test_what_a_seat_or_a_session_ordered_before_it_ended_is_told_as_done(hall: Hall) -> None:
    visitor, _ = hall.wall()
    await hall.say(visitor, {"seat": {"account": "chen", "pin": PIN}})
    act = {"act": order("escalate", "a", 0, id_="one")}
    first = await hall.say(visitor, act)
    await hall.say(visitor, {"leave": True})
    assert await hall.say(visitor, act) == first
    anew, _ = hall.wall("p2")  # the console started anew: nobody knows whose it was
    unknown = (await hall.say(anew, act))["answer"]["refused"]
    assert (unknown["code"], unknown["key"]) == ("read_only", "order_unknown")
    await hall.say(anew, {"seat": {"account": "chen", "pin": PIN}})
    assert await hall.say(anew, act) == first
    session = hall.access.sessions.open("chen", now=time.time(), remote="127.0.0.1")
    hall.access.sessions.end(session, time.time())
    desk, _ = hall.page_sessions.of(Viewer("desk", "session", session), "p")
    assert await hall.say(desk, act) == first


async def test_a_page_that_floods_is_not_heard_beyond_its_share(hall: Hall) -> None:
    session = hall.access.sessions.open("chen", now=time.time(), remote="127.0.0.1")
    visitor, close = hall.page_sessions.of(Viewer("desk", "session", session), "p")
    for number in range(UNDER_WAY + 20):
        visitor.on_message({"act": order("comment", "a", 0, text=str(number))}, hall.heard.append)
    async with asyncio.timeout(PATIENCE_S):
        while len(hall.heard) < UNDER_WAY:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert len(hall.heard) == UNDER_WAY
    close()
    visitor.on_message({"act": order("comment", "a", 0, text="late")}, hall.heard.append)
    await asyncio.sleep(0.1)
    assert len(hall.heard) == UNDER_WAY
