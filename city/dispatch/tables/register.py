"""Tables of single objects: the component register, owners by road, powers, city objects, sites.

All have ``version``, ``valid_from`` and ``valid_to`` beside these columns. Lists are separated by ``|``.

``register.csv``: ``code`` (16 digits), ``layout`` (L2_2_6 or L2_3_5, domain trap 8), ``class``, ``lon``,
``lat``, ``accuracy_m``, ``street``, ``road``, ``owner``, ``maintainer``, ``delegated`` (yes: the maintainer
acts for the owner), ``owner_state``, ``likely``, ``status``, ``surveyed_on``.
``owners.csv``: ``id``, ``road``, ``street`` ('' = everywhere), ``classes`` (keys, or ``component:01*``),
``owner``, ``rank`` (1 first; several rows of one road and class are several possible owners).
``devolution.csv``: ``class``, ``street`` ('' = the rest), ``state``, ``agency``.
``city_objects.csv``: ``id``, ``kind``, ``name``, ``match`` (words in a place's name), ``classes``,
``channel``.
``sites.csv``: ``id``, ``kind``, ``name``, ``street``, ``road``, ``approver``.
"""

from typing import Final

import msgspec

from city.dispatch.tables.cells import Cells, WrongCell

__all__ = [
    "LAYOUTS", "OWNER_STATES", "POWER_STATES", "CityObject", "Component", "Power", "RoadOwner", "Site",
    "city_object_of", "classes_of", "component_of", "covers", "power_of", "road_owner_of", "site_of",
]  # fmt: skip

LAYOUTS: Final = ("L2_2_6", "L2_3_5")
OWNER_STATES: Final = ("confirmed", "disputed", "unknown", "ruled_interim", "ruled_final")
STATUSES: Final = ("intact", "damaged", "missing", "occupied", "abandoned")
POWER_STATES: Final = ("not_devolved", "transitional", "devolved")
SITE_KINDS: Final = ("building_site", "borrow_pit", "road_works", "disposal_site")
OBJECT_KINDS: Final = ("navigable_river", "expressway", "metro", "other")


class Component(msgspec.Struct, frozen=True):
    """One component of the register. The position is in WGS84 degrees, accurate to ``accuracy_m`` metres."""

    code: str
    layout: str
    category: str
    lon: float
    lat: float
    accuracy_m: str
    street: str
    road: str
    owner: str
    maintainer: str
    delegated: bool
    owner_state: str
    likely: tuple[str, ...]
    status: str
    surveyed_on: str
    version: str
    valid_from: str
    valid_to: str

    @property
    def is_owned(self) -> bool:
        """Whether its owner is confirmed or ruled."""
        return self.owner_state not in ("disputed", "unknown")


class RoadOwner(msgspec.Struct, frozen=True):
    """An owner of components along a road."""

    id: str
    road: str
    street: str
    classes: tuple[str, ...]
    owner: str
    rank: int
    version: str
    valid_from: str
    valid_to: str


class Power(msgspec.Struct, frozen=True):
    """To what degree the power over a class is devolved to a street; ``agency`` has or had it."""

    category: str
    street: str
    state: str
    agency: str
    version: str
    valid_from: str
    valid_to: str


class CityObject(msgspec.Struct, frozen=True):
    """An object for which the city is responsible; ``channel`` is the name of the city body."""

    id: str
    kind: str
    name: str
    match: tuple[str, ...]
    classes: tuple[str, ...]
    channel: str
    version: str
    valid_from: str
    valid_to: str


class Site(msgspec.Struct, frozen=True):
    """An approved site that may cause problems; ``approver`` is the agency that approved it."""

    id: str
    kind: str
    name: str
    street: str
    road: str
    approver: str
    version: str
    valid_from: str
    valid_to: str


def covers(classes: tuple[str, ...], category: str) -> bool:
    """Whether a list of classes (keys, or prefixes that end in ``*``) includes a class."""
    return any(
        category.startswith(wanted[:-1]) if wanted.endswith("*") else wanted == category for wanted in classes
    )


