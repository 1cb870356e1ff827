"""What a channel sends to one browser in a storm stays within its budget of bytes a second."""

from pathlib import Path
from typing import Any

import pytest

from city.clocks.timestamps import parse
from city.dispatch.decision_rules import DecisionRules
from city.folding.store import Store
from city.views.holders.agency_view import AgencyView
from city.views.holders.own_cases import OwnCases
from city.views.holders.street_view import StreetView
from city.views.page_view import PageView
from city.views.wall_view import WallView
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district
from console.deployment.settings import read_settings
from console.live.channel import Channel, Projection
from console.live.live_socket import beat
from console.live.watcher import Watcher
from console.pages.page_content import MapPageContent
from console.pages.street_content import StreetContent
from layers.atlas.atlas import Atlas
from tests.console.live.test_channel import taken
from tests.console.test_wall_bytes import told
from tests.invented import case, device, mirror, moment, reading, unit

STREET = "310115004"
HZ, SECONDS = 10, 6
MINUTE_S, CASES_A_MINUTE, OWN_CASES = 60, 50, 3
STREET_BUDGET = 32_000
UNITS, GAUGES = 200, 100
CASES_A_LOOK, MOVES_A_LOOK, READINGS_A_LOOK = 4, 20, 10
"""412 calls in ten seconds, and each unit heard once a second."""


OWN_PLACE, OTHER_PLACE = (121.5208, 31.2202), (121.687, 31.2273)
HELD = {
    own: {"urgency": "critical", "mirror": mirror("dispatched", 60) | {"agency": agency}}
    for own, agency in ((True, "潍坊"), (False, "唐镇"))
}


def placed(number: int) -> dict[str, float]:
    return {"lon": 121.50 + number % 37 / 500, "lat": 31.19 + number % 41 / 600}


def call(number: int) -> dict[str, Any]:
    urgency = "critical" if number % 9 == 0 else "normal"
    return case(f"c{number}", **placed(number), road="世纪大道", urgency=urgency)


def moved(number: int, turn: int) -> dict[str, Any]:
    lon, lat = placed(number).values()
    return unit(f"u{number}", turn, lon=lon + turn / 9000, lat=lat, state=("en_route", "on_scene")[turn % 2])


def before_the_storm(store: Store) -> None:
    told(store.state, "case", [call(number) for number in range(300)])
    told(store.state, "unit", [moved(number, 0) for number in range(UNITS)])
    told(store.state, "sensor", [device(f"g{number}", **placed(number)) for number in range(GAUGES)])


def next_of_the_storm(store: Store, turn: int) -> None:
    told(store.state, "case", [call(1000 + turn * CASES_A_LOOK + one) for one in range(CASES_A_LOOK)])
    moving = range(turn * MOVES_A_LOOK, (turn + 1) * MOVES_A_LOOK)
    told(store.state, "unit", [moved(number % UNITS, turn + 1) for number in moving])
    heard = range(turn * READINGS_A_LOOK, (turn + 1) * READINGS_A_LOOK)
    told(store.state, "sensor", [reading(f"g{n % GAUGES}", turn, 5.0 + turn % 40) for n in heard])


def shown(page: str, rules: DecisionRules, data: Path) -> tuple[Any, Projection]:
    """Return content and projection of a page's channel, as the console makes them."""
    known = read_district(data)
    settings, atlas = read_settings({}, data_dir=data), Atlas.read(known.atlas_dir)
    common = PageView(rules=rules)
    if page == "wall":
        return MapPageContent(settings, known, atlas, build_id="b"), WallView(rules=rules, page=common).see
    cases = OwnCases(rules)
    view = StreetView(AgencyView(common, cases), cases, rules)
    content = StreetContent(settings, known, atlas, build_id="b", stations=rules.water_lines)
    return content.of(STREET), lambda state, now: view.see(state, now, STREET)


@pytest.mark.parametrize(("page", "budget"), [("wall", 150_000), ("street", STREET_BUDGET)])
async def test_a_storm_stays_within_the_bytes_a_second_of_a_page(
    page: str, budget: int, tmp_path: Path
) -> None:
    rules = read_decision_rules(read_district(tmp_path), tmp_path)
    content, projection = shown(page, rules, tmp_path)
    store = Store()
    channel = Channel(store, content, projection)
    before_the_storm(store)
    channel.join(Watcher(taken), b"{}")
    began = parse(moment())
    await channel.look(began)
    first = channel.figures()
    for turn in range(HZ * SECONDS):
        next_of_the_storm(store, turn)
        await channel.look(began + (turn + 1) / HZ)
    last = channel.figures()
    assert last.looks - first.looks == HZ * SECONDS
    assert budget / 50 < (last.bytes_out - first.bytes_out) / SECONDS <= budget


async def test_a_street_with_three_of_fifty_cases_a_minute_stays_within_its_bytes_a_second(
    tmp_path: Path,
) -> None:
    """The whole minute, every message of its live socket: beats, views, frames; ten looks a second."""
    rules = read_decision_rules(read_district(tmp_path), tmp_path)
    content, projection = shown("street", rules, tmp_path)
    store = Store()
    channel = Channel(store, content, projection)
    told(store.state, "unit", [moved(number, 0) for number in range(UNITS)])
    told(store.state, "sensor", [device(f"g{number}", **placed(number)) for number in range(GAUGES)])
    channel.join(Watcher(lambda _: None), b"{}")
    began = parse(moment())
    await channel.look(began)
    before = channel.figures().bytes_out
    arrived = 0
    for turn in range(MINUTE_S * HZ):
        now = began + (turn + 1) / HZ
        if arrived < (turn + 1) * CASES_A_MINUTE // (MINUTE_S * HZ):
            is_own = arrived % (CASES_A_MINUTE // OWN_CASES) == 0 and arrived < CASES_A_MINUTE - 2
            place = OWN_PLACE if is_own else OTHER_PLACE
            record = case(f"storm-{arrived}", lon=place[0], lat=place[1], road="世纪大道", **HELD[is_own])
            told(store.state, "case", [record])
            arrived += 1
        moving = range(turn * MOVES_A_LOOK, (turn + 1) * MOVES_A_LOOK)
        told(store.state, "unit", [moved(number % UNITS, turn + 1) for number in moving])
        heard = range(turn * READINGS_A_LOOK, (turn + 1) * READINGS_A_LOOK)
        told(store.state, "sensor", [reading(f"g{n % GAUGES}", turn, 5.0 + turn % 40) for n in heard])
        if turn % HZ == 0:
            at = {"feed_since": None, "log_down": False, "chain_broken": False}
            channel.say(beat(now, store.state, feed="live", **at))
        await channel.look(now)
    seen = projection(store.state, began + MINUTE_S)
    assert (arrived, len(seen.cases)) == (CASES_A_MINUTE, OWN_CASES)
    sent = channel.figures().bytes_out - before
    assert STREET_BUDGET / 200 < sent / MINUTE_S <= STREET_BUDGET
