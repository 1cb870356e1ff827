"""视频: pictures of a few cameras: on a wide wall, and in an emergency the preset of every wall."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from city.clocks.city_clock import CityClock
from city.places.distance import metres_to_points
from city.places.road_names import spot_in
from city.views.wall_seen import CameraSeen, WallSeen
from layouts.contract import Row, View, each_second

__all__ = ["MOST", "NEAR_M", "PRESET", "Cameras"]

MOST: Final = 3
PRESET: Final = 4
"""Pictures of the preset in an emergency (2 × 2)."""
NEAR_M: Final = 1000.0
"""Metres within which a camera is near a case, as on the desk."""

SHUT: Final = ("closed", "closing", "reopening", "suggested")
"""States of an underpass that a camera is wanted for, the first ones first."""


class Cameras:
    """Rows by cameras' ids: at most three, in an emergency four.

    Of a row: ``label`` (roads and side that its name surely holds), ``street``; ``metres`` to the place
    that it is shown for, None when it is shown for the core; ``why``: closure, case, incident or core;
    ``well``, and when it is not ``word`` (lost, frozen, black) and ``since`` (city seconds; of its last
    picture when it is lost), None = never.
    Which cameras stand here depends on the registry, the closures and the set of critical cases alone: one
    that fails keeps its place. In an emergency closed underpasses come first, then incidents, then cases.
    ``preset``: the card has rows in an emergency only.
    """

    reads = ("cameras", "registry", "marks", "incidents", "closures", "response", each_second)

    def __init__(
        self,
        lon: float = float("nan"),
        lat: float = float("nan"),
        *,
        key: str = "cameras",
        preset: bool = False,
    ) -> None:
        """Take the middle of the dense core, WGS84 degrees; without it the first ids stand for the core."""
        self.key = key
        self._core = lon, lat
        self._preset = preset

    def near(self, lon: float, lat: float) -> Self:
        """Return the same card of a city whose dense core is at a place."""
        return type(self)(lon, lat, key=self.key, preset=self._preset)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        is_emergency = seen.response.mode == "emergency"
        if self._preset and not is_emergency:
            return View(now, {})
        cameras = sorted(seen.cameras, key=lambda c: c.id)
        chosen: dict[int, tuple[float | None, str]] = {}
        most = PRESET if is_emergency else MOST
        for row, metres, why in _offered(cameras, _places(seen, is_emergency=is_emergency), self._core, most):
            if len(chosen) == most:
                break
            chosen.setdefault(row, (metres, why))
        rows = [_row(cameras[row], metres, why, seen.clock, now) for row, (metres, why) in chosen.items()]
        return View(now, {}, rows)


Spot = tuple[float, float, str]
"""A place that cameras are wanted for: lon, lat, and why."""


def _places(seen: WallSeen, *, is_emergency: bool) -> list[Spot]:
    """Return the places that come first, the worst first."""
    critical = [c for c in seen.cases if c.urgency == "critical" and c.lon == c.lon]
    critical.sort(key=lambda c: (not c.hazard, -c.at, c.key))
    spots: list[Spot] = []
    if is_emergency:
        shut = [c for c in seen.closures if c.state in SHUT and c.lon == c.lon]
        shut.sort(key=lambda c: (SHUT.index(c.state), -c.depth_cm, c.device))
        spots += [(one.lon, one.lat, "closure") for one in shut]
        spots += [(one.lon, one.lat, "incident") for one in seen.incidents if one.lon == one.lon]
    return spots + [(one.lon, one.lat, "case") for one in critical]


def _offered(
    cameras: Sequence[CameraSeen], places: Sequence[Spot], core: tuple[float, float], most: int
) -> Iterator[tuple[int, float | None, str]]:
    """Yield rows of cameras, metres and why: the nearest of each place, the next, then the core's."""
    lon = np.array([camera.lon for camera in cameras], dtype=np.float64)
    lat = np.array([camera.lat for camera in cameras], dtype=np.float64)
    first = places[:most]
    reach = [metres_to_points(place[0], place[1], lon, lat) for place in first]
    orders = [_nearest(metres) for metres in reach]
    for turn in range(min(most, len(cameras))):
        for (_, _, why), metres, order in zip(first, reach, orders, strict=True):
            if metres[order[turn]] <= NEAR_M:
                yield int(order[turn]), float(metres[order[turn]]), why
    for row in _nearest(metres_to_points(*core, lon, lat)):
        yield int(row), None, "core"


def _nearest(metres: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(metres, kind="stable")


def _row(camera: CameraSeen, metres: float | None, why: str, clock: CityClock, now: float) -> Row:
    state = camera.state_at(now, clock)
    fields: dict[str, Any] = {
        "label": spot_in(camera.name), "street": camera.street,
        "metres": None if metres is None else round(metres), "why": why,
        "well": state.is_well, "word": state.word, "since": state.since,
    }  # fmt: skip
    return camera.id, fields