def component_of(cells: Cells) -> Component:
    """Read one row of ``register.csv``. Raises WrongCell."""
    code, layout = cells.digits("code", 16), cells.one_of("layout", LAYOUTS)
    category = cells.class_key("class")
    minor = code[8:10] if layout == "L2_2_6" else _minor(code[8:11])
    if category != f"component:{code[6:8]}{minor}":
        raise WrongCell("class", f"expected component:{code[6:8]}{minor} as the code says, got {category!r}")
    state, owner = cells.one_of("owner_state", OWNER_STATES), cells.maybe("owner")
    if state not in ("disputed", "unknown") and not owner:
        raise WrongCell("owner", f"it is empty, and owner_state is {state}")
    delegated = cells.yes("delegated")
    if delegated and not cells.maybe("maintainer"):
        raise WrongCell("maintainer", "it is empty, and delegated is yes")
    valid_from, valid_to = cells.days()
    return Component(
        code, layout, category, cells.degrees("lon", 180), cells.degrees("lat", 90),
        cells.one_of("accuracy_m", ("0.5", "1", "10")), cells.text("street"), cells.maybe("road"), owner,
        cells.maybe("maintainer"), delegated, state, cells.several("likely"),
        cells.one_of("status", STATUSES), cells.day("surveyed_on"), cells.text("version"), valid_from,
        valid_to,
    )  # fmt: skip


def _minor(digits: str) -> str:
    """Return the two digits of a three-digit minor: 001 as 01, an extension (999 down) as 99."""
    if not (digits <= "079" or digits >= "980"):
        raise WrongCell("code", f"expected a minor class of 001 - 079 or 980 - 999, got {digits}")
    return digits[1:]


def road_owner_of(cells: Cells) -> RoadOwner:
    """Read one row of ``owners.csv``. Raises WrongCell."""
    return RoadOwner(
        cells.text("id"), cells.text("road"), cells.maybe("street"), classes_of(cells), cells.text("owner"),
        cells.whole("rank"), cells.text("version"), *cells.days(),
    )  # fmt: skip


def power_of(cells: Cells) -> Power:
    """Read one row of ``devolution.csv``. Raises WrongCell."""
    state = cells.one_of("state", POWER_STATES)
    agency = cells.maybe("agency") if state == "devolved" else cells.text("agency")
    return Power(
        cells.class_key("class"), cells.maybe("street"), state, agency, cells.text("version"), *cells.days()
    )  # fmt: skip


def city_object_of(cells: Cells) -> CityObject:
    """Read one row of ``city_objects.csv``. Raises WrongCell."""
    match = cells.several("match")
    if not match:
        raise WrongCell("match", "expected at least one word that names it in a place")
    return CityObject(
        cells.text("id"), cells.one_of("kind", OBJECT_KINDS), cells.text("name"), match, classes_of(cells),
        cells.text("channel"), cells.text("version"), *cells.days(),
    )  # fmt: skip


def site_of(cells: Cells) -> Site:
    """Read one row of ``sites.csv``. Raises WrongCell."""
    return Site(
        cells.text("id"), cells.one_of("kind", SITE_KINDS), cells.text("name"), cells.maybe("street"),
        cells.maybe("road"), cells.text("approver"), cells.text("version"), *cells.days(),
    )  # fmt: skip


def classes_of(cells: Cells, *, empty: bool = False) -> tuple[str, ...]:
    """Return the ``classes`` of a row: keys, or prefixes that end in ``*``; () only if it may be empty."""
    classes = cells.several("classes")
    if not classes and not empty:
        raise WrongCell("classes", "expected at least one class such as event:0125 or component:01*")
    for wanted in classes:
        kind, _, code = wanted.partition(":")
        digits = code.removesuffix("*")
        right = len(digits) < 4 if code.endswith("*") else len(digits) == 4
        if kind not in ("component", "event") or not right or not (digits.isdigit() or not digits):
            raise WrongCell(
                "classes", f"expected a class such as event:0125 or component:01*, got {wanted!r}"
            )
    return classes
