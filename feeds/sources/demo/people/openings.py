"""When the centre's stand-in opens the next incident, and from which case."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from city.dispatch.tables.task_templates import LinkageRules
from city.state.ledger_state import Case, LedgerState
from feeds.sources.demo.chance import dice
from feeds.sources.demo.people.act import Act

__all__ = ["AT_MOST", "EVERY_S", "FIRST_S", "fits", "next_opening"]

EVERY_S: Final = 1200.0
"""City seconds from one opening to the next, more or less."""
FIRST_S: Final = 75.0
"""City seconds from the start to the first incident, when none was opened lately."""
AT_MOST: Final = 2
"""How many incidents may be open at once."""
_SERVICES: Final = (("ga", "jj"), ("xf",), ("hw", "lh"))
"""Police, fire, sanitation: the template of an incident of the demo names one of each."""
_GAUGED: Final = "underpass_flood"
"""Such an incident begins with a gauge, not with a case."""
_LOOKED_AT: Final = 4000
_URGENCY: Final[Mapping[str, int]] = {"critical": 0, "urgent": 1}


def fits(rules: LinkageRules, kind: str) -> bool:
    """Whether the template of an incident type gives tasks to police, fire and sanitation."""
    agencies = {row.agency for row in rules.rows(kind)}
    return all(agencies.intersection(service) for service in _SERVICES)


def next_opening(
    ledger: LedgerState, rules: LinkageRules, officer: str, now: float, started: float, *,
    flood: bool = False,
) -> tuple[str, Act] | None:  # fmt: skip
    """Return the subject and the act of the next opening, None when none is due at a city time.

    ``flood``: an underpass will flood soon, which opens an incident, too.
    """
    open_ = [incident for incident in ledger.incidents.values() if incident.is_open]
    if len(open_) + flood >= AT_MOST or not officer or now < _next_at(ledger, started):
        return None
    found = next(_cases(ledger, rules, {incident.kind for incident in open_}), None)
    if found is None:
        return None
    case, kind = found
    args = {"kind": kind, "grade": rules.kinds[kind].grade}
    return f"case:{case.key}", Act(now, officer, "open_incident", args)


def _next_at(ledger: LedgerState, started: float) -> float:
    last = max((incident.opened.at for incident in ledger.incidents.values()), default=0.0)
    rhythm = last + EVERY_S * dice("opening", last).uniform(0.85, 1.15) if last else 0.0
    return max(started + FIRST_S, rhythm)


def _cases(ledger: LedgerState, rules: LinkageRules, there: set[str]) -> Iterator[tuple[Case, str]]:
    """Yield the cases that fit, first those of a type that no open incident has (``there``)."""
    fitting = []
    for case in islice(reversed(ledger.cases.values()), _LOOKED_AT):
        kind = rules.kind_for(f"{case.kind}:{case.code}") if _is_fresh(case) else ""
        if kind and kind != _GAUGED and fits(rules, kind):
            fitting.append((case, kind))
    fitting.sort(key=lambda one: (one[1] in there, _URGENCY.get(one[0].urgency, 2), -one[0].at))
    yield from fitting


def _is_fresh(case: Case) -> bool:
    return case.is_open and case.file.own and not case.file.incident and case.place.lon == case.place.lon
