"""The moving units of the invented city: on patrol, sent to important cases, or out for a linkage task."""

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import msgspec

from city.clocks.timestamps import iso
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.cases.tracks import FLOOD
from feeds.sources.demo.chance import Dice, dice
from feeds.sources.demo.feeds.routes import Fix, Leg, Route, leg, patrol
from feeds.sources.demo.ground import M_PER_LAT, M_PER_LON, Ground, Place

__all__ = ["EVERY_S", "FLEETS", "STREET_SIGNS", "Drive", "Fleet", "Units"]

EVERY_S: Final = 10.0
_RETURN_S: Final = 600.0
_OUT_OF_SERVICE: Final = 0.02


class Fleet(msgspec.Struct, frozen=True):
    """Vehicles of one kind (domain 3.8) and agency; ``sign`` is the prefix of their call signs."""

    kind: str
    agency: str
    sign: str
    count: int


FLEETS: Final = (
    Fleet("patrol_car", "公安", "公安巡", 60),
    Fleet("motorcycle", "交警", "交警铁骑", 24),
    Fleet("fire_engine", "消防", "消防", 24),
    Fleet("ambulance", "急救", "急救", 24),
    Fleet("pump_truck", "水务", "泵车", 12),
    Fleet("sweeper", "环卫", "环卫扫", 50),
    Fleet("watering_cart", "环卫", "环卫洒", 16),
    Fleet("garbage_truck", "环卫", "环卫运", 24),
    Fleet("tow_truck", "交警", "清障", 8),
    Fleet("crane_truck", "绿化市容", "绿化吊", 6),
    Fleet("power_repair", "电力", "电力抢", 12),
    Fleet("gas_repair", "燃气", "燃气抢", 10),
    Fleet("water_repair", "供水", "供水抢", 8),
    Fleet("greening_team", "绿化市容", "绿化队", 8),
    Fleet("squad", "城管", "城管队", 14),
)

STREET_SIGNS: Final = ("城管组", "保洁队")
"""The squads of each street: its short name stands before these call signs."""

_SENT: Final = {
    FLOOD: ("pump_truck", "pump_truck", "fire_engine", "motorcycle"),
    "event:0502": ("gas_repair", "gas_repair", "fire_engine", "patrol_car"),
    "event:0695": ("gas_repair", "patrol_car"),
    "event:0501": ("water_repair", "motorcycle"),
    "event:0505": ("patrol_car", "motorcycle", "squad"),
    "event:0506": ("pump_truck", "squad"),
    "event:0508": ("power_repair", "patrol_car"),
    "event:0114": ("sweeper", "sweeper", "watering_cart", "squad"),
    "component:0402": ("greening_team", "crane_truck", "squad"),
    "component:0131": ("motorcycle", "squad"),
    "component:0211": ("tow_truck", "motorcycle"),
}
_OTHERWISE: Final = ("squad", "patrol_car")


class _Unit(msgspec.Struct, frozen=True):
    name: str
    call_sign: str
    fleet: Fleet
    home: Place
    route: Route
    phase: float
    working: bool


class Drive(msgspec.Struct, frozen=True):
    """A unit on its way to a linkage task: WGS84 degrees; city times in epoch seconds.

    ``leaves`` is infinite while the task is not done.
    """

    task: str
    unit: str
    lon: float
    lat: float
    departs: float
    leaves: float = math.inf


class _Order(msgspec.Struct, frozen=True):
    """A unit's drive to a case or task (``task`` '' for a case) and back; times are epoch seconds."""

    out: Leg
    home: Leg
    departs: float
    leaves: float
    task: str = ""


