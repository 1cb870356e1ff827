"""Folding the work in the field: how many cases who verified, checked or handled on a day (K23)."""

from typing import Final

from city.cases.fold_common import Change, account_of
from city.facts.field_readers import text

__all__ = ["KEPT_DAYS", "count_work", "worker"]

KEPT_DAYS: Final = 35
_ROLES: Final = ("inspector", "village_operator")


def worker(role: str, account: str) -> str:
    """Return who works, as the workloads name them."""
    return f"{role}:{account}"


def count_work(change: Change) -> tuple[str, ...]:
    """Count a fact for its actor and city day; return the changed slices."""
    fact, days = change.fact, change.state.workloads
    day, account = text(change.data, "day"), account_of(change.fact.actor)
    if not day or not account or fact.role not in _ROLES:
        return ()
    own = dict(days.get(day, {}))
    name = worker(fact.role, account)
    own[name] = own.get(name, 0) + 1
    kept = {**days, day: own}
    change.state.workloads = {one: kept[one] for one in sorted(kept)[-KEPT_DAYS:]}
    return ("workloads",)
