"""指标 · 今日: eight main figures, and all others on request; each opens its formula and its inputs."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from layouts.contract import Row, View

__all__ = ["MAIN", "DeskIndicators", "SeesIndicators"]

MAIN: Final = ("K01", "K08", "K04", "K09", "K02", "K14", "K03", "K12b")
"""The main indicators, in display order."""

FIELDS: Final = ("value", "unit", "numerator", "denominator", "why_not")


class SeesIndicators(Protocol):
    """A desk's view of the indicators, each with the fields of `city.indicators.indicator.Indicator`."""

    @property
    def indicators(self) -> Mapping[str, Any]:
        """Indicators by id; empty before the first were computed."""

    @property
    def indicators_at(self) -> float | None:
        """Machine time for which they were computed."""


class DeskIndicators:
    """Scalars ``at`` (machine time, None = never) and ``main``; rows: all indicators by id.

    A value of None is not known; ``why_not`` is the reason (``few``: the raw numbers are shown instead).
    """

    key = "desk_indicators"
    reads = ("indicators",)

    def view(self, seen: SeesIndicators, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        rows: list[Row] = [(name, _row(seen.indicators[name])) for name in sorted(seen.indicators)]
        return View(now, {"at": seen.indicators_at, "main": list(MAIN)}, rows)


def _row(indicator: Any) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(indicator)
    return {name: fields.get(name) for name in FIELDS}
