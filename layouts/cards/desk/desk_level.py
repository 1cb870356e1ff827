"""The desk's response levels: what is in force, what waits for a decision, what the warnings suggest."""

from typing import Any, Final

import msgspec

from city.views.desk_seen import DeskSeen
from city.views.response.response_seen import LevelSeen, ProposalSeen, ResponseNow
from layouts.contract import Row, View, each_second

__all__ = ["DeskLevel"]

NOTHING: Final = ResponseNow("")


class DeskLevel:
    """Rows: ``l:<activation>`` for each level in force, ``p:<response>`` for each proposal, the first to be
    decided first.

    Scalars: ``response``, ``rank`` and ``version`` of the district's response (None = not known), ``city``
    and ``city_rank``, ``city_version`` of the city's, ``drill`` and ``drill_version`` of the district's
    exercise; ``suggested`` (rank, 0 = none) and ``by``, the names of the warnings that suggest it;
    ``switches`` (kind and version of each relaxation), ``relaxed`` (those that are on: since, until, by).
    """

    key = "desk_level"
    reads = ("response", "situation", "warnings", "relaxations", each_second)

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        levels = seen.levels
        own, city, drill = (*levels.responses, NOTHING, NOTHING, NOTHING)[:3]
        if not own.id:
            return View(now, {"response": None, "rank": None, "version": 0, "suggested": 0})
        scalars = {
            "response": own.id, "rank": own.rank, "version": own.version, "city": city.id,
            "city_rank": city.rank, "city_version": city.version, "drill": drill.id,
            "drill_version": drill.version, "suggested": levels.suggested,
            "by": [_warning(seen, key) for key in levels.suggested_by],
            "switches": [list(one) for one in levels.switches],
            "relaxed": [msgspec.to_builtins(one) for one in seen.situation.relaxations],
        }  # fmt: skip
        rows = [_level(one) for one in seen.response.levels]
        rows += (_proposal(seen, one) for one in seen.situation.proposals)
        return View(now, scalars, rows)


def _level(level: LevelSeen) -> Row:
    return f"l:{level.activation}", msgspec.to_builtins(level)


def _proposal(seen: DeskSeen, proposal: ProposalSeen) -> Row:
    fields: dict[str, Any] = msgspec.to_builtins(proposal)
    fields["warnings"] = [_warning(seen, key) for key in proposal.warnings]
    return f"p:{proposal.response}", fields


def _warning(seen: DeskSeen, key: str) -> dict[str, Any]:
    """Return a warning's hazard and colour; one that is over has none."""
    found = next((one for one in seen.warnings if one.key.partition("#")[0] == key), None)
    return {"hazard": found.hazard, "colour": found.colour} if found else {"hazard": "", "colour": ""}
