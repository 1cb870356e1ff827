"""Categories: the classes of cases (GB/T 30428.2 numbering) with their limits and first owners.

The shipped table is ``static/tables/categories.csv``; a district may replace it with its own. Columns:
``kind`` (component | event), ``code`` (major + minor, four digits), ``system`` (GBT30428.2 | LOCAL),
``name_zh`` (the name on screens), ``name_en``, ``minor_zh`` (the class's name in the standard),
``limit_value``, ``limit_unit``, ``hazard`` (yes | no), ``owner`` (an agency's short name, or 属地 for the
street where it lies), ``domain``. Limit and hazard are those of the class's default filing condition
(``standards.csv``), the owner is that of its rule (``rules.csv``); ``citywall config check`` compares them.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from city.dispatch.tables.cells import Cells, read_rows

__all__ = [
    "DOMAINS", "KINDS", "LIMIT_UNITS", "TERRITORY", "Category", "ClassRef", "category_of", "labels", "read",
]  # fmt: skip

KINDS: Final = ("component", "event")
SYSTEMS: Final = ("GBT30428.2", "LOCAL")
LIMIT_UNITS: Final = ("urgent_hour", "office_hour", "office_day", "calendar_day")
DOMAINS: Final = ("facility", "maintenance", "environment", "traffic", "safety", "enforcement")
TERRITORY: Final = "属地"
"""The owner of things that belong to the street or town where they lie."""


class ClassRef(NamedTuple):
    """The identity of a class: kind and code, because each kind has its own numbering."""

    kind: str
    code: str
    system: str


class Category(msgspec.Struct, frozen=True):
    """One class of cases; (kind, code) is unique within a table."""

    kind: str
    code: str
    system: str
    name_zh: str
    name_en: str
    minor_zh: str
    limit_value: int
    limit_unit: str
    hazard: bool
    owner: str
    domain: str

    @property
    def key(self) -> str:
        """Return ``kind:code``, which identifies the class within its table."""
        return f"{self.kind}:{self.code}"

    @property
    def ref(self) -> ClassRef:
        """Return the identity of the class, as records have it."""
        return ClassRef(self.kind, self.code, self.system)

    @property
    def major(self) -> str:
        """Return the two digits of the major class."""
        return self.code[:2]

    @property
    def territorial(self) -> bool:
        """Whether cases of the class go first to the street, not to a line agency."""
        return self.owner == TERRITORY


def read(rows: Iterable[Mapping[str, str]]) -> tuple[Category, ...]:
    """Return the categories of a table's rows, in the table's order.

    Raises ValueError that names the row (the header is row 1) and the column.
    """
    found = read_rows(rows, category_of)
    known: set[str] = set()
    for number, category in enumerate(found, start=2):
        if category.key in known:
            raise ValueError(f"row {number}, code: {category.key} is in the table twice")
        known.add(category.key)
    return found


def labels(categories: Iterable[Category]) -> dict[str, tuple[ClassRef, ...]]:
    """Return the classes with each Chinese name: one, or several where a name is used more than once."""
    found: dict[str, tuple[ClassRef, ...]] = {}
    for category in categories:
        found[category.name_zh] = (*found.get(category.name_zh, ()), category.ref)
    return found


def category_of(cells: Cells) -> Category:
    """Read one row of ``categories.csv``. Raises WrongCell."""
    return Category(
        kind=cells.one_of("kind", KINDS),
        code=cells.digits("code", 4),
        system=cells.one_of("system", SYSTEMS),
        name_zh=cells.text("name_zh"),
        name_en=cells.text("name_en"),
        minor_zh=cells.text("minor_zh"),
        limit_value=cells.whole("limit_value"),
        limit_unit=cells.one_of("limit_unit", LIMIT_UNITS),
        hazard=cells.yes("hazard"),
        owner=cells.text("owner"),
        domain=cells.one_of("domain", DOMAINS),
    )
