"""Finding records of the state by the values of their fields, as a script names them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from city.state.ledger_state import LedgerState

__all__ = ["ACTORS", "FOUND_IN", "Found", "find", "matches", "subject_of"]

ACTORS: Final = ("@holder", "@duty", "@street", "@inspector", "@holders")
"""Who acts on a found record: the operator or the duty leader of its agency or street, the operator or the
inspector of its street, or the operators of all its holders."""

Found = tuple[str, Any]
"""A record's key and the record."""

FOUND_IN: Final = {
    "tasks": "task", "incidents": "incident", "cases": "case", "closures": "device",
    "responses": "response", "report_rounds": "report_round", "situations": "situation", "shifts": "shift",
    "supports": "support", "relocations": "relocation", "leader_handovers": "leader_handover",
}  # fmt: skip
"""Table of the state → kind of its subjects."""


def find(state: LedgerState, table: str, where: Mapping[str, Any]) -> Iterator[Found]:
    """Yield the records of a table whose fields have the given values, in the state's order."""
    for key, record in getattr(state, table).items():
        if all(matches(record, field, wanted) for field, wanted in where.items()):
            yield key, record


def matches(record: Any, field: str, wanted: Any) -> bool:
    """Whether a field (``place.street``) has a value, or one of a list; ``!field``: has none of them."""
    value = record
    for part in field.removeprefix("!").split("."):
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
    several = wanted if isinstance(wanted, list) else [wanted]
    there = any(value == one or (one == "" and value is None) for one in several)
    return there != field.startswith("!")


def subject_of(table: str, key: str) -> str:
    """Return the subject of a record."""
    return f"{FOUND_IN[table]}:{key}"
