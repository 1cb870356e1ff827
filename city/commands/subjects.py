"""Subjects: finding the case or wall of a command."""

import re

from city.state.ledger_state import Case, LedgerState

__all__ = ["find_case", "find_key", "find_wall"]

_WALL = re.compile(r"wall:[A-Za-z0-9_.-]{1,32}")


def find_case(state: LedgerState, subject: str) -> Case | None:
    """Return the case of a subject ``case:<key>`` or ``case:~<mark>``, None for an unknown one."""
    if not subject.startswith("case:"):
        return None
    return find_key(state, subject.removeprefix("case:"))


def find_key(state: LedgerState, name: str) -> Case | None:
    """Return the case with a key, a mark or ``~`` and a mark, None for an unknown one."""
    case = state.cases.get(name)
    if case is not None:
        return case
    return state.cases.get(state.by_mark.get(name.removeprefix("~"), ""))


def find_wall(subject: str) -> str:
    """Return the name in a subject ``wall:<name>``, '' for other subjects."""
    return subject.removeprefix("wall:") if _WALL.fullmatch(subject) else ""
