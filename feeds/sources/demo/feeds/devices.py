"""The devices of the invented city: their positions, report times and outages."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.clocks.timestamps import iso
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.cases.tracks import FLOOD
from feeds.sources.demo.chance import dice
from feeds.sources.demo.feeds.dips import Dips
from feeds.sources.demo.feeds.rain import Rain
from feeds.sources.demo.feeds.signals import CLASSES, DeviceClass, Look, noise, values
from feeds.sources.demo.ground import Ground, Place

__all__ = ["DEPTH_LEAD_S", "Device", "Devices", "flood_depth"]

Floats = NDArray[np.float64]
Records = dict[str, list[dict[str, Any]]]

DEPTH_LEAD_S: Final = 420.0
"""How long before the first call an underpass starts to fill, seconds."""
_PEAK_CM: Final = 42.0
DIP_EVERY_S: Final = {"water_pressure": 900.0, "gas_pressure": 2400.0}
"""Class → after how long its next device loses pressure for nine minutes."""
DIP_MPA: Final = 0.2
STATIONS: Final = (
    ("黄浦公园站", 121.4896, 31.2440), ("吴淞口站", 121.5070, 31.3870), ("芦潮港站", 121.8480, 30.8560),
    ("三甲港站", 121.7730, 31.2060),
)  # fmt: skip
"""The tide gauges: real stations, whose lines are in ``water_lines.csv``, with invented levels."""
HOUR_OF: Final = frozenset({"rain_gauge", "water_level", "tide"})
"""Classes of gauges whose last hour is shown: a sum of rain, a trend of the water."""
_HOUR_S: Final = 3600.0
_SILENT: Final = 0.015
_ILL: Final = 0.006


class Device(msgspec.Struct, frozen=True):
    """One device with its place and its name."""

    name: str
    kind: DeviceClass
    place: Place
    label: str


class Devices:
    """All devices: 2,000 at ``scale`` 1, 40,000 at ``scale`` 20.

    Intervals grow with the square root of the scale (20 gives about 57 values per second), and with
    ``stretch`` (city seconds per machine second, at least 1), so that a fast city does not send more.
    """

    def __init__(self, ground: Ground, *, scale: int = 1, seed: int = 1, stretch: float = 1.0) -> None:
        self._seed = seed
        self._rain = Rain(seed=seed)
        self.all = tuple(_placed_devices(ground, scale, seed))
        self.interval = np.array([d.kind.interval_s for d in self.all]) * math.sqrt(scale)
        self.interval *= max(stretch, 1.0)
        self._lon = np.array([d.place.lon for d in self.all])
        self._lat = np.array([d.place.lat for d in self.all])
        every = np.arange(len(self.all))
        own = [noise(every, np.full_like(every, turn), seed) * 0.5 + 0.5 for turn in (11, 12, 13, 14)]
        self._who, self._phase = own[0], own[1] * self.interval
        self.silent = own[2] < _SILENT
        self._ill = own[3] < _ILL
        self._class_of = np.array([CLASSES.index(d.kind) for d in self.all])
        slow = math.sqrt(scale) * max(stretch, 1.0)
        self._dips = {
            number: (self._first(number), Dips(seed, CLASSES[number].name, CLASSES[number].count * scale,
                                               every_s=every_s * slow, lasts_s=540.0 * slow))
            for number, every_s in enumerate(map(DIP_EVERY_S.get, (kind.name for kind in CLASSES)))
            if every_s is not None
        }  # fmt: skip
        depth = (d for d in enumerate(self.all) if d[1].kind.name == "road_water_depth")
        self._gauges: dict[Place, int] = {}
        for number, device in depth:
            self._gauges.setdefault(device.place, number)

    def registrations(self, now: float) -> Records:
        """Return the `device` records by client; ``now`` is epoch seconds."""
        found: Records = defaultdict(list)
        for number, device in enumerate(self.all):
            record: dict[str, Any] = {
                "id": f"reg-{device.name}",
                "at": iso(now),
                "kind": "device",
                "device": device.name,
                "class": device.kind.name,
                "name": device.label,
                "lon": device.place.lon,
                "lat": device.place.lat,
                "owner": device.kind.owner,
                "interval_s": round(float(self.interval[number])),
            }
            if device.kind.datum:
                record["datum"] = device.kind.datum
            found[device.kind.client].append(record)
        return found

    def readings(self, since: float, until: float, floods: Iterable[Story] = ()) -> Records:
        """Return the newest reading of each device that reports in (since, until], by client.

        ``floods`` are the stories of flooded underpasses; their gauges show the water.
        """
        return self._said(since, until, ~self.silent, self._depths(floods))

    def _said(
        self, since: float, until: float, of: NDArray[np.bool_], depths: Mapping[int, Story]
    ) -> Records:  # fmt: skip
        serial = np.floor((until - self._phase) / self.interval)
        at = serial * self.interval + self._phase
        due = (at > since) & of & ~self.silent
        found: Records = defaultdict(list)
        for number, kind in enumerate(CLASSES):
            chosen = np.flatnonzero(due & (self._class_of == number))
            if len(chosen):
                serials = serial[chosen].astype(np.int64)
                found[kind.client] += self._class(kind, chosen, serials, at[chosen], depths)
        return found

    def places(self, kind: str) -> list[tuple[float, float]]:
        """Return (lon, lat) of the devices of a class."""
        return [(one.place.lon, one.place.lat) for one in self.all if one.kind.name == kind]

    def tides(self) -> list[tuple[str, float]]:
        """Return the tide gauges with the constant that each has in its curve."""
        return [(one.label, float(self._who[n])) for n, one in enumerate(self.all) if one.kind.name == "tide"]

    def hour_before(self, until: float) -> Iterator[Records]:
        """Yield what the gauges of HOUR_OF measured in the hour before ``until``, oldest first, by client.

        A station that was cut off sends this when it is back, with the times of its measurements. The newest
        reading of each is left to ``readings``.
        """
        chosen = np.isin(self._class_of, [n for n, kind in enumerate(CLASSES) if kind.name in HOUR_OF])
        step = float(self.interval[chosen].min())
        newest = np.floor((until - self._phase) / self.interval)
        for begin in np.arange(until - _HOUR_S, until, step).tolist():
            end = min(begin + step, until)
            older = np.floor((end - self._phase) / self.interval) < newest
            yield self._said(begin, end, chosen & older, {})

    def _first(self, kind: int) -> int:
        return int(np.argmax(self._class_of == kind))

    def _dip(self, kind: int, number: int, at: float) -> float:
        """Return by how much the pressure of a device is lower at a time, MPa."""
        if kind not in self._dips:
            return 0.0
        first, dips = self._dips[kind]
        return DIP_MPA if dips.is_in(number - first, at) else 0.0

    def _class(
        self,
        kind: DeviceClass,
        chosen: NDArray[np.int64],
        serials: NDArray[np.int64],
        at: Floats,
        depths: Mapping[int, Story],
    ) -> list[dict[str, Any]]:
        shake = noise(chosen, serials, self._seed)
        look = Look(
            self._lon[chosen], self._lat[chosen], at, self._who[chosen], self._ill[chosen], shake,
            self._rain,
        )  # fmt: skip
        records, which = [], CLASSES.index(kind)
        measured = values(kind.name, look)
        rows = zip(chosen.tolist(), serials.tolist(), at.tolist(), measured.tolist(), strict=True)
        for (number, serial, moment, value), doubt in zip(rows, shake.tolist(), strict=True):
            story = depths.get(number)
            shown = value if story is None else max(value, flood_depth(story, moment))
            shown -= self._dip(which, number, moment)
            records.append(
                {
                    "id": f"{self.all[number].name}-{serial}",
                    "at": iso(moment),
                    "kind": "reading",
                    "device": self.all[number].name,
                    "metric": kind.metric,
                    "value": round(shown, kind.digits),
                    "unit": kind.unit,
                    "quality": "suspect" if doubt > 0.994 else "good",
                }
            )
        return records

    def _depths(self, floods: Iterable[Story]) -> dict[int, Story]:
        return {
            self._gauges[story.place]: story
            for story in floods
            if story.category.key == FLOOD and story.place in self._gauges
        }


def flood_depth(story: Story, at: float) -> float:
    """Return the water depth in an underpass (cm) at a time of its story (epoch seconds)."""
    begun = story.reported_at - DEPTH_LEAD_S
    falls = story.reported_at + 0.75 * (story.ends_at - story.reported_at)
    if at < falls:
        # 25 cm in about six minutes, then more slowly.
        return _PEAK_CM * (1.0 - math.exp(-max(at - begun, 0.0) / 400.0))
    left = (story.ends_at - at) / max(story.ends_at - falls, 1.0)
    return _PEAK_CM * max(left, 0.0)


def _placed_devices(ground: Ground, scale: int, seed: int) -> Iterable[Device]:
    for kind in CLASSES:
        rng = dice(seed, "devices", kind.name)
        for number in range(kind.count * scale):
            name = f"{kind.prefix}-{number + 1:05d}"
            if kind.name == "road_water_depth" and number < len(ground.underpasses):
                road, place = ground.underpasses[number]
                yield Device(name, kind, place, f"{road}下立交")
            elif kind.name == "tide" and number < len(STATIONS):
                label, lon, lat = STATIONS[number]
                yield Device(name, kind, msgspec.structs.replace(ground.place(rng), lon=lon, lat=lat), label)
            else:
                place = ground.crossing(rng) if number % 3 == 0 else ground.place(rng)
                yield Device(name, kind, place, place.road)
