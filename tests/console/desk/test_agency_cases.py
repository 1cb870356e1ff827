"""Acts on cases through the page of their holder: what its socket takes, and the question of the boundary."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from city.access import Person
from city.state.row_keys import row_key_of
from console.accounts.authorization import Viewer
from feeds.storage.embedded_servers import EmbeddedServers
from layouts.builder import Visitor
from tests.console.desk.test_page_sessions import Hall
from tests.order_taking import order, taking
from tests.photos import stored
from tests.quick import enrol

TANGZHEN, HEQING = "310115114", "310115110"
INSIDE, BEYOND = (121.6870, 31.2273), (121.68762, 31.22755)
"""In 唐镇, and 12 m beyond its boundary with 合庆."""
INTAKE = Person("intake", "何××", ("intake_officer",))
SHOP = {"kind": "event", "code": "0405"}


@pytest.fixture
async def hall(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Hall]:
    async with taking(servers, tmp_path) as city:
        await city.report("shop", category=SHOP, street=TANGZHEN, lon=INSIDE[0], lat=INSIDE[1], road="唐陆路")
        await city.give(INTAKE, "file", "shop")
        assert city.case("shop").file.holder == TANGZHEN
        made = Hall(city, tmp_path)
        yield made
        made.close()


def page(hall: Hall, account: str, scope: str, role: str = "street_operator", **given: str) -> Visitor:
    enrol(hall.data, account, f"{account}××", role, password="Yangjing-2156-road", **given)
    session = hall.access.sessions.open(account, now=time.time(), remote="127.0.0.1")
    return hall.page_sessions.of(Viewer("agency", "session", session, scope=scope), account)[0]


async def act(hall: Hall, visitor: Visitor, verb: str, **args: Any) -> dict[str, Any]:
    version = hall.city.case("shop").file.version
    answer = await hall.say(visitor, {"act": order(verb, "shop", version, **args)})
    await hall.city.folded()
    told: dict[str, Any] = answer["answer"]
    return told


async def test_the_holder_signs_and_feeds_back_and_nobody_else_may(hall: Hall) -> None:
    own = page(hall, "tangzhen", TANGZHEN, street=TANGZHEN)
    other = page(hall, "heqing", HEQING, street=HEQING)
    water = page(hall, "water", "sw", "agency_operator", agency="sw")
    photo = stored(hall.data, "a")
    work = {"outcome": "guided", "text": "x", "photos_before": [photo], "photos_after": [photo]}
    returned = {"reason": "not_my_area", "text": "x"}
    for visitor in (other, water):
        for verb, args in (("sign", {}), ("return", returned), ("contact", {}), ("appeal", {"text": "x"})):
            assert (await act(hall, visitor, verb, **args))["refused"]["code"] == "not_allowed", verb
    assert "done" in await act(hall, own, "sign")
    for verb, args in (
        ("feedback", work), ("apply_extension", {"reason": "x"}), ("withdraw", {}),
        ("apply_suspension", {"reason": "law", "until": "2030-01-01T00:00:00Z", "text": "x"}),
    ):  # fmt: skip
        assert (await act(hall, other, verb, **args))["refused"]["code"] == "not_allowed", verb
    assert "done" in await act(hall, own, "feedback", **work)
    # Each of the refusals is written down.
    assert len(await hall.city.facts("CommandRefused")) == 12


async def test_the_handler_never_checks_its_own_case_however_the_command_came(hall: Hall) -> None:
    own = page(hall, "tangzhen", TANGZHEN, street=TANGZHEN)
    assert "check" not in own.verbs
    photo = stored(hall.data, "a")
    await act(hall, own, "sign")
    await act(hall, own, "feedback", outcome="fixed", text="x", photos_before=[photo], photos_after=[photo])
    refused = (await act(hall, own, "check", passed=True, mode="field"))["refused"]
    assert (refused["code"], refused["reason"]) == ("not_allowed", "处置单位不得核查本案")
    assert await hall.city.facts("CaseClosed") == []


async def ask(hall: Hall, visitor: Visitor, lon: Any, lat: Any, **given: Any) -> dict[str, Any]:
    case = row_key_of("hotline/shop")
    message = {"id": 1, "what": "boundary", "case": case, "lon": lon, "lat": lat, **given}
    reply: dict[str, Any] = (await hall.say(visitor, {"ask": message}))["reply"]
    return {name: value for name, value in reply.items() if name != "id"}


async def test_before_a_return_the_holder_learns_how_far_its_pin_is_from_the_boundary(hall: Hall) -> None:
    own = page(hall, "tangzhen", TANGZHEN, street=TANGZHEN)
    told = await ask(hall, own, *BEYOND, accuracy_m=15)
    assert told["metres"] == pytest.approx(12, abs=6)
    assert (told["street"], told["there"], told["code_system"]) == (TANGZHEN, HEQING, "GBT30428.2")
    # The pin is the middle of the picture; one side of the outline passes by it as near as the distance says.
    [ring] = told["rings"]
    assert len(ring) >= 4
    assert told["window_m"] == 60.0
    assert (await ask(hall, own, *INSIDE))["there"] == TANGZHEN


@pytest.mark.parametrize(
    "place", [(None, 31.2), ("121", 31.2), (True, 31.2), (float("nan"), 31.2), (500, 31)]
)
async def test_a_place_that_is_none_has_no_answer(hall: Hall, place: tuple[Any, Any]) -> None:
    own = page(hall, "tangzhen", TANGZHEN, street=TANGZHEN)
    assert await ask(hall, own, *place) == {}


async def test_the_boundary_is_told_to_who_has_the_case_alone(hall: Hall) -> None:
    for visitor in (
        page(hall, "heqing", HEQING, street=HEQING),
        page(hall, "gu", TANGZHEN, "duty_leader"),  # the centre reads the page and returns nothing
    ):
        assert await ask(hall, visitor, *BEYOND) == {}
