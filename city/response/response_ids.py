"""The id of a response: its jurisdiction, its hazard, and whether it is an exercise."""

from typing import Final

import msgspec

from city.state.response_records import CITY, HAZARDS

__all__ = ["EXERCISE", "ResponseId", "response_id"]

EXERCISE: Final = "exercise"


class ResponseId(msgspec.Struct, frozen=True):
    """The parts of an id ``<jurisdiction>/<hazard>`` or ``<jurisdiction>/<hazard>/exercise``."""

    jurisdiction: str
    hazard: str
    is_exercise: bool = False

    @property
    def id(self) -> str:
        """Return the id."""
        return "/".join((self.jurisdiction, self.hazard, *((EXERCISE,) if self.is_exercise else ())))

    def of(self, jurisdiction: str) -> "ResponseId":
        """Return the id of another jurisdiction's response to the same hazard, exercise or not."""
        return ResponseId(jurisdiction, self.hazard, self.is_exercise)

    @property
    def city(self) -> "ResponseId":
        """Return the id of the city's response to the same hazard."""
        return self.of(CITY)


def response_id(id_: str) -> ResponseId | None:
    """Return the parts of an id, None when it is not one."""
    jurisdiction, _, rest = id_.partition("/")
    hazard, slash, mark = rest.partition("/")
    if not jurisdiction or hazard not in HAZARDS or (slash and mark != EXERCISE):
        return None
    return ResponseId(jurisdiction, hazard, bool(slash))
