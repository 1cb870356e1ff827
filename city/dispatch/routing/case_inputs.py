"""Input and result of the dispatch steps: a case with its table rows, and the result of one step."""

import operator
from collections.abc import Callable, Mapping

import msgspec

from city.dispatch.routing.roads import on_road
from city.dispatch.routing.route import Reason, Situation
from city.dispatch.routing.rulings import binding
from city.dispatch.tables.dispatch_rules import APPROVER, TERRITORY, Rule
from city.dispatch.tables.register import CityObject, Component, Power, RoadOwner, Site, covers
from city.places.streets import street_key
from city.state.ledger_state import Registered

__all__ = ["CaseInputs", "StepResult", "Tables"]


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


class StepResult(msgspec.Struct, frozen=True):
    """The result of a step. A step that decides has ``ranked`` holders, the lead first ('' = no street)."""

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


class CaseInputs(msgspec.Struct, frozen=True):
    """One case and the tables. ``street`` is the territory's code, '' when the point lies in no street."""

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
        """Return the register entry of the case's component, if its major class is the case's."""
        entry = self.tables.register.get(self.situation.component)
        # The reported minor class may be wrong (an unreadable cover); the major class is easy to see.
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
        """Return to what degree the power over the class is devolved to this street."""
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
        """Return the possible owners along the road, likeliest first; rows of the street come alone."""
        found = [
            row
            for row in self.tables.owners
            if row.street in ("", street_key(self.street))
            and covers(row.classes, self.category)
            and (on_road(self.situation.road, row.road) or self._at(row.road))
        ]
        own = [row for row in found if row.street]
        return tuple(sorted(own or found, key=lambda row: row.rank))

    def named_holders(self) -> tuple[str, ...]:
        """Return every holder that a table names for the case, likeliest first."""
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
        """Return the other streets close to the point, and those farther away that an address may mean."""
        case = self.situation
        near = [s for s in self.streets_near(case.lon, case.lat, FAR_M) if s[0] != self.street]
        close = tuple(code for code, metres in near if metres <= CLOSE_M)
        return close, tuple(code for code, metres in near if metres > CLOSE_M)


CLOSE_M, FAR_M = 50.0, 2_000.0
