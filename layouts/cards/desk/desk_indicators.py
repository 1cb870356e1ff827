"""指标: main figures, and all others on request; each opens its formula and its inputs."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from layouts.contract import Row, View

__all__ = ["DUTY", "EMERGENCY", "MAIN", "DeskIndicators", "DutyIndicators", "SeesIndicators"]

MAIN: Final = ("K01", "K08", "K04", "K09", "K02", "K14", "K03", "K12b")
"""The main indicators of a desk, in display order."""
EMERGENCY: Final = ("E04", "E05", "E06", "E07", "E09", "E12", "E13", "E01")
"""Those while a response runs."""
DUTY: Final = ("K28a", "K28b", "K28c", "K29")
"""Those of the duty page, all of them."""

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
        main = EMERGENCY if EMERGENCY[0] in seen.indicators else MAIN
        return View(now, {"at": seen.indicators_at, "main": list(main)}, rows)


class DutyIndicators:
    """As the desk's, with the inputs: there are few of them, and nobody needs to ask."""

    key = "duty_indicators"
    reads = ("duty", "call_outs")

    def view(self, seen: SeesIndicators, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        told = [seen.indicators[name] for name in DUTY if name in seen.indicators]
        rows: list[Row] = [(one.id, {**_row(one), "inputs": dict(one.inputs)}) for one in told]
        return View(now, {"at": seen.indicators_at, "main": list(DUTY)}, rows)


def _row(indicator: Any) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(indicator)
    return {name: fields.get(name) for name in FIELDS}
