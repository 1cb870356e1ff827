"""Undo: saving the fields that undoing an act restores, and restoring them."""

from typing import Any, Final

import msgspec

from city.facts.fact import Fact
from city.facts.field_readers import number
from city.state.case_file import RESTORED_BY_UNDO, CaseFile

__all__ = ["restore", "save_undo"]

UNDO_S: Final = 20.0
TYPES: Final[dict[str, Any]] = {
    field.name: field.type for field in msgspec.structs.fields(CaseFile) if field.name in RESTORED_BY_UNDO
}


def save_undo(file: CaseFile, fact: Fact) -> None:
    """Save the fields that undo restores (``data.before``), who acted, and until when it may be undone."""
    seconds = number(fact.data, "undo_s")
    file.undo = {
        **{name: msgspec.to_builtins(value) for name, value in _read(fact.data.get("before")).items()},
        "position": fact.position,
        "actor": fact.actor,
        "until": fact.recorded_at + (UNDO_S if seconds is None else seconds),
    }


def restore(file: CaseFile, restored: object) -> None:
    """Restore fields of the file to the values in ``ActUndone``."""
    for name, value in _read(restored).items():
        setattr(file, name, value)


def _read(values: object) -> dict[str, Any]:
    """Return the fields that undo may restore, with their types checked."""
    if not isinstance(values, dict):
        message = "expected the fields that undo restores"
        raise TypeError(message)
    return {name: msgspec.convert(values[name], kind) for name, kind in TYPES.items() if name in values}
