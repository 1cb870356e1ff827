"""Folding reported figures, on ``situation:<holder>``, and forecasts, on ``forecast:<kind>/<place>``."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.facts.fact import Fact
from city.facts.field_readers import flag, moment, number, text
from city.linkage.fold_common import signed_of
from city.state.ledger_state import LedgerState
from city.state.response_records import Figure, Forecast, Situation
from city.state.subject_marks import acted_at, mark_fact

__all__ = ["FIGURES", "keep_forecast"]


def _reported(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Keep the newest number of each key: what comes late and is older changes nothing."""
    holder, data = fact.subject.removeprefix("situation:"), fact.data
    known = state.situations.get(holder)
    changed = Situation(holder) if known is None else msgspec.structs.replace(known)
    at, signed = acted_at(state, fact), signed_of(state, fact)
    changed.figures = dict(changed.figures)
    for key, value in data["figures"].items():
        before = changed.figures.get(key)
        if before is None or at >= before.at:
            changed.figures[str(key)] = Figure(
                float(value), at, signed, fact.reason, flag(data, "by_phone")
            )  # fmt: skip
    mark_fact(changed, fact)
    state.situations[holder] = changed
    return ("situation",)


def _forecast(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, (kind, _, place) = fact.data, fact.subject.removeprefix("forecast:").partition("/")
    value = number(data, "value")
    if value is None:
        raise ValueError("value: expected a number")
    told = Forecast(
        kind, place, value, text(data, "unit"), moment(data, "peak_at"), text(data, "source"),
        moment(data, "issued_at"), number(data, "line"),
    )  # fmt: skip
    return ("situation",) if keep_forecast(state, told) else ()


def keep_forecast(state: LedgerState, told: Forecast) -> bool:
    """Keep a forecast unless a newer one of its kind and place was issued; return whether it was kept."""
    key = f"{told.kind}/{told.place}"
    held = state.forecasts.get(key)
    if held is not None and held.issued_at > told.issued_at:
        return False
    state.forecasts[key] = told
    return True


FIGURES: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "FiguresReported": _reported,
    "ForecastRecorded": _forecast,
}
"""Fact type → its fold."""
