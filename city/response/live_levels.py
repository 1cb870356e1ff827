"""The live levels of the water-level gauges whose stations have lines (domain §A.4)."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from city.clocks.freshness import lost_mask, measured_as_of
from city.dispatch.decision_rules import DecisionRules
from city.response.local_numbers import WaterLevel
from city.state.ledger_state import CityState

__all__ = ["live_levels"]

LEVEL: Final = "level_m"


def live_levels(state: CityState, rules: DecisionRules, machine: float, city: float) -> Iterator[WaterLevel]:
    """Yield the live levels: of no lost, bad, maintained or suspected gauge.

    ``machine`` and ``city`` are the time now on both clocks.
    """
    if not rules.water_lines.stations:
        return
    readings, ledger = state.measured.readings, state.ledger
    rows = np.flatnonzero(readings.column("metric") == LEVEL)
    at = readings.column("at")[rows]
    as_of = measured_as_of(at, readings.column("received")[rows], ledger.clock)
    lost = lost_mask(as_of, readings.column("interval")[rows], machine)
    for row, measured, is_lost in zip(rows, at, lost, strict=True):
        device = ledger.devices.get(readings.column("device")[row])
        if device is None or is_lost or readings.column("quality")[row] == "bad":
            continue
        sensing = ledger.sensing
        if sensing.is_maintained(device.id) or sensing.is_suspected(device.id, LEVEL, city):
            continue
        yield WaterLevel(device.id, device.name, float(readings.column("value")[row]), float(measured))
