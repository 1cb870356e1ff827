"""The tables of linkage: ``incident_kinds.csv``, and ``linkage/<incident type>.csv`` with its task templates.

``incident_kinds.csv``: ``key`` (small letters, digits, ``_``: the name of its file too), ``incident_class``
(natural, accident, health, security), ``classes`` (keys or prefixes of case classes; may be empty),
``radius_m``, ``grade`` (proposed), ``needs`` (agencies that the template must have: ``ga/jj|xf`` = ga or jj,
and xf; may be empty), ``version``, ``valid_from``, ``valid_to``.

``linkage/<incident type>.csv``: ``row`` (number, unique), ``agency`` (code, or ``street`` for the territory),
``words`` (text ``task.<words>`` of the catalogues), ``priority``, ``ack_min``, ``arrive_min`` (empty = nobody
has to arrive), ``due_min`` (all three after the order), ``verify_min`` (after it was done), ``evidence``,
``verifier`` (street or inspector), ``unit_kinds`` (may be empty), ``from_grade`` (the row belongs to
incidents of this grade and worse), ``fallback`` (agency that gets the task when nobody acknowledges it;
empty = that of ``agencies.csv``), ``version``. Minutes are whole numbers up to 43,200 (30 days).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

import msgspec

from city.dispatch.tables.cells import Cells, WrongCell, current, read_rows
from city.dispatch.tables.register import classes_of
from city.dispatch.tables.task_templates import (
    DutyNumbers,
    IncidentKind,
    LinkageNumbers,
    LinkageRules,
    TaskTemplate,
)
from city.dispatch.tables.unit_tasks import UNIT_KINDS
from city.state.linkage_records import EVIDENCE, GRADES, PRIORITIES

__all__ = [
    "INCIDENT_CLASSES", "KINDS_FILE", "STREET", "VERIFIERS", "KindRow", "kind_row_of", "linkage_file",
    "linkage_rules", "template_of",
]  # fmt: skip

T = TypeVar("T")

KINDS_FILE: Final = "incident_kinds.csv"
INCIDENT_CLASSES: Final = ("natural", "accident", "health", "security")
VERIFIERS: Final = ("street", "inspector")
STREET: Final = "street"
"""In ``agency``: the street or town in which the incident lies."""
LONGEST_MIN: Final = 43_200


class KindRow(msgspec.Struct, frozen=True):
    """A row of ``incident_kinds.csv``. ``needs``: of each group, one agency must be in the template."""

    kind: IncidentKind
    needs: tuple[tuple[str, ...], ...]
    valid_from: str
    valid_to: str


def linkage_file(kind: str) -> str:
    """Return the name of the table with the task templates of an incident type."""
    return f"linkage/{kind}.csv"


def linkage_rules(
    rows: Callable[[str], Iterable[Mapping[str, str]]], *, on: str,
    numbers: LinkageNumbers, duty: DutyNumbers,
) -> LinkageRules:  # fmt: skip
    """Return the rules of linkage; ``rows`` returns the rows of a file, ``on`` is the ISO date that counts.

    Raises ValueError that names file, row, column and the expected value.
    """
    kinds: dict[str, IncidentKind] = {}
    templates: dict[str, tuple[TaskTemplate, ...]] = {}
    for row in _read(rows, KINDS_FILE, kind_row_of):
        if current(row.valid_from, row.valid_to, on):
            kinds[row.kind.key] = row.kind
    for key in kinds:
        templates[key] = _read(rows, linkage_file(key), template_of(key))
    return LinkageRules(kinds, templates, numbers, duty)


def _read(
    rows: Callable[[str], Iterable[Mapping[str, str]]], file: str, one: Callable[[Cells], T]
) -> tuple[T, ...]:
    try:
        return read_rows(rows(file), one)
    except FileNotFoundError as error:
        raise ValueError(f"{file}: missing; every incident type needs its table") from error
    except ValueError as error:
        raise ValueError(f"{file}: {str(error).rpartition(f'{file}: ')[2]}") from error


def kind_row_of(cells: Cells) -> KindRow:
    """Read one row of ``incident_kinds.csv``. Raises WrongCell."""
    first, last = cells.days()
    return KindRow(
        IncidentKind(
            key=_key(cells, "key"),
            incident_class=cells.one_of("incident_class", INCIDENT_CLASSES),
            classes=classes_of(cells, empty=True),
            radius_m=float(cells.whole("radius_m")),
            grade=cells.one_of("grade", GRADES),
            version=cells.text("version"),
        ),
        tuple(tuple(filter(None, group.split("/"))) for group in cells.several("needs")),
        first,
        last,
    )


def template_of(kind: str) -> Callable[[Cells], TaskTemplate]:
    """Return the reader of one row of an incident type's table; it raises WrongCell."""

    def read(cells: Cells) -> TaskTemplate:
        cells.text("version")  # for the people who keep the table
        kinds = cells.several("unit_kinds")
        if any(one not in UNIT_KINDS for one in kinds):
            what = f"expected some of {', '.join(UNIT_KINDS)}, or nothing, got {cells.maybe('unit_kinds')!r}"
            raise WrongCell("unit_kinds", what)
        return TaskTemplate(
            key=f"{kind}#{cells.whole('row')}",
            kind=kind,
            agency=cells.text("agency"),
            words=_key(cells, "words"),
            priority=cells.one_of("priority", PRIORITIES),
            ack_s=_seconds(cells, "ack_min"),
            arrive_s=_seconds(cells, "arrive_min") if cells.maybe("arrive_min") else None,
            due_s=_seconds(cells, "due_min"),
            verify_s=_seconds(cells, "verify_min"),
            evidence=cells.one_of("evidence", EVIDENCE),
            verifier=cells.one_of("verifier", VERIFIERS),
            unit_kinds=kinds,
            from_grade=cells.one_of("from_grade", GRADES),
            fallback=cells.maybe("fallback"),
        )

    return read


def _key(cells: Cells, column: str) -> str:
    value = cells.text(column)
    if len(value) > 64 or not (
        value.isascii() and value.replace("_", "").isalnum() and value == value.lower()
    ):
        raise WrongCell(column, f"expected small letters, digits and _, got {value!r}")
    return value


def _seconds(cells: Cells, column: str) -> float:
    minutes = cells.whole(column)
    if minutes > LONGEST_MIN:
        raise WrongCell(column, f"expected at most {LONGEST_MIN} minutes, got {cells.maybe(column)!r}")
    return minutes * 60.0
