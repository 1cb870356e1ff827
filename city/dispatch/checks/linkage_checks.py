"""The linter of the tables of linkage: incident types, their task templates, and who stands in for whom."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from city.dispatch.routing.table_loading import Row
from city.dispatch.tables.agencies import Agency, agency_of
from city.dispatch.tables.categories import category_of
from city.dispatch.tables.cells import Problem, current, read_valid_rows
from city.dispatch.tables.linkage_tables import (
    KINDS_FILE,
    STREET,
    KindRow,
    kind_row_of,
    linkage_file,
    template_of,
)
from city.dispatch.tables.register import covers
from city.dispatch.tables.task_templates import TaskTemplate

__all__ = ["KIND_COLUMNS", "TEMPLATE_COLUMNS", "Surroundings", "check_linkage"]

T = TypeVar("T")

AGENCIES: Final = "agencies.csv"
ROSTER: Final = "roster.csv"
KIND_COLUMNS: Final = (
    "key", "incident_class", "classes", "radius_m", "grade", "needs", "version", "valid_from", "valid_to",
)  # fmt: skip
TEMPLATE_COLUMNS: Final = (
    "row", "agency", "words", "priority", "ack_min", "arrive_min", "due_min", "verify_min", "evidence",
    "verifier", "unit_kinds", "from_grade", "fallback", "version",
)  # fmt: skip

Kinds = list[tuple[int, KindRow]]
Templates = list[tuple[int, TaskTemplate]]


class Surroundings(msgspec.Struct, frozen=True):
    """What the tables must agree with beside each other."""

    words: Mapping[str, Collection[str]]
    """Language → the keys of its catalogue."""
    seats: Collection[str]
    """Short names of the agencies with a seat in the roster; () when it has no seats: nothing is compared."""
    stationed: Collection[str]
    """Codes of the agencies that have a seat in the hall."""
    files: Collection[str] = ()
    """The tables (``linkage/<type>.csv``) that are there."""


class _Known(msgspec.Struct, frozen=True):
    agencies: Mapping[str, Agency]
    classes: Collection[str]
    around: Surroundings


def check_linkage(rows: Callable[[str], Iterable[Row]], around: Surroundings, *, on: str) -> list[Problem]:
    """Return all problems, by file and row; ``rows`` returns the rows of a file, ``on`` is today's ISO date.

    A file for which ``rows`` raises ValueError or OSError is a problem. Wrong cells of ``agencies.csv`` and
    ``categories.csv`` are left to ``check_tables``; such a table is not compared with.
    """
    agencies = _others(rows, AGENCIES, agency_of)
    categories = _others(rows, "categories.csv", category_of)
    known = _Known(
        {agency.code: agency for _, agency in agencies}, {one.key for _, one in categories}, around
    )
    problems: list[Problem] = [*_stand_ins(agencies)]
    kinds, wrong = _read(rows, KINDS_FILE, KIND_COLUMNS, kind_row_of)
    problems += [*wrong, *_kind_problems(kinds, known, on)]
    tasks: dict[str, str] = {}
    for number, row in kinds:
        if not current(row.valid_from, row.valid_to, on):
            continue
        file = linkage_file(row.kind.key)
        templates, wrong = _read(rows, file, TEMPLATE_COLUMNS, template_of(row.kind.key))
        problems += [*wrong, *_template_problems(file, templates, known)]
        for _, template in templates:
            tasks.setdefault(template.agency, file)
        if not wrong:
            problems += _unmet_needs(number, row, templates, known)
    problems += _empty_seats(tasks, known)
    expected = {linkage_file(row.kind.key) for _, row in kinds}
    for file in around.files if kinds else ():
        if file not in expected:
            problems.append(Problem(file, 0, "", f"no row of {KINDS_FILE} has the key of this file"))
    return sorted(set(problems))


def _read(
    rows: Callable[[str], Iterable[Row]], file: str, columns: Collection[str], one: Callable[..., T]
) -> tuple[list[tuple[int, T]], list[Problem]]:
    try:
        every = list(rows(file))
    except FileNotFoundError:
        return [], [Problem(file, 0, "", "there is no such file")]
    except (ValueError, OSError) as error:
        return [], [Problem(file, 0, "", str(error).rpartition(f"{file}: ")[2])]
    if not every:
        return [], [Problem(file, 0, "", "it has no rows")]
    missing = [column for column in columns if column not in every[0]]
    if missing:
        return [], [Problem(file, 1, column, "the table has no such column") for column in missing]
    return read_valid_rows(every, one, file=file)


def _others(rows: Callable[[str], Iterable[Row]], file: str, one: Callable[..., T]) -> list[tuple[int, T]]:
    """Return the rows of a table that another check reads too; none when a row is wrong."""
    found, wrong = _read(rows, file, (), one)
    return [] if wrong else found


def _stand_ins(agencies: list[tuple[int, Agency]]) -> Iterator[Problem]:
    """Two agencies may stand in for each other, but neither one for itself, nor three in a ring."""
    after = {agency.code: agency.fallback for _, agency in agencies}
    for number, agency in agencies:
        if agency.fallback == agency.code:
            yield Problem(AGENCIES, number, "fallback", f"{agency.code} stands in for itself")
            continue
        ring, place = [agency.code], agency.fallback
        while place and place not in ring:
            ring.append(place)
            place = after.get(place, "")
        if place == agency.code and len(ring) > 2:
            what = f"{', '.join((*ring, place))} stand in for each other in a ring: end it at one of them"
            yield Problem(AGENCIES, number, "fallback", what)


def _kind_problems(kinds: Kinds, known: _Known, on: str) -> Iterator[Problem]:
    for place, (number, row) in enumerate(kinds):
        kind = row.kind
        if row.valid_to and row.valid_to < on:
            what = f"it ended on {row.valid_to}: extend it or remove the row"
            yield Problem(KINDS_FILE, number, "valid_to", what)
        for wanted in kind.classes if known.classes else ():
            if not any(covers((wanted,), category) for category in known.classes):
                yield Problem(KINDS_FILE, number, "classes", f"there is no class {wanted!r}")
        for code in (code for group in row.needs for code in group):
            if known.agencies and code not in known.agencies:
                yield Problem(KINDS_FILE, number, "needs", f"there is no agency {code!r}")
        yield from _without_words(KINDS_FILE, number, "key", (f"incident.{kind.key}",), known)
        for other_number, other in kinds[:place]:
            if not _overlap(row, other):
                continue
            if other.kind.key == kind.key:
                yield Problem(KINDS_FILE, number, "key", f"{kind.key} is in row {other_number} already")
            for category in sorted(known.classes):
                if covers(kind.classes, category) and covers(other.kind.classes, category):
                    what = f"{category} belongs to {other.kind.key} (row {other_number}) already"
                    yield Problem(KINDS_FILE, number, "classes", what)


def _overlap(one: KindRow, other: KindRow) -> bool:
    begins = max(one.valid_from, other.valid_from)
    return all(not row.valid_to or begins <= row.valid_to for row in (one, other))


def _unmet_needs(number: int, row: KindRow, templates: Templates, known: _Known) -> Iterator[Problem]:
    """The agencies that an incident of the type needs must have a task at every grade."""
    has = {template.agency for _, template in templates if template.from_grade == "general"}
    for group in row.needs:
        if not has.intersection(group):
            names = " or ".join(f"{code} ({_short(code, known)})" for code in group)
            what = f"{linkage_file(row.kind.key)} has no task of {names} at every grade"
            yield Problem(KINDS_FILE, number, "needs", what)


def _short(code: str, known: _Known) -> str:
    agency = known.agencies.get(code)
    return agency.short if agency else "unknown"


def _template_problems(file: str, templates: Templates, known: _Known) -> Iterator[Problem]:
    rows: dict[str, int] = {}
    tasks: dict[tuple[str, str], int] = {}
    for number, row in templates:
        first = rows.setdefault(row.key, number)
        if first != number:
            yield Problem(file, number, "row", f"{row.key.partition('#')[2]} is in row {first} already")
        first = tasks.setdefault((row.agency, row.words), number)
        if first != number:
            what = f"{row.agency} has the task {row.words} in row {first} already"
            yield Problem(file, number, "words", what)
        yield from (Problem(file, number, column, what) for column, what in _limit_problems(row))
        yield from (Problem(file, number, column, what) for column, what in _agency_problems(row, known))
        keys = (f"task.{row.words}", f"task_short.{row.words}")
        yield from _without_words(file, number, "words", keys, known)


def _limit_problems(row: TaskTemplate) -> Iterator[tuple[str, str]]:
    if row.priority == "P1" and row.arrive_s is None:
        yield "arrive_min", "it is empty, and the priority is P1"
    if row.ack_s > row.due_s:
        yield "ack_min", f"expected at most due_min ({row.due_s / 60:g}), got {row.ack_s / 60:g}"
    if row.arrive_s is not None and not row.ack_s <= row.arrive_s <= row.due_s:
        expected = f"from ack_min ({row.ack_s / 60:g}) to due_min ({row.due_s / 60:g})"
        yield "arrive_min", f"expected {expected}, got {row.arrive_s / 60:g}"
    if row.agency == STREET and row.verifier == STREET:
        yield "verifier", "the street cannot verify its own task: expected inspector"


def _agency_problems(row: TaskTemplate, known: _Known) -> Iterator[tuple[str, str]]:
    if row.fallback == row.agency:
        yield "fallback", f"{row.agency} stands in for itself"
    if not known.agencies:
        return  # the check of the tables reports why they cannot be read
    for column, code in (("agency", row.agency), ("fallback", row.fallback)):
        allowed = not code or (column == "agency" and code == STREET)
        if not allowed and code not in known.agencies:
            yield column, f"there is no agency {code!r}"


def _empty_seats(tasks: Mapping[str, str], known: _Known) -> Iterator[Problem]:
    """An agency with tasks and a seat in the hall needs people for it; ``tasks``: agency → a table."""
    around = known.around
    for code, file in tasks.items() if around.seats else ():
        agency = known.agencies.get(code)
        if agency and code in around.stationed and agency.short not in around.seats:
            what = f"nobody is on duty for {agency.short} ({code}), which has tasks in {file}"
            yield Problem(ROSTER, 0, "seat", what)


def _without_words(
    file: str, number: int, column: str, keys: Iterable[str], known: _Known
) -> Iterator[Problem]:
    for key in keys:
        lacking = [lang for lang, words in known.around.words.items() if key not in words]
        if lacking:
            yield Problem(file, number, column, f"there is no text {key} in {' and '.join(lacking)}")
