"""The units that an agency may choose for its task: its own, free, fitting, with their position's age."""

from typing import Any

import msgspec
import pytest

from city.measures.fold_telemetry import measure
from city.state.ledger_state import CityState
from city.state.linkage_records import Task
from city.views.holders.own_units import own_units
from tests.console.test_wall_bytes import district
from tests.linkage_factory import CITY, SITE, city_with, incident, task

AT = "2026-09-15T12:30:55+00:00"
NOW = 1_789_475_467.0


def unit(key: str, metres: float, **given: Any) -> dict[str, Any]:
    plain = {
        "id": key,
        "at": AT,
        "received": AT,
        "unit": key,
        "call_sign": f"消防{key}",
        "kind": "fire_engine",
    }
    return {
        **plain, "agency": "xf", "state": "standby",
        "lon": SITE.lon, "lat": SITE.lat + metres / 111_195, **given,
    }  # fmt: skip


def offered(
    *units: dict[str, Any], more: tuple[Task, ...] = (), **given: Any
) -> list[tuple[str, int | None]]:
    state = city_with([incident()], [task(1, agency="xf", template="tree_down#1", **given), *more])
    found = own_units(of(state, units), state.ledger.tasks["1f0c2d3e4a5b.1"], district()[0], NOW)
    assert [one["as_of"] for one in found] == [NOW - 12.0] * len(found)
    return [(one["unit"], one["metres"]) for one in found]


def of(state: CityState, units: tuple[dict[str, Any], ...]) -> CityState:
    measure(state, "unit", [msgspec.json.decode(msgspec.json.encode(one)) for one in units])
    return state


def test_the_nearest_come_first_under_the_agencys_code_or_name() -> None:
    assert offered(unit("2", 2140), unit("1", 900, agency="消防")) == [("1", 900), ("2", 2140)]


@pytest.mark.parametrize(
    "given",
    [
        {"agency": "ga"}, {"state": "en_route"}, {"state": "out_of_service"}, {"kind": "ambulance"},
        {"at": "2026-09-15T12:20:00+00:00", "received": "2026-09-15T12:20:00+00:00"},
    ],
)  # fmt: skip
def test_what_is_not_theirs_not_free_not_fit_or_not_located_is_not_offered(given: dict[str, Any]) -> None:
    assert offered(unit("1", 900, **given), unit("2", 2140)) == [("2", 2140)]


def test_a_unit_on_another_open_task_is_not_free_and_the_tasks_own_one_is() -> None:
    other = task(2, agency="xf", unit="1")
    over = task(3, agency="xf", unit="3", state="verified")
    units = (unit("1", 100), unit("2", 200), unit("3", 300))
    assert offered(*units, more=(other, over), unit="2") == [("2", 200), ("3", 300)]


def test_a_task_without_a_position_offers_units_without_a_distance() -> None:
    nowhere = msgspec.structs.replace(SITE, lon=float("nan"), lat=float("nan"))
    assert offered(unit("2", 0), unit("1", 0), place=nowhere) == [("1", None), ("2", None)]


def test_a_task_of_no_kind_takes_every_unit_of_the_agency() -> None:
    state = city_with([incident()], [task(1, agency="xf")])
    found = own_units(
        of(state, (unit("1", 5, kind="drone"),)), state.ledger.tasks["1f0c2d3e4a5b.1"], district()[0], CITY
    )
    assert [one["unit"] for one in found] == ["1"]


def test_an_agency_may_send_its_contractors_units() -> None:
    rules = district()[0]
    theirs = (
        unit("7", 300, kind="greening_team", agency="环卫"),
        unit("8", 200, kind="greening_team", agency="公交"),
    )
    state = city_with([incident()], [task(1, agency="lh", template="tree_down#1")])
    found = own_units(of(state, theirs), state.ledger.tasks["1f0c2d3e4a5b.1"], rules, NOW)
    assert [one["unit"] for one in found] == ["7"]
