"""Allowed verbs: which verbs a person could order on a case or incident now. Nothing is executed."""

from collections.abc import Iterator
from typing import Any, Final

from city.access import VERBS, Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Now, Refusal
from city.commands.decide import VERB_HELP, decide
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import Case, LedgerState
from city.state.linkage_records import GRADES, Incident

__all__ = ["actions", "incident_actions"]

DAY_S: Final = 86_400.0
NOT_ASKED: Final = frozenset({"pass_limit", "show", "clear"})
REASONS: Final = {
    "reject": "no_problem", "void": "test_data", "return": "cannot_find", "apply_suspension": "season",
    "apply_extension": "-", "transfer_level": "-",
}  # fmt: skip


def actions(
    state: LedgerState, case: Case, person: Person, rules: DecisionRules, now: Now
) -> list[dict[str, Any]]:
    """Return ``{verb, args_needed, ok, why_not, names}`` for every verb that one of their roles may order.

    Plausible arguments stand in for those that a verb takes: a refusal because of arguments counts as ok.
    """
    subject, version = f"case:{case.key}", case.file.version
    return [
        _asked(
            state, Command("probe", verb, subject, version, _plausible(verb, case, now)), person, rules, now
        )
        for verb in _verbs("case", person)
    ]


def incident_actions(
    state: LedgerState, incident: Incident, person: Person, rules: DecisionRules, now: Now
) -> list[dict[str, Any]]:
    """Return the same as :func:`actions` for the verbs of an incident."""
    subject, version = f"incident:{incident.id}", incident.version
    could = {"text": "-", "grade": _other_grade(incident), "approved": True, "to": "-", "person": "-"}
    found = []
    for verb in _verbs("incident", person):
        args = {name: could[name] for name in _needed(verb) if name in could}
        found.append(_asked(state, Command("probe", verb, subject, version, args), person, rules, now))
    return found


def _verbs(kind: str, person: Person) -> Iterator[str]:
    for verb, roles in VERBS.items():
        is_of = verb not in NOT_ASKED and VERB_HELP.get(verb, {}).get("subject") == kind
        if is_of and any(role in person.roles for role in roles):
            yield verb


def _asked(
    state: LedgerState, asked: Command, person: Person, rules: DecisionRules, now: Now
) -> dict[str, Any]:
    outcome = decide(state, asked, person, rules, now)
    refusal = outcome if isinstance(outcome, Refusal) else None
    ok = refusal is None or refusal.code == "bad_args"
    return {
        "verb": asked.verb, "args_needed": list(_needed(asked.verb)), "ok": ok,
        "why_not": None if ok or refusal is None else refusal.reason,
        "names": {} if ok or refusal is None else dict(refusal.names),
    }  # fmt: skip


def _needed(verb: str) -> list[str]:
    needed: list[str] = VERB_HELP[verb]["needed"]
    return needed


def _other_grade(incident: Incident) -> str:
    """Return the next higher grade than the incident's, of the highest one the next lower."""
    higher = min(GRADES.index(incident.grade) + 1, len(GRADES) - 1)
    return GRADES[higher if GRADES[higher] != incident.grade else higher - 1]


def _plausible(verb: str, case: Case, now: Now) -> dict[str, Any]:
    file, place = case.file, case.place
    known = place.lon == place.lon
    others = [one for one in file.targets if one != case.holder]
    could = {
        "text": "-", "photos": ["-", "-"], "photos_before": ["-"], "photos_after": ["-"], "unit": "-",
        "lon": place.lon if known else 0.0, "lat": place.lat if known else 0.0,
        "result": "confirmed", "outcome": "fixed", "passed": True, "mode": "caller_confirmed",
        "approved": True, "upheld": True, "accepted": True, "done": True, "satisfaction": "satisfied",
        "resolved": "solved", "kind": "advice",
        "purpose": "call_back", "until": iso(now.city + DAY_S), "to": others[0] if others else "",
        "holder": others[0] if others else case.holder, "into": "", "reason": REASONS.get(verb, "-"),
    }  # fmt: skip
    return {name: could[name] for name in _needed(verb) if name in could}
