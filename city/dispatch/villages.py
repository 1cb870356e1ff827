"""Which cases are of a workstation's own village: those in one of its unit grids (domain §3.1).

The code of a workstation begins with the twelve digits of its village, as the code of a unit grid does.
"""

from city.dispatch.decision_rules import DecisionRules
from city.person import Person
from city.places.unit_grids import village_of_code
from city.state.ledger_state import Case

__all__ = ["of_own_village", "village_of_station"]


def village_of_station(rules: DecisionRules, code: str) -> str:
    """Return the village of a workstation's code, '' where no unit grid tells how far it reaches."""
    village = village_of_code(code)
    return village if village in rules.villages else ""


def of_own_village(rules: DecisionRules, person: Person, case: Case) -> bool | None:
    """Whether a case lies in the village of a person, or is their own report; None where no grid tells."""
    village = village_of_station(rules, person.workstation)
    if not village:
        return None
    place = case.place
    return case.file.reported_by == person.account or rules.village_of(place.lon, place.lat) == village
