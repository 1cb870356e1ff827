"""视频: pictures of a few cameras: on a wide wall, and in an emergency the preset of every wall."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from city.clocks.city_clock import CityClock
from city.linkage.gauges import IN_FORCE
from city.places.distance import metres_to_points
from city.places.road_names import spot_in
from city.views.case_book import marked_of
from city.views.response.video_preset import video_preset
from city.views.wall_seen import CameraSeen, CaseSeen, WallSeen
from layouts.contract import Row, View, each_second

__all__ = ["MOST", "NEAR_M", "Cameras"]

MOST: Final = 3
NEAR_M: Final = 1000.0
"""Metres within which a camera is near a case, as on the desk."""


class Cameras:
    """Rows by cameras' ids: near critical cases first, then nearest to the core, at most three.

    In an emergency they are the four of ``video_preset``; ``closed`` is then how many underpasses are closed.
    With ``preset`` the card has rows in an emergency only.
    Of a row: ``label`` (roads and side that its name surely holds), ``street``; ``metres`` to the critical
    case that it is shown for, None when it is shown for the core; ``well``, and when it is not ``word``
    (lost, frozen, black) and ``since`` (city seconds; of its last picture when it is lost), None = never.
    Which cameras stand here depends on the registry and the set of critical cases alone: one that fails keeps
    its place.
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
        if seen.response.mode == "emergency":
            closed = sum(one.state in IN_FORCE for one in seen.closures)
            rows = [_row(camera, None, seen.clock, now) for camera in video_preset(seen)]
            return View(now, {"closed": closed}, rows)
        if self._preset:
            return View(now, {})
        critical = [c for c in marked_of(seen.cases, seen.book) if c.urgency == "critical" and c.lon == c.lon]
        critical.sort(key=lambda c: (not c.hazard, -c.at, c.key))
        cameras = sorted(seen.cameras, key=lambda c: c.id)
        chosen: dict[int, float | None] = {}
        for row, metres in _offered(cameras, critical, self._core):
            if len(chosen) == MOST:
                break
            chosen.setdefault(row, metres)
        return View(now, {}, [_row(cameras[row], m, seen.clock, now) for row, m in chosen.items()])


def _offered(
    cameras: Sequence[CameraSeen], critical: Sequence[CaseSeen], core: tuple[float, float]
) -> Iterator[tuple[int, float | None]]:
    """Yield rows of cameras and metres to their case: the nearest of each case, the next, then the core's."""
    lon = np.array([camera.lon for camera in cameras], dtype=np.float64)
    lat = np.array([camera.lat for camera in cameras], dtype=np.float64)
    reach = [metres_to_points(case.lon, case.lat, lon, lat) for case in critical[:MOST]]
    orders = [_nearest(metres) for metres in reach]
    for place in range(min(MOST, len(cameras))):
        for metres, order in zip(reach, orders, strict=True):
            if metres[order[place]] <= NEAR_M:
                yield int(order[place]), float(metres[order[place]])
    for row in _nearest(metres_to_points(*core, lon, lat)):
        yield int(row), None


def _nearest(metres: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(metres, kind="stable")


def _row(camera: CameraSeen, metres: float | None, clock: CityClock, now: float) -> Row:
    state = camera.state_at(now, clock)
    fields: dict[str, Any] = {
        "label": spot_in(camera.name), "street": camera.street,
        "metres": None if metres is None else round(metres), "well": state.is_well, "word": state.word,
        "since": state.since,
    }  # fmt: skip
    return camera.id, fields
