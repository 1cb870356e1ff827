"""The duty log: functions with which the fold adds lines."""

from city.clocks.freshness import STEP_LATE_S
from city.facts.fact import Fact
from city.facts.field_readers import number
from city.state.ledger_state import LOG_LINES, Case, LedgerState, LogLine

__all__ = ["note", "say"]


def note(state: LedgerState, fact: Fact, text: str, **names: str) -> None:
    """Add a line to the duty log; ``text`` is a catalogue key.

    A step that the engine did late says so: ``late_s``, seconds (晚).
    """
    late_s = number(fact.data, "late_s") or 0.0 if fact.role == "system" else 0.0
    if late_s > STEP_LATE_S:
        names["late_s"] = str(round(late_s))
    state.log.append(LogLine(state.clock.at(fact.recorded_at), text, names, fact.position))
    del state.log[:-LOG_LINES]


def say(state: LedgerState, case: Case, fact: Fact, text: str, **names: str) -> tuple[str, ...]:
    """Add a line that names a case and return the slice that changed."""
    note(
        state, fact, text, kind=case.kind, code=case.code, label=case.label, road=case.place.road,
        street=case.place.street, **names,
    )  # fmt: skip
    return ("log",)
