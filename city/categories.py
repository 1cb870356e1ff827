"""Categories: the classes of cases (GB/T 30428.2 numbering) with their limits and first owners.

The shipped table is ``static/tables/categories.csv``; a district replaces it by its own. Columns:
``kind`` (component | event), ``code`` (major + minor, four digits), ``system`` (GBT30428.2 | LOCAL),
``name_zh`` (the words on screens), ``name_en``, ``minor_zh`` (the class's name in the standard),
``limit_value``, ``limit_unit``, ``hazard`` (yes | no), ``owner`` (an agency's short name, or 属地 for the
street where it lies), ``domain``. The limits are defaults, to be set by the centre.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

__all__ = ["DOMAINS", "KINDS", "LIMIT_UNITS", "TERRITORY", "Category", "read"]

KINDS: Final = ("component", "event")
SYSTEMS: Final = ("GBT30428.2", "LOCAL")
LIMIT_UNITS: Final = ("urgent_hour", "office_hour", "office_day", "calendar_day")
DOMAINS: Final = ("facility", "maintenance", "environment", "traffic", "safety", "enforcement")
TERRITORY: Final = "属地"
"""The owner of what belongs to the street or town where it lies."""


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
        """Return ``kind:code``, the name of the class within its table."""
        return f"{self.kind}:{self.code}"

    @property
    def major(self) -> str:
        """Return the two digits of the major class."""
        return self.code[:2]

    @property
    def territorial(self) -> bool:
        """Whether it first goes to the street and not to a line agency."""
        return self.owner == TERRITORY


def read(rows: Iterable[Mapping[str, str]]) -> tuple[Category, ...]:
    """Return the categories of a table's rows, in the table's order.

    Raises ValueError naming the row (the header is row 1) and the column.
    """
    found: dict[str, Category] = {}
    for number, row in enumerate(rows, start=2):
        category = _category(number, row)
        if category.key in found:
            raise ValueError(f"row {number}, code: {category.key} stands in the table twice")
        found[category.key] = category
    return tuple(found.values())


def _category(number: int, row: Mapping[str, str]) -> Category:
    code = _text(number, row, "code")
    if len(code) != 4 or not (code.isascii() and code.isdigit()):
        raise ValueError(f"row {number}, code: expected four digits, got {code!r}")
    value = _text(number, row, "limit_value")
    if not (value.isascii() and value.isdigit()) or int(value) == 0:
        raise ValueError(f"row {number}, limit_value: expected a whole number, got {value!r}")
    return Category(
        kind=_one_of(number, row, "kind", KINDS),
        code=code,
        system=_one_of(number, row, "system", SYSTEMS),
        name_zh=_text(number, row, "name_zh"),
        name_en=_text(number, row, "name_en"),
        minor_zh=_text(number, row, "minor_zh"),
        limit_value=int(value),
        limit_unit=_one_of(number, row, "limit_unit", LIMIT_UNITS),
        hazard=_one_of(number, row, "hazard", ("yes", "no")) == "yes",
        owner=_text(number, row, "owner"),
        domain=_one_of(number, row, "domain", DOMAINS),
    )


def _text(number: int, row: Mapping[str, str], column: str) -> str:
    value = (row.get(column) or "").strip()
    if not value:
        raise ValueError(f"row {number}, {column}: it is empty or missing")
    return value


def _one_of(number: int, row: Mapping[str, str], column: str, words: tuple[str, ...]) -> str:
    value = _text(number, row, column)
    if value not in words:
        raise ValueError(f"row {number}, {column}: expected {', '.join(words)}, got {value!r}")
    return value