class Units:
    """The units of FLEETS, and of each street STREET_SIGNS; one position each per EVERY_S × ``stretch`` city
    seconds."""

    def __init__(self, ground: Ground, *, seed: int, stretch: float = 1.0) -> None:
        self._every = EVERY_S * max(stretch, 1.0)
        self.all = tuple(_all_units(ground, seed))
        self._numbers = {unit.name: number for number, unit in enumerate(self.all)}
        self._orders: dict[int, _Order] = {}
        self._answered: dict[str, float] = {}

    def nearest(
        self, kinds: Iterable[str], agencies: Iterable[str], lon: float, lat: float, at: float, *,
        taken: Collection[str] = (),
    ) -> str:  # fmt: skip
        """Return the nearest free unit of some kinds and agencies (short names), '' for none.

        ``taken`` are units that are free only on the map: they were just ordered.
        """
        wanted, owners = frozenset(kinds), frozenset(agencies)
        found = []
        for number, unit in enumerate(self.all):
            fits = unit.fleet.kind in wanted and unit.fleet.agency in owners and unit.name not in taken
            if fits and unit.working and number not in self._orders:
                here = unit.route.at(at + unit.phase)
                metres = math.hypot((here.lon - lon) * M_PER_LON, (here.lat - lat) * M_PER_LAT)
                found.append((metres, unit.name))
        return min(found)[1] if found else ""

    def positions(
        self, since: float, until: float, stories: Iterable[Story], drives: Iterable[Drive] = ()
    ) -> list[dict[str, Any]]:
        """Return the newest position of each unit that reports in (since, until], epoch seconds.

        ``stories`` are the open cases; urgent and critical ones get the nearest free units. ``drives`` are
        those of the linkage tasks, each time all of them; they go before the cases.
        """
        self._give_orders(until, stories)
        for drive in drives:
            self._follow(drive, until)
        records = []
        for number, unit in enumerate(self.all):
            offset = (number % 100) / 100 * self._every
            at = (until - offset) // self._every * self._every + offset
            if at > since:
                records.append(self._record(number, unit, at))
        return records

    def _record(self, number: int, unit: _Unit, at: float) -> dict[str, Any]:
        state, fix = self._where(number, unit, at)
        return {
            "id": f"{unit.name}-{at:.1f}",
            "at": iso(at),
            "unit": unit.name,
            "call_sign": unit.call_sign,
            "kind": unit.fleet.kind,
            "agency": unit.fleet.agency,
            "lon": round(fix.lon, 6),
            "lat": round(fix.lat, 6),
            "speed": round(fix.speed, 1),
            "heading": fix.heading,
            "state": state,
        }

    def _where(self, number: int, unit: _Unit, at: float) -> tuple[str, Fix]:
        order = self._orders.get(number)
        if order is not None and at >= order.departs:
            if at >= order.leaves:
                return "returning", order.home.at(at - order.leaves)
            state = "en_route" if at < order.departs + order.out.whole_s else "on_scene"
            return state, order.out.at(at - order.departs)
        if not unit.working:
            return "out_of_service", Fix(unit.home.lon, unit.home.lat, 0.0, 0.0)
        return "standby", unit.route.at(at + unit.phase)

    def _give_orders(self, now: float, stories: Iterable[Story]) -> None:
        for number in [n for n, o in self._orders.items() if now > o.leaves + _RETURN_S]:
            del self._orders[number]
        for no in [no for no, ends in self._answered.items() if now > ends + _RETURN_S]:
            del self._answered[no]
        for story in sorted(stories, key=lambda s: (s.urgency != "critical", s.reported_at)):
            departs = _departs(story)
            if story.no in self._answered or departs is None or now < departs:
                continue
            self._answered[story.no] = story.ends_at
            for kind in _SENT.get(story.category.key, _OTHERWISE):
                self._send(kind, story, departs)

    def _follow(self, drive: Drive, now: float) -> None:
        """Let a unit drive to its task, or back when the task is done."""
        number = self._numbers.get(drive.unit)
        if number is None or now > drive.leaves + _RETURN_S:
            return
        order = self._orders.get(number)
        if order is not None and order.task == drive.task and order.leaves == drive.leaves:
            return
        unit, goal = self.all[number], (drive.lon, drive.lat)
        if order is not None and order.task == drive.task:
            out = order.out
        else:
            _, here = self._where(number, unit, drive.departs)
            out = leg((here.lon, here.lat), goal)
        home = out
        if math.isfinite(drive.leaves):  # a task that was called off may end on the way
            there = out.at(drive.leaves - drive.departs)
            home = self._home(unit, (there.lon, there.lat), drive.leaves)
        self._orders[number] = _Order(out, home, drive.departs, drive.leaves, drive.task)

    def _send(self, kind: str, story: Story, departs: float) -> None:
        place = story.place
        free = [
            (place.metres_to(unit.home.lon, unit.home.lat), number)
            for number, unit in enumerate(self.all)
            if unit.fleet.kind == kind and unit.working and number not in self._orders
        ]
        if not free:
            return
        number = min(free)[1]
        route, phase = self.all[number].route, self.all[number].phase
        here, goal = route.at(departs + phase), (place.lon, place.lat)
        out = leg((here.lon, here.lat), goal)
        leaves = max(story.fate.done_at, departs + out.whole_s)
        self._orders[number] = _Order(out, self._home(self.all[number], goal, leaves), departs, leaves)

    @staticmethod
    def _home(unit: _Unit, place: tuple[float, float], leaves: float) -> Leg:
        """Return the drive back: the unit is on its patrol exactly when the order ends, at any distance."""
        there = unit.route.at(leaves + _RETURN_S + unit.phase)
        back = leg(place, (there.lon, there.lat))
        return msgspec.structs.replace(
            back, turn_s=back.turn_s / max(back.whole_s, 1.0) * _RETURN_S, whole_s=_RETURN_S
        )


def _departs(story: Story) -> float | None:
    """Return when units depart: immediately for a critical case, else when it is signed."""
    if story.urgency not in ("urgent", "critical"):
        return None
    return 45.0 + (story.fate.file_at if story.urgency == "critical" else story.fate.sign_at)


def _all_units(ground: Ground, seed: int) -> Iterable[_Unit]:
    for fleet in FLEETS:
        rng = dice(seed, "units", fleet.kind)
        for number in range(1, fleet.count + 1):
            stops = ground.crossings[ground.street(rng)]
            yield _unit(f"{fleet.kind}-{number:03d}", f"{fleet.sign}{number:02d}", fleet, stops, rng)
    for street in ground.streets:
        stops, rng = ground.crossings[street], dice(seed, "squads", str(street))
        code, short = stops[0].code, stops[0].short
        for number, sign in enumerate(STREET_SIGNS, start=1):
            own = Fleet("squad", short, f"{short}{sign}", 1)
            yield _unit(f"squad-{code}-{number}", own.sign, own, stops, rng)


def _unit(name: str, call_sign: str, fleet: Fleet, stops: Sequence[Place], rng: Dice) -> _Unit:
    return _Unit(
        name=name, call_sign=call_sign, fleet=fleet, home=rng.choice(stops), route=patrol(rng, stops),
        phase=rng.uniform(0, 7200), working=rng.random() >= _OUT_OF_SERVICE,
    )  # fmt: skip
