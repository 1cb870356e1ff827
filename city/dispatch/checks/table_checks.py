"""The linter of the rule tables: checks of single cells, and of references between tables."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from city.dispatch.routing.table_loading import READERS, Row
from city.dispatch.tables.agencies import Agency, agency_of
from city.dispatch.tables.categories import TERRITORY as TERRITORY_ZH
from city.dispatch.tables.categories import Category, category_of
from city.dispatch.tables.cells import Cells, Problem, current, read_valid_rows
from city.dispatch.tables.detection_table import COLUMNS as DETECTION_COLUMNS
from city.dispatch.tables.detection_table import TO_STREET, detection_class_of
from city.dispatch.tables.dispatch_rules import APPROVER, TERRITORY, Rule
from city.dispatch.tables.rain_lines import RAIN_LINES, rain_line_of
from city.dispatch.tables.register import covers
from city.dispatch.tables.standards import StandardRow, standard_of
from city.dispatch.tables.street_places import street_place_of
from city.dispatch.tables.unit_tasks import UnitTasks, unit_task_of
from city.dispatch.tables.water_lines import LINES, WATER_LINES, station_of
from city.places.streets import street_key

__all__ = ["COLUMNS", "check_tables"]

_DAYS: Final = ("version", "valid_from", "valid_to")
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "agencies.csv": (
        "code", "name", "short_zh", "short_en", "kind", "stationed", "all_hours", "ack_limit_s", "fallback",
    ),
    "categories.csv": (
        "kind", "code", "system", "name_zh", "name_en", "minor_zh", "limit_value", "limit_unit", "hazard",
        "owner", "domain",
    ),
    "standards.csv": (
        "class", "no", "condition", "closing", "limit_value", "limit_unit", "hazard", "make_safe_min", *_DAYS,
    ),
    "rules.csv": (
        "id", "class", "priority", "principle", "street", "lead", "next", "co", "likely", "clean_by",
        "clean_min", "basis", *_DAYS, "approved_by",
    ),
    "register.csv": (
        "code", "layout", "class", "lon", "lat", "accuracy_m", "street", "road", "owner", "maintainer",
        "delegated", "owner_state", "likely", "status", "surveyed_on", *_DAYS,
    ),
    "owners.csv": ("id", "road", "street", "classes", "owner", "rank", *_DAYS),
    "devolution.csv": ("class", "street", "state", "agency", *_DAYS),
    "city_objects.csv": ("id", "kind", "name", "match", "classes", "channel", *_DAYS),
    "sites.csv": ("id", "kind", "name", "street", "road", "approver", *_DAYS),
    "street_places.csv": ("id", "kind", "street", "name", "lon", "lat", "device", "capacity", *_DAYS),
    WATER_LINES: (
        "station", "name_zh", "name_en", "gauges", *(f"{line}_m" for line in LINES), "datum", *_DAYS,
    ),
    RAIN_LINES: ("office", "colour", "window_h", "mm", "gauges", *_DAYS),
    "unit_tasks.csv": ("task", "classes", "kinds", *_DAYS),
    "detection_classes.csv": (*DETECTION_COLUMNS, *_DAYS),
}  # fmt: skip
"""File → its required columns; others are remarks."""

_READERS: Final[dict[str, Callable[[Cells], Any]]] = {
    "agencies.csv": agency_of, "categories.csv": category_of, "standards.csv": standard_of, **READERS,
    "street_places.csv": street_place_of, WATER_LINES: station_of, RAIN_LINES: rain_line_of,
    "unit_tasks.csv": unit_task_of,
    "detection_classes.csv": detection_class_of,
}  # fmt: skip

Numbered = tuple[tuple[int, Any], ...]
TablesRead = Mapping[str, Numbered]
Known = Mapping[str, Collection[str]]


def check_tables(rows: Callable[[str], Iterable[Row]], *, streets: Collection[str], on: str) -> list[Problem]:
    """Return all problems, by file and row; ``rows`` returns the rows of a file, ``on`` is today's ISO date.

    A file for which ``rows`` raises ValueError or OSError is a problem; the tables are then not compared.
    ``streets`` are the codes of the district; () when they are unknown, and then no street is a problem.
    """
    read: dict[str, Numbered] = {}
    problems: list[Problem] = []
    unread: list[Problem] = []
    for file, reader in _READERS.items():
        try:
            every = list(rows(file))
        except (ValueError, OSError) as error:
            unread.append(Problem(file, 0, "", str(error).rpartition(f"{file}: ")[2]))
            continue
        missing = [column for column in COLUMNS[file] if every and column not in every[0]]
        problems += [Problem(file, 1, column, "the table has no such column") for column in missing]
        good, wrong = read_valid_rows([] if missing else every, reader, file=file)
        read[file] = tuple(good)
        problems += wrong
    if unread:  # every reference to the missing table would be a false problem
        return sorted({*problems, *unread})
    known = {
        "agency": {agency.code for _, agency in read["agencies.csv"]},
        "street": {street_key(street) for street in streets},
        "class": {category.key for _, category in read["categories.csv"]},
    }
    for check in _CHECKS:
        problems += check(read, known, on)
    return sorted(set(problems))


def _duplicate_rows(read: TablesRead, known: Known, on: str) -> Iterator[Problem]:
    """The identity of a row must be unique on each day."""
    for file, (column, name) in _NAMES.items():
        seen: dict[str, list[tuple[int, Any]]] = {}
        for number, row in read[file]:
            same = seen.setdefault(name(row), [])
            first = next((earlier for earlier, other in same if _overlap(row, other)), None)
            if first is not None:
                yield Problem(file, number, column, f"{name(row)} is in row {first} already")
            same.append((number, row))


_NAMES: Final[dict[str, tuple[str, Callable[[Any], str]]]] = {
    "agencies.csv": ("code", lambda row: row.code),
    "categories.csv": ("code", lambda row: row.key),
    "standards.csv": ("no", lambda row: row.standard.key),
    "rules.csv": ("id", lambda row: row.id),
    "register.csv": ("code", lambda row: row.code),
    "owners.csv": ("id", lambda row: row.id),
    "devolution.csv": ("class", lambda row: f"{row.category} {row.street}".strip()),
    "city_objects.csv": ("id", lambda row: row.id),
    "sites.csv": ("id", lambda row: row.id),
    "street_places.csv": ("id", lambda row: row.id),
    WATER_LINES: ("station", lambda row: row.station),
    RAIN_LINES: ("office", lambda row: row.id),
    "unit_tasks.csv": ("task", lambda row: row.task),
    "detection_classes.csv": ("detection", lambda row: row.detection),
}


def _ambiguous_codes(read: TablesRead, known: Known, on: str) -> Iterator[Problem]:
    """A holder's code must not be both an agency's and a street's."""
    for number, agency in read["agencies.csv"]:
        if agency.code in {*known["street"], TERRITORY, APPROVER}:
            yield Problem(
                "agencies.csv", number, "code", f"{agency.code} is the code of a street, or reserved"
            )


