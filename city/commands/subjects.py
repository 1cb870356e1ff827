"""Subjects: finding what a command is about, and its version."""

import re
from typing import Any, Final

import msgspec

from city.state.ledger_state import Case, LedgerState

__all__ = ["KINDS", "Subject", "find_case", "find_key", "find_subject", "find_wall"]

_WALL = re.compile(r"wall:[A-Za-z0-9_.-]{1,32}")

KINDS: Final = (
    "case", "wall", "incident", "task", "device", "shift", "roster", "call_out", "daily_report", "place",
    "report", "relaxation", "street", "station", "alarm", "detection", "camera",
    "response", "situation", "report_round", "forecast", "support", "relocation",
    "look", "leader_handover", "briefing", "patrol",
)  # fmt: skip
"""Kinds of subject: the word before the colon."""


class Subject(msgspec.Struct, frozen=True):
    """What a command is about. ``record`` is its record in the state, None before its first fact.

    ``version`` counts its facts; who saw version ``moved`` or a later one saw its last change of state.
    """

    kind: str
    id: str
    record: Any = None
    version: int = 0
    moved: int = 0

    @property
    def name(self) -> str:
        """Return the subject as facts write it."""
        return f"{self.kind}:{self.id}"

    @property
    def counted(self) -> str:
        """Return the name below which the ledger counts the acts on it.

        A device's own name counts its registrations, so the acts on an underpass's closure have another; so
        has a camera's.
        """
        other = {"device": "closure", "camera": "view"}.get(self.kind, self.kind)
        return f"{other}:{self.id}"


def find_subject(state: LedgerState, name: str) -> Subject | None:
    """Return the subject of a name ``<kind>:<id>``, None for an unknown kind or an unknown case, device or
    camera.

    Of the other kinds a subject without a record is returned too: its deciders say whether it may begin.
    """
    kind, _, id_ = name.partition(":")
    if kind not in KINDS or not id_:
        return None
    if kind == "case":
        case = find_case(state, name)
        return Subject(kind, case.key, case, case.file.version, case.file.moved) if case else None
    if kind == "report":
        reported = state.cases.get(f"citywall/{id_}")
        return Subject(kind, id_, reported, 0 if reported is None else 1)
    if kind == "alarm":
        alarm = state.sensing.alarms.get(id_)
        if id_.rpartition("/")[0] not in state.devices:
            return None
        return Subject(kind, id_, alarm, alarm.version, alarm.moved) if alarm else Subject(kind, id_)
    if kind == "device":
        return Subject(kind, id_, *_closure(state, id_)) if id_ in state.devices else None
    if kind == "camera":
        return Subject(kind, id_, state.cameras[id_]) if id_ in state.cameras else None
    held: dict[str, Any] = getattr(state, _RECORDS[kind]) if kind in _RECORDS else {}
    record = held.get(id_)
    version = getattr(record, "version", 0)
    return Subject(kind, id_, record, version, getattr(record, "moved", version))


def _closure(state: LedgerState, device: str) -> tuple[Any, int, int]:
    closure = state.closures.get(device)
    return (closure, closure.version, closure.moved) if closure else (None, 0, 0)


_RECORDS: Final = {
    "incident": "incidents", "task": "tasks", "shift": "shifts", "call_out": "call_outs",
    "daily_report": "reports", "relaxation": "relaxations", "station": "stations",
    "detection": "detections", "response": "responses", "situation": "situations",
    "report_round": "report_rounds", "briefing": "briefings", "support": "supports",
    "relocation": "relocations", "leader_handover": "leader_handovers", "patrol": "patrols",
}  # fmt: skip


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
