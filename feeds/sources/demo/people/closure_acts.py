"""The next act on the closure of a flooded underpass: the press, the road closed, and its reopening."""

from collections.abc import Iterator
from typing import Final

from city.state.ledger_state import LedgerState
from city.state.linkage_records import Closure
from feeds.sources.demo.chance import dice
from feeds.sources.demo.people.act import Act
from feeds.sources.demo.people.openings import AT_MOST
from feeds.sources.demo.people.people import People

__all__ = ["next_closure_act"]

MIN: Final = 60.0
_CLOSED_S: Final = 10 * MIN
"""How long an underpass stays closed at least."""
_CLOSER: Final = ("ga", "jj")


def next_closure_act(ledger: LedgerState, closure: Closure, people: People, now: float) -> Act | None:
    """Return the next act on a closure, None when nobody does anything."""
    acts = [act for act in _acts(ledger, closure, people, now) if act.account]
    return min(acts, key=lambda act: act.at, default=None)


def _acts(ledger: LedgerState, closure: Closure, people: People, now: float) -> Iterator[Act]:
    rng = dice("closure", closure.device, closure.at)
    officer = people.deputy("duty_officer", now)
    if closure.state == "suggested":
        if sum(incident.is_open for incident in ledger.incidents.values()) >= AT_MOST:
            return  # at the depth limit the rule closes it
        yield Act(closure.at + rng.uniform(0.7, 1.5) * MIN, officer, "close_underpass")
    elif closure.state == "closing":
        for task in ledger.tasks.values():
            if task.incident == closure.incident and task.agency in _CLOSER and task.arrived is not None:
                at = max(task.arrived.at, closure.at) + rng.uniform(0.5, 1.5) * MIN
                yield Act(at, people.holder(task.agency), "confirm_closure")
    elif closure.state in ("closed", "reopening") and closure.noted == "below":
        since = closure.closed_at if closure.closed_at is not None else closure.at
        at = max(since + _CLOSED_S, closure.at + rng.uniform(1, 3) * MIN)
        if closure.state == "closed":
            yield Act(at, officer, "agree_reopening")
        for party in closure.parties:
            if closure.state == "reopening" and party not in closure.reopen_asked:
                yield Act(at, people.holder(party), "agree_reopening")
