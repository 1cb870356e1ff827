"""Reports that file themselves (C4, domain §4.3): what a sensor measured, and hazards seen and confirmed."""

from city.commands.arguments import File
from city.commands.command import NewFact
from city.commands.decision import Order
from city.commands.filing import decide_file
from city.state.ledger_state import Case

__all__ = ["files_itself", "self_filed"]


def files_itself(case: Case) -> bool:
    """Whether a report needs no intake: a sensor's, or a camera's of a hazard that somebody confirmed."""
    file = case.file
    if not file.own or file.state != "reported" or file.imported:
        return False
    seen = case.channel == "video_ai" and case.hazard and file.verified == "confirmed"
    return seen or case.channel == "sensor"


def self_filed(order: Order) -> tuple[NewFact, ...]:
    """Return what files a report and sends it on; nothing of an unknown class, which intake puts right."""
    answer = decide_file(order, File())
    return answer if isinstance(answer, tuple) else ()