def _unknown_references(read: TablesRead, known: Known, on: str) -> Iterator[Problem]:
    """Holders, streets and classes must be in their tables."""
    for file, rows in read.items():
        for number, row in rows:
            for column, sort, value in _references(row):
                expected = [known[part] for part in sort.split("|")]
                unsure = "street" in sort and not known["street"]  # the atlas cannot be read
                if value and not unsure and not any(value in names for names in expected):
                    what = f"there is no {sort.replace('|', ' or ')} {value!r}"
                    yield Problem(file, number, column, what)


def _references(row: Any) -> Iterator[tuple[str, str, str]]:
    """Yield (column, sort, value) of every reference of a row to another table."""
    if isinstance(row, Agency):
        yield "fallback", "agency", row.fallback
        return
    if isinstance(row, Category):
        return
    if isinstance(row, StandardRow):
        yield "class", "class", row.standard.category
        return
    yield "class", "class", getattr(row, "category", "")
    yield "street", "street", getattr(row, "street", "")
    for column in ("lead", "next", "clean_by", "approver", "agency"):
        value = getattr(row, column, "")
        yield column, "agency", "" if value in (TERRITORY, APPROVER) else value
    to = getattr(row, "notice_to", "")
    yield "notice_to", "agency", "" if to == TO_STREET else to
    for column in ("owner", "maintainer"):
        yield column, "agency|street", getattr(row, column, "")
    for column in ("co", "likely"):
        for value in getattr(row, column, ()):
            yield column, "agency|street", value


def _class_lists(read: TablesRead, known: Known, on: str) -> Iterator[Problem]:
    for file in ("owners.csv", "city_objects.csv", "unit_tasks.csv"):
        for number, row in read[file]:
            for wanted in row.classes:
                if not any(covers((wanted,), category) for category in known["class"]):
                    yield Problem(file, number, "classes", f"there is no class {wanted!r}")


def _expired_rows(read: TablesRead, known: Known, on: str) -> Iterator[Problem]:
    for file, rows in read.items():
        # A station's earlier lines stay beside today's: a flood of the past is told by the lines of its day.
        followed = {row.station for row in _today(rows, on)} if file == WATER_LINES else ()
        for number, row in rows:
            last = getattr(row, "valid_to", "")
            if last and last < on and getattr(row, "station", None) not in followed:
                yield Problem(file, number, "valid_to", f"it ended on {last}: extend it or remove the row")


