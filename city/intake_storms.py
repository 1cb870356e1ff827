"""Intake of storms: how a track, as the gateway kept it, becomes part of the state."""

from typing import Any

import msgspec

from city.facts import Fact
from city.moments import parse
from city.state import LedgerState
from city.weather import Landfall, Storm, StormPoint

__all__ = ["fold_storm"]


def fold_storm(state: LedgerState, fact: Fact) -> None:
    """Keep the newest track of a storm by its own time: an older advisory may come later."""
    storm = _storm(fact.data["record"])
    held = state.storms.get(storm.key)
    if held is None or _newness(held) < _newness(storm):
        state.storms[storm.key] = storm


def _newness(storm: Storm) -> tuple[float, float, bytes]:
    return storm.fixed_at, storm.at, msgspec.msgpack.encode(storm)


def _storm(record: dict[str, Any]) -> Storm:
    points = tuple(
        StormPoint(
            parse(p["at"]), float(p["lon"]), float(p["lat"]), _number(p.get("wind_ms")),
            _number(p.get("pressure_hpa")), bool(p.get("forecast")), _radii(p.get("radii_km") or {}),
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
    """Return all landfalls of a track, the earliest first; records of before 0.2 have but one."""
    told = record.get("landfalls")
    if not isinstance(told, list):
        told = [record["landfall"]] if isinstance(record.get("landfall"), dict) else []
    found = [
        Landfall(parse(one["at"]), float(one["lon"]), float(one["lat"]), str(one.get("place") or "")[:24])
        for one in told
    ]
    return tuple(sorted(found, key=lambda landfall: landfall.at))


def _number(value: object) -> float | None:
    """Return a number as a float, None for what is none (a snapshot must be able to hold it)."""
    return float(value) if isinstance(value, int | float) else None


def _radii(told: dict[str, Any]) -> dict[str, Any]:
    """Return radii by force: one number, or one for each quadrant."""
    return {
        str(force): [_number(one) for one in radius] if isinstance(radius, list) else _number(radius)
        for force, radius in told.items()
    }
