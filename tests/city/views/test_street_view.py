"""What the page of a street may see: its own area, people and places; nothing of another street."""

from typing import Any

import msgspec
import pytest

from city.clocks.timestamps import iso
from city.dispatch.tables.cells import read_rows
from city.dispatch.tables.street_places import StreetPlace, places_by_street, street_place_of
from city.measures.fold_telemetry import join_registry, measure
from city.state.ledger_state import CityState, Device, Place
from city.views.holders.agency_view import AgencyView
from city.views.holders.own_cases import OwnCases
from city.views.holders.street_seen import StreetSeen
from city.views.holders.street_view import StreetView
from city.views.page_view import PageView
from tests.city.commands.paths import dispatched
from tests.city.commands.world import HE, LU, WEI, WEIFANG, World

GAUGE = StreetPlace("L1", "low_point", WEI, "羽山路下立交", 121.52, 31.22, "d1", None, "1", "2026-01-01", "")
SHELTER = StreetPlace("S1", "shelter", WEI, "潍坊中学", 121.52, 31.22, "", 400, "1", "2026-01-01", "")


class Street:
    """A world whose streets are looked at."""

    def __init__(self) -> None:
        self.world = World()
        self.world.rules = msgspec.structs.replace(
            self.world.rules, street_places=places_by_street([SHELTER, GAUGE])
        )
        self.state = CityState(self.world.state)
        cases = OwnCases(self.world.rules)
        agency = AgencyView(PageView(rules=self.world.rules), cases)
        self.view = StreetView(agency, cases, self.world.rules)
        for id_, street in (("d1", WEI), ("d2", LU)):
            place = Place(121.52, 31.22, street)
            self.state.ledger.devices[id_] = Device(id_, "road_water_depth", "羽山路", "水务", place, 60.0)

    def measures(self, topic: str, *records: dict[str, Any]) -> None:
        at = iso(self.world.now.city)
        told = [{"at": at, "received": iso(self.world.machine), **record} for record in records]
        self.state.touch(*measure(self.state, topic, told))
        join_registry(self.state)

    def depth(self, device: str, value: float) -> None:
        self.measures("sensor", {
            "kind": "reading", "device": device, "metric": "road_depth_cm", "unit": "cm", "value": value,
        })  # fmt: skip

    def see(self, code: str = WEI) -> StreetSeen:
        self.state.ledger.position = len(self.world.facts)
        return self.view.see(self.state, self.world.machine, code)


@pytest.fixture
def street() -> Street:
    return Street()


def test_the_map_has_the_streets_own_cases_and_the_readings_of_its_area(street: Street) -> None:
    dispatched(street.world)
    street.depth("d1", 12)
    street.depth("d2", 30)
    seen = street.see()
    assert [case.road for case in seen.map.cases] == ["羽山路"]
    assert list(seen.map.readings.device) == ["d1"]
    assert street.see(LU).map.cases == ()
    assert list(street.see(LU).map.readings.device) == ["d2"]
    assert len(street.see(HE).map.readings.ids) == 0


def test_a_change_of_an_own_case_draws_the_map_anew_and_another_does_not(street: Street) -> None:
    dispatched(street.world)
    before = street.see().revisions["own_cases"]
    street.world.report("hotline/2", street=LU)
    assert street.see().revisions["own_cases"] == before
    street.world.done("make_safe", "hotline/1", WEIFANG, photos=["a"])
    assert street.see().revisions["own_cases"] > before


def test_the_squads_are_those_that_report_as_the_streets(street: Street) -> None:
    unit = {"lon": 121.52, "lat": 31.22, "kind": "squad", "state": "standby"}
    street.measures(
        "unit", {"unit": "q1", "call_sign": "潍坊城管组", "agency": "潍坊", **unit},
        {"unit": "q2", "call_sign": "陆家嘴城管组", "agency": "陆家嘴", **unit},
    )  # fmt: skip
    assert [squad.call_sign for squad in street.see().squads] == ["潍坊城管组"]
    street.world.wait(minutes=3)
    assert street.see().squads[0].lost


def test_a_squad_that_changes_its_owner_changes_the_page(street: Street) -> None:
    unit = {"unit": "u1", "kind": "squad", "state": "standby", "call_sign": "一组"}
    street.measures("unit", {**unit, "agency": "潍坊"})
    assert [squad.call_sign for squad in street.see().squads] == ["一组"]
    street.world.wait(minutes=1)
    street.measures("unit", {**unit, "agency": "陆家嘴"})
    assert street.see().squads == ()
    assert [squad.call_sign for squad in street.see(LU).squads] == ["一组"]


def test_a_low_point_shows_its_gauge_and_a_silent_gauge_is_not_dry(street: Street) -> None:
    low, shelter = street.see().places
    assert (low.value, low.lost, shelter.has_gauge, shelter.capacity) == (None, True, False, 400)
    street.depth("d1", 12)
    assert street.see().places[0].value == 12
    street.world.wait(minutes=10)
    low = street.see().places[0]
    assert (low.value, low.lost) == (None, True)
    assert low.as_of is not None


def test_workstations_are_unknown_until_one_has_signed_in(street: Street) -> None:
    assert street.see().posts.expected is None


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"kind": "bridge"}, "kind"),
        ({"street": "31"}, "street"),
        ({"lon": "x"}, "lon"),
        ({"capacity": "-1"}, "capacity"),
    ],
)
def test_a_wrong_cell_of_a_place_is_named(change: dict[str, str], column: str) -> None:
    row = {
        "id": "a", "kind": "shelter", "street": WEI, "name": "b", "lon": "121.5", "lat": "31.2", "device": "",
        "capacity": "", "version": "1", "valid_from": "2026-01-01", "valid_to": "",
    }  # fmt: skip
    with pytest.raises(ValueError, match=f"row 2, {column}"):
        read_rows([row | change], street_place_of)
