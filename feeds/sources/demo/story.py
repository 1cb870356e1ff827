"""A story: one case from its report to its end, as the source's own system tells it.

The whole story is known when it begins; what has happened by a moment is the statuses before it. Each
status is one `case` record with its own id and the story's external number.
"""

from typing import Any, Final

import msgspec

from city.categories import Category
from city.moments import iso
from feeds.sources.demo.ground import Place
from feeds.sources.demo.words import title

__all__ = ["ENDED", "NEXT", "Status", "Story"]

ENDED: Final = frozenset({"closed", "rejected", "voided"})

NEXT: Final = (
    "file", "dispatch", "sign", "remind", "to_shift_lead", "to_duty_leader", "ruling", "check",
    "resume",
)  # fmt: skip
"""Codes of `mirror.next`: what comes by itself at `mirror.next_at` if nobody acts.

``sign`` with a moment in the past says that a dispatched case was not signed for in time.
"""


class Status(msgspec.Struct, frozen=True):
    """A step: from ``at`` (epoch seconds) the case is in ``state`` with ``agency``.

    ``next`` is a code of NEXT and ``next_at`` its moment; ``due_at`` replaces the story's limit.
    """

    at: float
    state: str
    agency: str = ""
    next: str = ""
    next_at: float = 0.0
    returned_by: tuple[str, ...] = ()
    reminded: int = 0
    due_at: float | None = None


class Story(msgspec.Struct, frozen=True):
    """One case; ``no`` is its number in the system ``system`` of the client that tells it."""

    no: str
    client: str
    system: str
    channel: str
    category: Category
    urgency: str
    place: Place
    due_at: float
    statuses: tuple[Status, ...]
    description: str
    reporter: dict[str, Any] | None = None
    by_label: bool = False

    @property
    def reported_at(self) -> float:
        """Return when it was reported, epoch seconds."""
        return self.statuses[0].at

    @property
    def ends_at(self) -> float:
        """Return when its last status begins, epoch seconds."""
        return self.statuses[-1].at

    def reached(self, now: float) -> int:
        """Return the index of the status at a moment (epoch seconds); −1 before the report."""
        return sum(status.at <= now for status in self.statuses) - 1

    def record(self, step: int) -> dict[str, Any]:
        """Return the protocol record of a status, counted from 0, the report."""
        status = self.statuses[step]
        record: dict[str, Any] = {
            "id": f"{self.no}.{step}",
            "at": iso(status.at),
            "channel": self.channel,
            "category": self._category(),
            "title": title(self.category, self.place),
            "lon": self.place.lon,
            "lat": self.place.lat,
            "address": f"浦东新区{self.place.short}{self.place.road}",
            "road": self.place.road,
            "urgency": self.urgency,
            "hazard": self.category.hazard,
            "external": [{"system": self.system, "no": self.no}],
            "mirror": self._mirror(status),
        }
        if step == 0:
            record["description"] = self.description
            if self.reporter is not None:
                record["reporter"] = self.reporter
        return record

    def _category(self) -> dict[str, str]:
        if self.by_label:
            return {"label": self.category.name_zh, "kind": self.category.kind}
        names = ("kind", "code", "system")
        return {name: getattr(self.category, name) for name in names}

    def _mirror(self, status: Status) -> dict[str, Any]:
        told: dict[str, Any] = {
            "state": status.state,
            "at": iso(status.at),
            "due_at": iso(status.due_at or self.due_at),
        }
        if status.agency:
            told["agency"] = status.agency
        if status.returned_by:
            told["returned_by"] = list(status.returned_by)
        if status.next:
            told["next"], told["next_at"] = status.next, iso(status.next_at)
        if status.reminded:
            told["reminded"] = status.reminded
        return told
