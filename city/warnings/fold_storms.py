"""Folding storms: how a storm track becomes part of the state."""

from typing import Any

import msgspec

from city.clocks.timestamps import parse
from city.facts.fact import Fact
from city.facts.field_readers import readable_number
from city.state.ledger_state import LedgerState
from city.state.warning_records import Landfall, Storm, StormPoint

__all__ = ["fold_storm"]


def fold_storm(state: LedgerState, fact: Fact) -> None:
    """Keep the newest track of a storm by the advisory's own time: an older advisory may arrive later."""
    storm = _storm(fact.data["record"])
    held = state.storms.get(storm.key)
    if held is None or _newness(held) < _newness(storm):
        state.storms[storm.key] = storm


def _newness(storm: Storm) -> tuple[float, float, bytes]:
    return storm.fixed_at, storm.at, msgspec.msgpack.encode(storm)


def _storm(record: dict[str, Any]) -> Storm:
    points = tuple(
        StormPoint(
            parse(p["at"]), float(p["lon"]), float(p["lat"]), readable_number(p.get("wind_ms")),
            readable_number(p.get("pressure_hpa")), bool(p.get("forecast")), _radii(p.get("radii_km") or {}),
        )
        for p in record["points"]
    )  # fmt: skip
    key = str(record["storm"])
    return Storm(
        key=key,
        name=str(record.get("name") or key)[:20],
        points=points,
        at=parse(record["at"]),
        received=parse(record["received"]),
        landfalls=_landfalls(record),
    )


def _landfalls(record: dict[str, Any]) -> tuple[Landfall, ...]:
    """Return all landfalls of a track, earliest first; records from before 0.2 have only one."""
    landfalls = record.get("landfalls")
    if not isinstance(landfalls, list):
        landfalls = [record["landfall"]] if isinstance(record.get("landfall"), dict) else []
    found = [
        Landfall(parse(one["at"]), float(one["lon"]), float(one["lat"]), str(one.get("place") or "")[:24])
        for one in landfalls
    ]
    return tuple(sorted(found, key=lambda landfall: landfall.at))


def _radii(radii: dict[str, Any]) -> dict[str, Any]:
    """Return radii by force: one number, or one for each quadrant."""
    return {
        str(force): [readable_number(one) for one in radius]
        if isinstance(radius, list)
        else readable_number(radius)
        for force, radius in radii.items()
    }
