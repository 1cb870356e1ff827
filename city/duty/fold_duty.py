"""Folding facts of duty: on ``shift:<id>``, ``roster:…``, ``call_out:<id>`` or ``daily_report:<day>``."""

from collections.abc import Callable
from typing import Final

from city.facts.fact import Fact
from city.facts.field_readers import text, texts, whole
from city.state.duty_records import DutyEntry, Signature
from city.state.ledger_state import LedgerState

__all__ = ["DUTY"]


def _entry_written(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, at = fact.data, state.clock.at(fact.recorded_at)
    state.entries.append(
        DutyEntry(
            fact.position, at, text(data, "kind"), text(data, "text"), texts(data, "refs"), fact.shift,
            fact.seat, Signature(fact.actor, text(data, "name"), at), whole(data, "corrects", 0),
        )
    )  # fmt: skip
    return ("duty_log",)


DUTY: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {"DutyEntryWritten": _entry_written}
"""Fact type → its fold, which returns the changed slices."""
