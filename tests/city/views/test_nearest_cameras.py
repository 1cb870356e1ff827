"""The cameras near a place: the four nearest, where they look, and whether their picture is true."""

import math
from typing import Any

import pytest

from city.clocks.city_clock import CityClock
from city.state.ledger_state import Camera, CityState, LedgerState, Place
from city.views.nearest_cameras import CameraNear, nearest_cameras

NOW = 1_800_000_000.0
LON, LAT = 121.52, 31.22
METRE = 1 / 111_195.0


def city(*cameras: Camera, **told: Any) -> CityState:
    state = CityState(LedgerState(clock=CityClock(NOW, NOW)))
    columns = state.measured.cameras
    for camera in cameras:
        state.ledger.cameras[camera.id] = camera
        columns.set(columns.row(camera.id), {"at": NOW - 5, "received": NOW - 5, "state": "online", **told})
    return state


def north(metres: float, name: str, **given: Any) -> Camera:
    return Camera(name, "羽山路巨野路", Place(LON, LAT + metres * METRE, "310115004"), **given)


def near(state: CityState) -> tuple[CameraNear, ...]:
    return nearest_cameras(state, LON, LAT, NOW)


def test_the_four_nearest_within_a_kilometre_come_nearest_first() -> None:
    cameras = [north(metres, f"k{metres}") for metres in (990, 30, 400, 1010, -20, 700)]
    assert [one.id for one in near(city(*cameras))] == ["k-20", "k30", "k400", "k700"]
    assert [one.id for one in near(city(north(1010, "k")))] == []
    assert nearest_cameras(city(north(1, "k")), math.nan, math.nan, NOW) == ()


@pytest.mark.parametrize(
    ("azimuth", "fov", "sees"),
    [(180.0, 70.0, True), (146.0, 70.0, True), (144.0, 70.0, False), (0.0, None, False), (None, None, None)],
)
def test_it_says_whether_the_place_lies_in_a_cameras_view(
    azimuth: float | None, fov: float | None, sees: bool | None
) -> None:
    [one] = near(city(north(100, "k", azimuth=azimuth, fov=fov)))
    assert (one.bearing, one.metres, one.sees) == (180.0, 100, sees)


def test_a_hidden_camera_is_told_as_one_that_no_wall_shows() -> None:
    found = near(city(north(10, "a", privacy="sensitive"), north(20, "b", privacy="street_level")))
    assert [one.on_wall for one in found] == [False, True]


@pytest.mark.parametrize(
    ("told", "word", "since"),
    [
        ({}, "live", None),
        ({"state": "offline"}, "lost", NOW - 5),
        ({"at": NOW - 301, "received": NOW - 301}, "lost", NOW - 301),
        ({"picture_at": NOW - 4, "same_since": NOW - 123}, "live", None),
        ({"picture_at": NOW - 4, "same_since": NOW - 124}, "frozen", NOW - 124),
        ({"picture_at": NOW - 4, "dark_since": NOW - 63}, "live", None),
        ({"picture_at": NOW - 4, "dark_since": NOW - 64, "same_since": NOW - 900}, "black", NOW - 64),
    ],
)
def test_a_picture_that_is_not_true_is_told_with_its_moment(
    told: dict[str, Any], word: str, since: float | None
) -> None:
    if "picture_at" in told:
        told = {**told, "picture_received": told["picture_at"]}
    [one] = near(city(north(1, "k"), **told))
    assert (one.word, one.since) == (word, since)
