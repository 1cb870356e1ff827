"""The cameras of the invented city: places, health, detections and pictures."""

import base64
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from city.clocks.timestamps import iso
from feeds.sources.demo.cases.rhythm import HOURS
from feeds.sources.demo.chance import dice, hour_of
from feeds.sources.demo.feeds.pictures import street_picture
from feeds.sources.demo.feeds.rain import Rain
from feeds.sources.demo.ground import Ground, Place

__all__ = ["DETECTIONS", "PICTURES_PER_S", "Camera", "Cameras"]

COUNT: Final = 200
_HEALTH_S: Final = 300.0
_LOOK_S: Final = 240.0
_OFFLINE: Final = 0.02
_FOCUS: Final = 4
PICTURES_PER_S: Final = 4
"""One picture per second is from near an important case, the others are from all cameras in turn."""

DETECTIONS: Final = {
    "shop_overflow": (20, "店外经营"),
    "unlicensed_vendor": (14, "无照游商"),
    "road_trading": (12, "占道经营"),
    "piled_materials": (8, "乱堆物料"),
    "bicycles_left": (22, "非机动车乱停"),
    "illegal_advertising": (3, "违规户外广告"),
    "bagged_rubbish": (8, "打包垃圾"),
    "illegal_awning": (4, "违规撑伞"),
    "bin_overflow": (10, "垃圾箱满溢"),
    "laundry": (6, "沿街晾晒"),
    "fire_lane_blocked": (3, "占用消防通道"),
    "flooding": (1, "道路积水"),
}
"""Class → its frequency and its label."""
_CLEAR: Final = 0.02
"""Share of the detections that the algorithm is sure of: about 30 an hour by day, few by night."""


class Camera(msgspec.Struct, frozen=True):
    """One camera; ``place`` is also its name. ``phase`` 0..1 spreads the cameras over time."""

    name: str
    label: str
    place: Place
    azimuth: int
    phase: float
    offline: bool


class Cameras:
    """``scale`` × 200 cameras; ``stretch`` (at least 1) lengthens their intervals in a fast city."""

    def __init__(self, ground: Ground, *, scale: int = 1, seed: int = 1, stretch: float = 1.0) -> None:
        self._seed = seed
        self._stretch = max(stretch, 1.0)
        self._rain = Rain(seed=seed)
        self.all = tuple(_placed_cameras(ground, scale, seed))
        self._weights = [weight for weight, _ in DETECTIONS.values()]

    def registrations(self, now: float) -> list[dict[str, Any]]:
        """Return the `camera` records; ``now`` is epoch seconds."""
        return [
            {
                "id": f"reg-{camera.name}",
                "at": iso(now),
                "kind": "camera",
                "camera": camera.name,
                "name": camera.label,
                "lon": camera.place.lon,
                "lat": camera.place.lat,
                "azimuth": camera.azimuth,
                "fov": 70,
                "privacy": "public_scene",
            }
            for camera in self.all
        ]

    def reports(self, since: float, until: float) -> list[dict[str, Any]]:
        """Return health and detections of (since, until], the newest of each camera."""
        records = []
        for camera in self.all:
            turn, at = _newest(camera, until, _HEALTH_S * self._stretch)
            if at > since:
                records.append(self._health(camera, "health", at, turn))
            turn, at = _newest(camera, until, _LOOK_S * self._stretch)
            if at > since and not camera.offline:
                records += self._detected(camera, turn, at)
        return records

    def pictures(self, now: float, near: Iterable[Place] = ()) -> list[dict[str, Any]]:
        """Return PICTURES_PER_S snapshots of this second of city time divided by ``stretch``.

        ``near`` are places of interest; their nearest cameras send a picture every few seconds.
        """
        turn = int(now / self._stretch)
        working = [camera for camera in self.all if not camera.offline]
        rolling = PICTURES_PER_S - 1
        chosen = [working[(turn * rolling + n) % len(working)] for n in range(rolling)]
        focus = self._nearest(working, near)
        chosen.append(focus[turn % len(focus)] if focus else working[turn % len(working)])
        return [self._snapshot(camera, now, f"p{now:.1f}") for camera in dict.fromkeys(chosen)]

    def _nearest(self, working: list[Camera], near: Iterable[Place]) -> list[Camera]:
        found = [min(working, key=lambda c: place.metres_to(c.place.lon, c.place.lat)) for place in near]
        return list(dict.fromkeys(found))[:_FOCUS]

    def _snapshot(self, camera: Camera, now: float, number: str, box: Sequence[float] = ()) -> dict[str, Any]:
        """Return a picture; with ``box`` there is something that an algorithm has found."""
        here = (np.array([camera.place.lon]), np.array([camera.place.lat]), np.array([now]))
        jpeg = street_picture(camera.name, now, rain_mmh=float(self._rain.rate(*here)[0]), found=box)
        return {
            "id": f"{camera.name}-{number}",
            "at": iso(now),
            "kind": "snapshot",
            "camera": camera.name,
            "jpeg": base64.b64encode(jpeg).decode("ascii"),
        }

    @staticmethod
    def _health(camera: Camera, kind: str, at: float, turn: int) -> dict[str, Any]:
        state = "offline" if camera.offline else "online"
        return {
            "id": f"{camera.name}-h{turn}",
            "at": iso(at),
            "kind": kind,
            "camera": camera.name,
            "state": state,
        }

    def _detected(self, camera: Camera, turn: int, at: float) -> list[dict[str, Any]]:
        rng = dice(self._seed, "detection", camera.name, turn)
        if rng.random() >= 7.0 * HOURS[hour_of(at)]:
            return []
        left, top = rng.uniform(0.05, 0.7), rng.uniform(0.3, 0.7)
        box = [round(v, 3) for v in (left, top, left + 0.22, top + 0.24)]
        what = rng.choices(list(DETECTIONS), self._weights)[0]
        is_clear = rng.random() < _CLEAR
        seen = self._snapshot(camera, at, f"s{turn}", box) if is_clear else None
        return [
            *([seen] if seen is not None else []),
            {
                "id": f"{camera.name}-d{turn}",
                "at": iso(at),
                "kind": "detection",
                "camera": camera.name,
                "class": what,
                "confidence": round(rng.uniform(0.81, 0.98) if is_clear else rng.uniform(0.3, 0.49), 2),
                "box": box,
                "algorithm": "demo-street",
                "version": "1",
            },
        ]


def _newest(camera: Camera, now: float, every: float) -> tuple[int, float]:
    offset = camera.phase * every
    turn = int((now - offset) // every)
    return turn, turn * every + offset


def _placed_cameras(ground: Ground, scale: int, seed: int) -> Iterable[Camera]:
    rng = dice(seed, "cameras")
    crossings = [place for street in ground.streets for place in ground.crossings[street]]
    rng.shuffle(crossings)
    places = list(dict.fromkeys([place for _, place in ground.underpasses] + crossings))
    for number in range(COUNT * scale):
        place = places[number % len(places)]
        azimuth = rng.randrange(8) * 45
        side = ["北", "东北", "东", "东南", "南", "西南", "西", "西北"][azimuth // 45]
        yield Camera(
            name=f"CAM-{number + 1:05d}",
            label=f"{place.road}（{side}向）",
            place=place,
            azimuth=azimuth,
            phase=rng.random(),
            offline=rng.random() < _OFFLINE,
        )
