"""The indicators E01 – E13 of a response, in words."""

from collections.abc import Iterable
from typing import Final

from city.dispatch.decision_rules import DecisionRules
from city.indicators.emergency_figures import emergency_indicators, units_by_kind
from city.indicators.indicator import Indicator
from city.state.ledger_state import CityState
from console.after_action.episode import Episode
from console.after_action.timeline import Words

__all__ = ["Row", "indicator_rows"]

Row = tuple[str, str, str]
"""Id, name, and value with its inputs."""

_UNITS: Final = {"percent": " %", "count": "", "seconds": "", "cm": " cm"}


def indicator_rows(state: CityState, rules: DecisionRules, episode: Episode, words: Words) -> tuple[Row, ...]:
    """Return E01 – E13 as they were at the end of the response, or are now.

    A ledger alone has no telemetry: of E10b nothing is known then, nor of E11.
    """
    now = min(episode.now, episode.ends)
    found = emergency_indicators(
        state.ledger, rules, (episode.begins, now), now=now, units=units_by_kind(state) or None,
        exercise=episode.response.id.count("/") > 1,
    )  # fmt: skip
    return tuple(_rows(found, words))


def _rows(found: Iterable[Indicator], words: Words) -> Iterable[Row]:
    for one in found:
        yield one.id, words.told[f"indicator.{one.id}"], _value(one, words)


def _value(one: Indicator, words: Words) -> str:
    """Return a value with numerator and denominator; neither no data nor too few is a number."""
    if one.value is None:
        if not one.denominator:
            return words.say("after_action.no_data")
        return words.say("after_action.too_few", n=f"{one.numerator:g}", of=f"{one.denominator:g}")
    if one.unit == "seconds":
        return span(one.value)
    text = f"{one.value:g}{_UNITS.get(one.unit, ' ' + one.unit)}"
    return f"{text} ({one.numerator:g}/{one.denominator:g})" if one.unit == "percent" else text


def span(seconds: float) -> str:
    """Return a span of time: 4′30″, 1:08:00."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}′{rest:02d}″"
