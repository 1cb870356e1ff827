"""A camera that is unplugged, frozen or black is said to be so, with its moment, wherever it is shown."""

from typing import Any

import msgspec
import pytest

from city.clocks.city_clock import CityClock
from city.state.ledger_state import Camera, CityState, LedgerState, Place
from city.video.camera_state import LOST_AFTER_S
from city.views.linkage_seen import ClosureSeen
from city.views.nearest_cameras import nearest_cameras
from city.views.response.response_seen import ResponseSeen
from city.views.wall_view import WallView
from layers.contract import MapSetting
from layers.marks.cameras import Cameras as CameraMarks
from layouts.cards.wall.cameras import Cameras

NOW = 1_800_000_000.0
LON, LAT = 121.52, 31.22
UNDERPASS = ClosureSeen("d1", "closed", NOW, "", "", LON, LAT)
LONG_AGO = NOW - LOST_AFTER_S - 1
TOLD: dict[str, tuple[dict[str, Any], str, float | None]] = {
    "well": ({"picture_at": NOW - 4}, "live", None),
    "unplugged": ({"state": "offline", "picture_at": NOW - 9}, "lost", NOW - 9),
    "silent": ({"at": LONG_AGO, "received": LONG_AGO}, "lost", LONG_AGO),
    "frozen": ({"picture_at": NOW - 4, "same_since": NOW - 400}, "frozen", NOW - 400),
    "black": ({"picture_at": NOW - 4, "dark_since": NOW - 200}, "black", NOW - 200),
}


def city(name: str) -> CityState:
    """Return a city with one camera, at an underpass's place."""
    told = TOLD[name][0]
    if "picture_at" in told:
        told = {**told, "picture_received": told["picture_at"]}
    state = CityState(LedgerState(clock=CityClock(NOW, NOW)))
    state.ledger.cameras["k"] = Camera("k", "羽山路巨野路", Place(LON, LAT, "310115004"))
    columns = state.measured.cameras
    columns.set(columns.row("k"), {"at": NOW - 5, "received": NOW - 5, "state": "online", **told})
    return state


@pytest.mark.parametrize("name", TOLD)
def test_every_place_that_shows_a_camera_says_the_same_of_it(name: str) -> None:
    _, word, since = TOLD[name]
    seen = WallView().see(city(name), NOW)
    [(_, on_wall)] = Cameras().view(seen, NOW).rows
    assert (on_wall["word"], on_wall["since"], on_wall["well"]) == (word, since, word == "live")
    urgent = msgspec.structs.replace(seen, response=ResponseSeen(mode="emergency"), closures=(UNDERPASS,))
    [(_, in_preset)] = Cameras(key="preset", preset=True).view(urgent, NOW).rows
    assert in_preset == {**on_wall, "metres": None}
    frame = CameraMarks(MapSetting((LON - 1, LAT - 1, LON + 1, LAT + 1))).frame(seen, NOW)
    assert (frame.meta["lost"], frame.columns["marker"]) == (
        (0, ["square"]) if word == "live" else (1, ["square_x"])
    )
    [near] = nearest_cameras(city(name), LON, LAT, NOW)
    assert (near.word, near.since) == (word, since)
