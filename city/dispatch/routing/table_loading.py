"""Loading the rule tables: rows of the files to ``Tables`` for the rule book."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from city.dispatch.routing.case_inputs import Tables
from city.dispatch.tables.cells import Cells, current, read_rows
from city.dispatch.tables.dispatch_rules import Rule, rule_of
from city.dispatch.tables.register import city_object_of, component_of, power_of, road_owner_of, site_of

__all__ = ["READERS", "Row", "rule_tables"]

T = TypeVar("T")
Row = Mapping[str, str]

READERS: Final[dict[str, Callable[[Cells], Any]]] = {
    "rules.csv": rule_of,
    "register.csv": component_of,
    "owners.csv": road_owner_of,
    "devolution.csv": power_of,
    "city_objects.csv": city_object_of,
    "sites.csv": site_of,
}
"""File → function that reads one of its rows."""


def rule_tables(rows: Callable[[str], Iterable[Row]], *, on: str) -> Tables:
    """Return the tables with the rows that are valid on an ISO date; ``rows`` returns the rows of a file.

    Raises ValueError that names file, row and column.
    """
    read: dict[str, tuple[Any, ...]] = {}
    for file, reader in READERS.items():
        try:
            every = read_rows(rows(file), reader)
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from error
        read[file] = tuple(row for row in every if current(row.valid_from, row.valid_to, on))
    return Tables(
        rules=_by_class(read["rules.csv"]),
        register={row.code: row for row in read["register.csv"]},
        owners=read["owners.csv"],
        powers={(row.category, row.street): row for row in read["devolution.csv"]},
        city_objects=read["city_objects.csv"],
        sites={row.id: row for row in read["sites.csv"]},
    )


def _by_class(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """Sort the rules of each class by priority, a street's own before the district's."""
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.priority, not rule.street)):
        found[rule.category] = (*found.get(rule.category, ()), rule)
    return found
