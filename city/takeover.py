"""Taking over: how our own life of a case begins, from its report or from another system's status."""

from collections.abc import Sequence

import msgspec

from city.casefile import Bounce, CaseFile, Ruling
from city.state import Case

__all__ = ["own_file"]


def own_file(case: Case, holder: str = "", bounced: Sequence[str] = ()) -> CaseFile:
    """Return the file with which our own life of a mirrored case begins; a case of our own keeps its file.

    ``holder`` and ``bounced`` are the codes behind the mirror's short names, for whom we know a code.
    """
    file, mirror = case.file, case.mirror
    if file.own:
        return file
    at = mirror.at if mirror.at is not None else case.at
    started = mirror.state not in ("reported", "verifying")
    ruling = Ruling(at, "mirrored", mirror.due_at or at, at) if mirror.state == "ruling" else None
    holder = holder or mirror.agency
    return msgspec.structs.replace(
        file,
        own=True,
        state=mirror.state,
        since=at,
        filed_at=case.at if started else None,
        fix_by_at=mirror.due_at,
        deadline_at=mirror.due_at,
        holder=holder,
        holder_due_at=mirror.due_at if holder else None,
        dispatched_at=at if holder else None,
        dispatches=1 if holder else 0,
        bounces=tuple(Bounce(name, "", "", at, True) for name in bounced or mirror.returned_by),
        ruling=ruling,
        unowned_since=at if mirror.state in ("filed", "returned", "ruling") else None,
        closed_at=at if mirror.state == "closed" else None,
        handled_at=at if mirror.state == "handled" else None,
    )
