"""Allowed verbs: which verbs a person could order on a case now. The rules decide; nothing is executed."""

from typing import Any, Final

from city.access import VERBS, Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Now, Refusal
from city.commands.decide import VERB_HELP, decide
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import Case, LedgerState

__all__ = ["actions"]

DAY_S: Final = 86_400.0
NOT_ASKED: Final = frozenset({"pass_limit", "show", "clear"})
REASONS: Final = {
    "reject": "no_problem", "void": "test_data", "return": "cannot_find", "apply_suspension": "season",
    "apply_extension": "-", "transfer_level": "-",
}  # fmt: skip


def actions(
    state: LedgerState, case: Case, person: Person, terms: DecisionRules, now: Now
) -> list[dict[str, Any]]:
    """Return ``{verb, args_needed, ok, why_not, names}`` for every verb that one of their roles may order.

    Plausible arguments stand in for those that a verb takes: a refusal because of arguments counts as ok.
    """
    found = []
    for verb, roles in VERBS.items():
        if verb in NOT_ASKED or VERB_HELP.get(verb, {}).get("subject") != "case":
            continue
        if not any(role in person.roles for role in roles):
            continue
        asked = Command("probe", verb, f"case:{case.key}", case.file.version, _plausible(verb, case, now))
        outcome = decide(state, asked, person, terms, now)
        refusal = outcome if isinstance(outcome, Refusal) else None
        ok = refusal is None or refusal.code == "bad_args"
        found.append({
            "verb": verb, "args_needed": list(VERB_HELP[verb]["needed"]), "ok": ok,
            "why_not": None if ok or refusal is None else refusal.reason,
            "names": {} if ok or refusal is None else dict(refusal.names),
        })  # fmt: skip
    return found


def _plausible(verb: str, case: Case, now: Now) -> dict[str, Any]:
    file, place = case.file, case.place
    known = place.lon == place.lon
    others = [one for one in file.targets if one != case.holder]
    could = {
        "text": "-", "photos": ["-", "-"], "photos_before": ["-"], "photos_after": ["-"], "unit": "-",
        "lon": place.lon if known else 0.0, "lat": place.lat if known else 0.0,
        "result": "confirmed", "outcome": "fixed", "passed": True, "mode": "caller_confirmed",
        "approved": True, "upheld": True, "accepted": True, "done": True, "satisfaction": "satisfied",
        "resolved": "solved",
        "purpose": "call_back", "until": iso(now.city + DAY_S), "to": others[0] if others else "",
        "holder": others[0] if others else case.holder, "into": "", "reason": REASONS.get(verb, "-"),
    }  # fmt: skip
    return {name: could[name] for name in VERB_HELP[verb]["needed"] if name in could}
