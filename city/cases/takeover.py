"""Take-over: the case file with which our own handling of a case begins."""

from collections.abc import Sequence

import msgspec

from city.state.case_file import Bounce, CaseFile, Ruling
from city.state.ledger_state import Case

__all__ = ["own_file"]


def own_file(
    case: Case, holder: str = "", bounced: Sequence[str] = (), *, at: float | None = None,
    rule_by: float | None = None, on_site_by: float | None = None,
) -> CaseFile:  # fmt: skip
    """Return the file with which our handling of a mirrored case begins; a case of our own keeps its file.

    ``holder`` and ``bounced`` are the codes for the mirror's short names, where a code is known. Our limits
    start ``at`` the city time of the fact that takes the case over, not when the source system put it into
    its state; ``rule_by`` and ``on_site_by`` are the limits of a ruling that opens at that time.
    """
    file, mirror = case.file, case.mirror
    if file.own:
        return file
    told_at = mirror.at if mirror.at is not None else case.at
    at = told_at if at is None else at
    state, due_at = mirror.state, mirror.due_at
    holder = holder or mirror.agency
    did_it = (holder,) if holder and state in ("handled", "closed") else ()
    return msgspec.structs.replace(
        file,
        own=True,
        state=state,
        since=at,
        taken_at=at,
        filed_at=None if state in ("reported", "verifying") else case.at,
        fix_by_at=due_at,
        deadline_at=due_at,
        holder=holder,
        holder_due_at=due_at if holder else None,
        dispatched_at=at if holder else None,
        dispatches=1 if holder else 0,
        bounces=tuple(Bounce(name, "", "", told_at, True) for name in bounced or mirror.returned_by),
        ruling=_ruling(at, due_at, rule_by, on_site_by) if state == "ruling" else None,
        unowned_since=at if state in ("filed", "returned", "ruling") else None,
        closed_at=told_at if state == "closed" else None,
        handled_at=told_at if state == "handled" else None,
        handled_by=tuple(dict.fromkeys((*file.handled_by, *did_it))),
    )


def _ruling(at: float, due_at: float | None, rule_by: float | None, on_site_by: float | None) -> Ruling:
    """Return the ruling that the source system waits for, with its due time unless that has passed."""
    limit = at if rule_by is None else rule_by
    due = due_at if due_at is not None and due_at > at else limit
    return Ruling(at, "mirrored", due, limit if on_site_by is None else on_site_by)
