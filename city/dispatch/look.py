"""A case as the steps of dispatch look at it, and what a step says."""

import operator
from collections.abc import Callable, Mapping

import msgspec

from city.dispatch.register import CityObject, Component, Power, RoadOwner, Site, covers
from city.dispatch.roads import on_road
from city.dispatch.route import Reason, Situation
from city.dispatch.rules import APPROVER, TERRITORY, Rule
from city.dispatch.rulings import binding
from city.places import street_key
from city.state import Registered

__all__ = ["Look", "Said", "Tables"]


class Tables(msgspec.Struct, frozen=True):
    """All rule tables as values, current rows only.

    ``rules`` by class, best first; ``register`` and ``sites`` by code; ``powers`` by class and street
    ('' = the rest of the district).
    """

    rules: Mapping[str, tuple[Rule, ...]] = {}
    register: Mapping[str, Component] = {}
    owners: tuple[RoadOwner, ...] = ()
    powers: Mapping[tuple[str, str], Power] = {}
    city_objects: tuple[CityObject, ...] = ()
    sites: Mapping[str, Site] = {}


class Said(msgspec.Struct, frozen=True):
    """What a step says. A step that decides names ``ranked`` holders, the lead first ('' = no street)."""

    reasons: tuple[Reason, ...] = ()
    ranked: tuple[str, ...] = ()
    principle: str = ""
    co: tuple[str, ...] = ()
    confidence: float = 1.0
    owner_state: str = ""
    emergency: tuple[str, ...] = ()
    transferred_up: bool = False
    up_to: str = ""
    ask_ruling: bool = False
    errata: bool = False
    rule: str = ""
    ruling: str = ""


class Look(msgspec.Struct, frozen=True):
    """One case before the tables. ``street`` is the territory's code, '' when the point lies in none."""

    tables: Tables
    situation: Situation
    rulings: Mapping[str, Registered]
    street: str
    streets_near: Callable[[float, float, float], tuple[tuple[str, float], ...]]

    @property
    def category(self) -> str:
        """Return the key of the class."""
        return self.situation.category

    @property
    def component(self) -> Component | None:
        """Return the register's entry of the component that the case is about, if it is of that sort."""
        entry = self.tables.register.get(self.situation.component)
        # The minor class may be wrong (a cover that nobody can read), the major one is plain to see.
        return entry if entry is not None and entry.category[:-2] == self.category[:-2] else None

    @property
    def ruling(self) -> Registered | None:
        """Return the ruling that binds the case."""
        case = self.situation
        return binding(
            self.rulings, self.category, street=self.street, road=case.road, component=case.component
        )

    @property
    def source_rule(self) -> Rule | None:
        """Return the class's rule ``source owner first``."""
        return next((rule for rule in self._rules() if rule.lead == APPROVER), None)

    @property
    def rule(self) -> Rule | None:
        """Return the class's best rule that needs no source."""
        return next((rule for rule in self._rules() if rule.lead != APPROVER), None)

    @property
    def power(self) -> Power | None:
        """Return how far the power over the class has gone down to this street."""
        powers = self.tables.powers
        return powers.get((self.category, street_key(self.street))) or powers.get((self.category, ""))

    @property
    def city_object(self) -> CityObject | None:
        """Return the city-level object that the case is about."""
        place = self.situation.road
        for thing in self.tables.city_objects:
            # 川杨河路 is a road, not the river.
            named = on_road if thing.kind == "navigable_river" else operator.contains
            if covers(thing.classes, self.category) and any(named(place, word) for word in thing.match):
                return thing
        return None

    def road_owners(self) -> tuple[RoadOwner, ...]:
        """Return who may own what lies along the road, the likeliest first; a street's own rows go first."""
        found = [
            row
            for row in self.tables.owners
            if row.street in ("", street_key(self.street))
            and covers(row.classes, self.category)
            and (on_road(self.situation.road, row.road) or self._at(row.road))
        ]
        own = [row for row in found if row.street]
        return tuple(sorted(own or found, key=lambda row: row.rank))

    def brought_up(self) -> tuple[str, ...]:
        """Return every holder that a table brings up for the case, the likeliest first."""
        rule, entry = self.rule, self.component
        likely = rule.likely if rule else ()
        by_rule = (rule.lead, *likely) if rule and rule.lead != TERRITORY else likely
        next_ = (rule.next,) if rule else ()
        close, far = self._neighbours()
        if self.situation.kind == "event":
            return (self.street, *close, *next_, *by_rule, *far)
        registered = (entry.owner, entry.maintainer, *entry.likely) if entry else ()
        owners = tuple(row.owner for row in self.road_owners())
        return (*registered, *owners, *by_rule, self.street, *next_, *close)

    def _at(self, road: str) -> bool:
        thing = self.city_object
        return thing is not None and road == thing.name

    def _rules(self) -> tuple[Rule, ...]:
        rules = self.tables.rules.get(self.category, ())
        return tuple(rule for rule in rules if rule.street in ("", street_key(self.street)))

    def _neighbours(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the other streets across the boundary, and those farther off that an address may mean."""
        case = self.situation
        near = [s for s in self.streets_near(case.lon, case.lat, FAR_M) if s[0] != self.street]
        close = tuple(code for code, metres in near if metres <= CLOSE_M)
        return close, tuple(code for code, metres in near if metres > CLOSE_M)


CLOSE_M, FAR_M = 50.0, 2_000.0
