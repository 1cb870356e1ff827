"""Filing conditions: when a class is filed, when it counts as done, how long it may take (``standards.csv``).

Columns: ``class`` (``event:0405``), ``no`` (1 = the class's default), ``condition``, ``closing``,
``limit_value``, ``limit_unit`` (of city.state.case_file.LIMIT_UNITS), ``hazard`` (yes | no),
``make_safe_min`` (minutes until a hazard must be made safe), ``version``, ``valid_from``, ``valid_to``.
The limits are defaults that the centre may change.
"""

from collections.abc import Iterable

import msgspec

from city.dispatch.tables.cells import Cells, WrongCell
from city.state.case_file import LIMIT_UNITS

__all__ = ["Standard", "StandardRow", "by_class", "standard_of"]


class Standard(msgspec.Struct, frozen=True):
    """One filing condition of a class (``CaseStandard``); ``key`` is ``<kind>:<code>#<row>``."""

    key: str
    category: str
    condition: str
    closing: str
    limit_value: int
    limit_unit: str
    make_safe_min: int | None = None
    hazard: bool = False


class StandardRow(msgspec.Struct, frozen=True):
    """A row: the standard, its number within the class, and the days on which it is valid."""

    standard: Standard
    no: int
    version: str
    valid_from: str
    valid_to: str


def standard_of(cells: Cells) -> StandardRow:
    """Read one row of ``standards.csv``. Raises WrongCell."""
    category, no, hazard = cells.class_key("class"), cells.whole("no"), cells.yes("hazard")
    minutes = cells.whole("make_safe_min", empty=0)
    if hazard and not minutes:
        raise WrongCell("make_safe_min", "it is empty, and hazard is yes")
    if minutes and not hazard:
        raise WrongCell("make_safe_min", "expected an empty cell where hazard is no")
    standard = Standard(
        key=f"{category}#{no}",
        category=category,
        condition=cells.text("condition"),
        closing=cells.text("closing"),
        limit_value=cells.whole("limit_value"),
        limit_unit=cells.one_of("limit_unit", LIMIT_UNITS),
        make_safe_min=minutes or None,
        hazard=hazard,
    )
    valid_from, valid_to = cells.days()
    return StandardRow(standard, no, cells.text("version"), valid_from, valid_to)


def by_class(rows: Iterable[StandardRow]) -> dict[str, tuple[Standard, ...]]:
    """Return the conditions of each class, its default first."""
    found: dict[str, tuple[Standard, ...]] = {}
    for row in sorted(rows, key=lambda row: row.no):
        category = row.standard.category
        found[category] = (*found.get(category, ()), row.standard)
    return found
