"""The cameras of an emergency: four, of what a screen must watch (domain §4.6).

Which cameras they are depends on the places to watch and the registry alone, never on a camera's health: one
that fails keeps its place and says so (`CameraSeen.state_at`).
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from city.linkage.gauges import IN_FORCE
from city.places.distance import metres_to_points
from city.views.case_book import marked_of
from city.views.wall_seen import CameraSeen, WallSeen

__all__ = ["MOST", "NEAR_M", "video_preset"]

MOST: Final = 4
NEAR_M: Final = 1000.0
"""A camera that is further from a place does not show it."""
OVER: Final = frozenset({"controlled", "recovering", "closed", "false_alarm"})
"""States of an incident in which nobody has to watch it at once."""
STANDING: Final = ("海塘", "防汛墙", "大堤", "sea wall", "工地", "塔吊", "building site", "枢纽")
"""Words in the names of cameras of sea walls, building sites and hubs, in the order of their places."""

Place = tuple[float, float]


def video_preset(seen: WallSeen) -> tuple[CameraSeen, ...]:
    """Return at most four cameras: of closed underpasses, of critical places, of sea walls and sites.

    A place that comes later takes a later position, so that the others do not jump; one camera is shown once.
    A place without a camera within 1 km has none.
    """
    cameras = sorted(seen.cameras, key=lambda one: one.id)
    chosen: dict[str, CameraSeen] = {}
    for camera in (*_near(_places(seen), cameras), *_standing(cameras)):
        if len(chosen) == MOST:
            break
        chosen.setdefault(camera.id, camera)
    return tuple(chosen.values())


def _places(seen: WallSeen) -> list[Place]:
    """Return the places to watch, the oldest of each kind first."""
    closures = [one for one in seen.closures if one.state in IN_FORCE]
    closures.sort(key=lambda one: (one.state == "reopening", one.at, one.device))
    critical = [case for case in marked_of(seen.cases, seen.book) if case.urgency == "critical"]
    marks = {case.key for case in critical}
    incidents = [one for one in seen.incidents if one.state not in OVER and marks.intersection(one.cases)]
    incidents.sort(key=lambda one: (one.opened_at, one.id))
    carried = {mark for one in incidents for mark in one.cases}
    alone = sorted((c for c in critical if c.key not in carried), key=lambda c: (not c.hazard, c.at, c.key))
    every = [(one.lon, one.lat) for part in (closures, incidents, alone) for one in part]
    return [place for place in every if place[0] == place[0]]


def _near(places: Sequence[Place], cameras: Sequence[CameraSeen]) -> Iterator[CameraSeen]:
    """Yield the nearest camera of each place, in their order."""
    lon = np.array([camera.lon for camera in cameras], dtype=np.float64)
    lat = np.array([camera.lat for camera in cameras], dtype=np.float64)
    for place in places if len(cameras) else ():
        metres = metres_to_points(*place, lon, lat)
        nearest = int(metres.argmin())
        if metres[nearest] <= NEAR_M:
            yield cameras[nearest]


def _standing(cameras: Sequence[CameraSeen]) -> Iterator[CameraSeen]:
    """Yield the cameras whose names say that they watch a sea wall, a site or a hub."""
    for word in STANDING:
        yield from (camera for camera in cameras if word in camera.name.lower())
