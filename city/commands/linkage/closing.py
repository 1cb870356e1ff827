"""The moment at which an underpass is closed: its fact, from a task or from a confirmation."""

from city.commands.command import NewFact
from city.commands.decision import moment
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.state.linkage_records import Closure, Task

__all__ = ["CLOSING_WORDS", "closed_by", "closed_fact"]

CLOSING_WORDS = "close_underpass"
"""Key of the template row whose agency (the police) closes the road."""


def closed_by(order: SubjectOrder, task: Task) -> tuple[NewFact, tuple[str, int]] | None:
    """Return the fact that a task's agency closed its underpass, with what it expects; else None."""
    if task.words != CLOSING_WORDS:
        return None
    for closure in order.state.closures.values():
        if closure.incident == task.incident and closure.state == "closing":
            subject = Subject("device", closure.device, closure, closure.version, closure.moved)
            return closed_fact(order, subject, closure, task.agency), (subject.counted, closure.version)
    return None


def closed_fact(order: SubjectOrder, subject: Subject, closure: Closure, agency: str) -> NewFact:
    """Return the fact that an underpass is closed. ``minutes`` (E06) count from the depth limit.

    Before the limit it is an early closure: ``minutes`` is null.
    """
    since, now = closure.limit_at, order.now.city
    minutes = None if since is None else round((now - since) / 60, 2)
    data = {"agency": agency, "closed_at": moment(now), "minutes": minutes, "incident": closure.incident}
    return order.fact_on(subject, "UnderpassClosed", data)
