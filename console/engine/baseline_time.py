"""Time inside baselines (K34): every ten minutes the engine notes, per device class, what it judged."""

from collections.abc import Callable
from typing import Any, Final

from city.clocks.timestamps import iso
from city.facts.fact import body_of
from city.sensing.evaluation import Evaluator
from city.state.ledger_state import CityState
from console.engine.timers import ENGINE, Appends
from feeds.ledger.ledger import Act

__all__ = ["SLOT_S", "BaselineTimes"]

SLOT_S: Final = 600.0
"""City seconds of one note."""


class BaselineTimes:
    """Appends ``BaselineTimeCounted`` once per slot of city time; a second engine's note is the same act.

    The first slot of a process is counted from its start, so its coverage is lower, never its rate.
    """

    def __init__(self, evaluator: Evaluator, state: Callable[[], CityState], ledger: Appends) -> None:
        self._evaluator = evaluator
        self._state = state
        self._ledger = ledger
        self._slot: int | None = None

    async def step(self, machine: float) -> None:
        """Append the note of the slot that has ended. Raises LedgerUnavailable; then it is tried again."""
        slot = int(self._state().ledger.clock.at(machine) // SLOT_S)
        if self._slot is None:
            self._slot = slot
        if slot == self._slot:
            return
        rows = self._rows((slot - self._slot) * SLOT_S)
        if rows:
            data = {"begin": iso(self._slot * SLOT_S), "end": iso(slot * SLOT_S), "rows": rows}
            body = body_of("BaselineTimeCounted", "city:baselines", ENGINE.account, data, role="system")
            await self._ledger.append([Act(f"baselines:{slot}", (body,))])
        for series in self._evaluator.series.values():
            series.inside_s = series.good_s = 0.0
        self._slot = slot

    def _rows(self, span_s: float) -> list[dict[str, Any]]:
        """Return per class the seconds inside the baseline, with good data, and of all devices in service."""
        ledger, rules = self._state().ledger, self._evaluator.rules
        found: dict[str, list[float]] = {}
        for device in ledger.devices.values():
            metrics = 0 if ledger.sensing.is_maintained(device.id) else rules.has_baseline(device)
            if metrics:
                found.setdefault(device.kind, [0.0, 0.0, 0.0])[2] += metrics * span_s
        for series in self._evaluator.series.values():
            row = found.get(series.device.kind)
            if row is not None and not ledger.sensing.is_maintained(series.device.id):
                # A value may have held since before the slot: no series counts for more than its length.
                share = min(1.0, span_s / series.good_s) if series.good_s else 0.0
                row[0] += series.inside_s * share
                row[1] += series.good_s * share
        return [
            {"kind": kind, "inside_s": round(inside, 1), "good_s": round(good, 1), "due_s": round(due, 1)}
            for kind, (inside, good, due) in sorted(found.items())
        ]
