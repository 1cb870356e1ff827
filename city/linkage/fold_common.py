"""Folding facts of linkage: what all of them share."""

from datetime import UTC, datetime, timedelta, timezone

from city.facts.fact import Fact
from city.facts.field_readers import Data, number, text
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Signed, Site

__all__ = ["day_of", "next_serial", "signed_of", "site_of"]


def signed_of(state: LedgerState, fact: Fact) -> Signed:
    """Return who made a fact, and the city time."""
    return Signed(fact.actor, text(fact.data, "name"), fact.role, state.clock.at(fact.recorded_at))


def site_of(data: Data) -> Site:
    """Return the place in a fact's data; a missing position is NaN."""
    lon, lat = number(data, "lon"), number(data, "lat")
    nan = float("nan")
    return Site(
        nan if lon is None else lon, nan if lat is None else lat, text(data, "street"), text(data, "road"),
        number(data, "radius_m") or 0.0,
    )  # fmt: skip


def day_of(at: float, zone_offset_s: int) -> str:
    """Return the local day of a city time as YYYYMMDD."""
    zone = timezone(timedelta(seconds=zone_offset_s))
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%Y%m%d")


def next_serial(state: LedgerState, name: str) -> int:
    """Return the next number of a series and keep it."""
    state.serials[name] = state.serials.get(name, 0) + 1
    return state.serials[name]
