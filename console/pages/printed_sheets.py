"""What all printed sheets share: the words of their language, times on the city's clock, warnings."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from city.dispatch.decision_rules import DecisionRules
from city.state.duty_records import Signature
from city.state.ledger_state import CityState, LedgerState
from city.state.linkage_records import Signed
from city.state.warning_records import WarningMessage
from city.warnings.in_force import standing
from city.warnings.signals import OTHER

__all__ = ["PrintedSheets", "warning_lines"]


class PrintedSheets:
    """``words``: language → catalogue; ``title``: language → name of the centre; ``timezone``: IANA name."""

    def __init__(
        self, state: Callable[[], CityState], rules: DecisionRules, *,
        words: Mapping[str, Mapping[str, str]], title: Mapping[str, str], timezone: str,
        clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._state = state
        self._rules = rules
        self._words = words
        self._title = title
        self._zone = ZoneInfo(timezone)
        self._clock = clock

    def _warnings(self, ledger: LedgerState, lang: str, now: float) -> list[str]:
        return warning_lines(ledger.warnings.values(), self._words[lang], lang, now, self._moment)

    def _signed(self, one: Signature | Signed | None) -> str:
        return f"{one.name} · {self._moment(one.at)}" if one is not None else ""

    def _time(self, at: float) -> str:
        return datetime.fromtimestamp(at, self._zone).strftime("%H:%M")

    def _moment(self, at: float) -> str:
        return datetime.fromtimestamp(at, self._zone).strftime("%Y-%m-%d %H:%M")


def warning_lines(
    messages: Iterable[WarningMessage], words: Mapping[str, str], lang: str, now: float,
    moment: Callable[[float], str],
) -> list[str]:  # fmt: skip
    """Return the warnings in force and announced at ``now``, each once, as the pages' header names them.

    A warning for several areas is one line. An exercise and what is not yet in force say so. A hazard that
    the catalogue does not name is told by its headline in ``lang``.
    """
    lines = []
    for one in standing(messages, now):
        info, heads = one.info, one.info.headlines
        hazard, colour = words.get(f"hazard.{info.hazard}"), words.get(f"colour.{info.colour}")
        parts = [words["warning.exercise"]] if one.warned.status == "Exercise" else []
        if info.hazard != OTHER and hazard and colour:
            parts.append(words["warning.name"].format(hazard=hazard, colour=colour))
        else:
            parts.append(heads.get(lang) or heads.get("zh") or next(iter(heads.values()), info.event))
        if one.state(now) == "announced":
            parts.append(words["warning.announced"].format(t=moment(info.begins)))
        lines.append(" ".join(parts))
    return list(dict.fromkeys(lines))
