"""Automatic filing (C4, domain §4.3): sensor reports, and hazards of cameras that a person confirmed."""

from city.commands.arguments import File
from city.commands.cases.filing import decide_file
from city.commands.command import NewFact
from city.commands.decision import Order
from city.state.ledger_state import Case

__all__ = ["filing_facts", "is_filed_automatically"]


def is_filed_automatically(case: Case) -> bool:
    """Whether a report needs no intake: a sensor's, or a camera's of a hazard that a person confirmed."""
    file = case.file
    if not file.own or file.state != "reported" or file.imported:
        return False
    seen = case.channel == "video_ai" and case.hazard and file.verified == "confirmed"
    return seen or case.channel == "sensor"


def filing_facts(order: Order) -> tuple[NewFact, ...]:
    """Return the facts that file and dispatch a report; () for an unknown class: intake must correct it."""
    answer = decide_file(order, File())
    return answer if isinstance(answer, tuple) else ()
