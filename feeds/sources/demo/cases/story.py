"""A story: one case as reported by its source system, and its planned course."""

from typing import Any

import msgspec

from city.clocks.timestamps import iso
from city.dispatch.tables.categories import Category
from feeds.sources.demo.cases.fate import Fate
from feeds.sources.demo.cases.words import title
from feeds.sources.demo.ground import Place

__all__ = ["Story"]


class Story(msgspec.Struct, frozen=True):
    """One case; ``no`` is its number in the system ``system`` of the reporting client."""

    no: str
    client: str
    system: str
    channel: str
    category: Category
    urgency: str
    place: Place
    reported_at: float
    fate: Fate
    description: str
    reporter: dict[str, Any] | None = None
    by_label: bool = False

    @property
    def ends_at(self) -> float:
        """Return its planned end, epoch seconds."""
        return self.fate.ends_at

    def report(self) -> dict[str, Any]:
        """Return the protocol record of the report; later steps are left to the people who handle it."""
        record: dict[str, Any] = {
            "id": self.no,
            "at": iso(self.reported_at),
            "channel": self.channel,
            "category": self._category(),
            "title": title(self.category, self.place),
            "description": self.description,
            "lon": self.place.lon,
            "lat": self.place.lat,
            "address": f"浦东新区{self.place.short}{self.place.road}",
            "road": self.place.road,
            "urgency": self.urgency,
            "hazard": self.category.hazard,
            "external": [{"system": self.system, "no": self.no}],
        }
        if self.reporter is not None:
            record["reporter"] = self.reporter
        return record

    def history(self) -> dict[str, Any]:
        """Return the record of a finished story: mirrored from its source system, with its end.

        Its id is that of the report, so that a case that we have handled ourselves is not changed.
        """
        category, place = self.category, self.place
        mirror = {
            "state": "rejected" if self.fate.reject else "closed",
            "at": iso(self.ends_at),
            "due_at": iso(self.fate.limit_at),
            "agency": place.short if category.territorial else category.owner,
        }
        return {**self.report(), "mirror": mirror}

    def _category(self) -> dict[str, str]:
        if self.by_label:
            return {"label": self.category.name_zh, "kind": self.category.kind}
        names = ("kind", "code", "system")
        return {name: getattr(self.category, name) for name in names}
