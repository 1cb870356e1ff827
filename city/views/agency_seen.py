"""What one agency's page may see: what concerns the agency, and nothing of another agency's cases."""

from typing import Any

from city.views.wall_seen import PageSeen

__all__ = ["AgencySeen"]


class AgencySeen(PageSeen, frozen=True, kw_only=True):
    """The state as the people of one agency may see it.

    ``code`` is the agency of ``agencies.csv``, ``tasks`` are its linkage tasks, ``incidents`` those in which
    it has a task.
    """

    code: str
    tasks: tuple[Any, ...] = ()
    incidents: tuple[Any, ...] = ()