def _missing_rows(read: TablesRead, known: Known, on: str) -> Iterator[Problem]:
    """Every class needs a default filing condition and a rule that does not depend on a known source."""
    defaults = {row.standard.category for row in _today(read["standards.csv"], on) if row.no == 1}
    ruled = {row.category for row in _today(read["rules.csv"], on) if row.lead != APPROVER and not row.street}
    for number, category in read["categories.csv"]:
        if category.key not in defaults:
            what = f"{category.key} has no filing condition with no 1 in standards.csv"
            yield Problem("categories.csv", number, "code", what)
        if category.key not in ruled:
            what = f"{category.key} has no rule for the whole district in rules.csv"
            yield Problem("categories.csv", number, "code", what)


def _classes_without_units(read: TablesRead, known: Known, on: str) -> Iterator[Problem]:
    """Every class needs a kind of unit that can do its work."""
    tasks = UnitTasks(_today(read["unit_tasks.csv"], on))
    for category in sorted(known["class"]):
        if not tasks.kinds_for(category):
            what = f"no row is for {category}: name it in one, or leave the classes of one row empty"
            yield Problem("unit_tasks.csv", 0, "classes", what)


def _inconsistent_classes(read: TablesRead, known: Known, on: str) -> Iterator[Problem]:
    """A class's limit, hazard and owner must be those of its default condition and of its rules."""
    conditions = {
        row.standard.category: row.standard for row in _today(read["standards.csv"], on) if row.no == 1
    }
    shorts = {agency.short: agency.code for _, agency in read["agencies.csv"]} | {TERRITORY_ZH: TERRITORY}
    holders: dict[str, set[str]] = {}
    for rule in _today(read["rules.csv"], on):
        holders.setdefault(rule.category, set()).update({rule.lead, rule.next})
    for number, category in read["categories.csv"]:
        condition = conditions.get(category.key)
        if condition is not None:
            actual = (category.limit_value, category.limit_unit, category.hazard)
            expected = (condition.limit_value, condition.limit_unit, condition.hazard)
            if actual != expected:
                what = f"{category.key}: expected limit and hazard of standards.csv, {expected}, got {actual}"
                yield Problem("categories.csv", number, "limit_value", what)
        owner = shorts.get(category.owner)
        if owner is None:
            yield Problem("categories.csv", number, "owner", f"there is no agency {category.owner!r}")
        elif category.key in holders and owner not in holders[category.key]:
            what = f"{category.key}: {category.owner!r} is neither lead nor next in a rule of rules.csv"
            yield Problem("categories.csv", number, "owner", what)


def _today(rows: Numbered, on: str) -> Iterator[Any]:
    return (row for _, row in rows if current(row.valid_from, row.valid_to, on))


def _overlapping_rules(read: TablesRead, known: Known, on: str) -> Iterator[Problem]:
    """Two rules of the same class, priority and street must not be valid on the same day."""
    rules: Numbered = read["rules.csv"]
    for place, (number, rule) in enumerate(rules):
        for other_number, other in rules[:place]:
            if _same_case(rule, other) and _overlap(rule, other):
                what = (
                    f"{rule.id} and {other.id} (row {other_number}) are for the same cases on the same days"
                )
                yield Problem("rules.csv", number, "priority", what)
    owners: Numbered = read["owners.csv"]
    for place, (number, row) in enumerate(owners):
        for other_number, other in owners[:place]:
            same = (row.road, row.street, row.rank) == (other.road, other.street, other.rank)
            shared = any(
                covers(row.classes, category) and covers(other.classes, category)
                for category in known["class"]
            )
            if same and shared and _overlap(row, other):
                what = f"row {other_number} has the same road, street, class and rank: change the rank of one"
                yield Problem("owners.csv", number, "rank", what)


def _same_case(rule: Rule, other: Rule) -> bool:
    return (rule.category, rule.priority, rule.street) == (other.category, other.priority, other.street)


def _overlap(one: Any, other: Any) -> bool:
    """Whether both rows are valid on the same day; a row without days is always valid."""
    begins = max(getattr(one, "valid_from", ""), getattr(other, "valid_from", ""))
    return all(
        not end or begins <= end for end in (getattr(one, "valid_to", ""), getattr(other, "valid_to", ""))
    )


_Check = Callable[[TablesRead, Known, str], Iterator[Problem]]
_CHECKS: Final[tuple[_Check, ...]] = (
    _duplicate_rows, _ambiguous_codes, _unknown_references, _class_lists, _expired_rows, _missing_rows,
    _classes_without_units, _inconsistent_classes, _overlapping_rules,
)  # fmt: skip
