"""What the levels in force change on screens, on the roster and in the hall (domain §4.6, §4.7).

The dry run lists the difference that a change of level makes; views, the presence of the leader and the end
of briefings ask here from which rank on something is so.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from city.dispatch.decision_rules import DecisionRules
from city.state.briefing_records import CUT_OFF_RANK
from city.state.ledger_state import LedgerState
from city.state.response_records import CITY, Response

__all__ = ["ROSTER", "SCREENS", "InForce", "in_force", "summoned_seats"]

SCREENS: Final[Mapping[str, int]] = {
    "level_band": 1, "emergency_face": 2, "ordinary_lists_shrink": 2, "video_preset": 2,
    "briefing_cut": CUT_OFF_RANK, "face_forced": 3, "alarm_sounds": 3,
}  # fmt: skip
"""What changes on screens → the rank from which on it does."""
ROSTER: Final[Mapping[str, int]] = {"leader_signs_in": 2, "leader_in_room": 3, "commander_in_command": 4}
"""What the roster asks for → the rank from which on it does."""


class InForce(msgspec.Struct, frozen=True):
    """Keys of ``SCREENS`` and ``ROSTER`` that are in force, and the agencies whose seats are summoned."""

    screens: tuple[str, ...]
    roster: tuple[str, ...]
    seats: tuple[str, ...]


def in_force(state: LedgerState, rules: DecisionRules, changed: Mapping[str, int] | None = None) -> InForce:
    """Return what is in force by all responses; ``changed``: id of a response → the rank that it would have.

    An exercise changes screens and asks nothing of the roster: authority that passes is real. The city's own
    level ends briefings only; it lifts the district's, which does the rest.
    """
    ranks = {one.id: one.rank for one in state.responses.values()} | dict(changed or {})
    of_district = {id_: rank for id_, rank in ranks.items() if not id_.startswith(f"{CITY}/")}
    worst = max(of_district.values(), default=0)
    real = max((rank for id_, rank in of_district.items() if not id_.endswith("/exercise")), default=0)
    anywhere = max(ranks.values(), default=0)
    return InForce(
        tuple(key for key, at in SCREENS.items() if at <= (anywhere if key == "briefing_cut" else worst)),
        tuple(key for key, at in ROSTER.items() if at <= real),
        tuple(dict.fromkeys(code for id_, rank in ranks.items() for code in _seats(rules, id_, rank))),
    )


def summoned_seats(state: LedgerState, rules: DecisionRules) -> dict[str, float]:
    """Return the agencies whose emergency seats are summoned, and since when (city epoch seconds)."""
    found: dict[str, float] = {}
    for response in state.responses.values():
        for code in _seats(rules, response.id, response.rank):
            since = _since(response, rules.response.plans[response.hazard].seats_from)
            found[code] = min(since, found.get(code, since))
    return found


def _seats(rules: DecisionRules, response: str, rank: int) -> tuple[str, ...]:
    """Return whose seats a response summons at a rank; a street's own response summons none."""
    jurisdiction, hazard, *_ = response.split("/")
    plan = rules.response.plans.get(hazard)
    if plan is None or jurisdiction != rules.district or rank < max(1, plan.seats_from):
        return ()
    return tuple(code for code in plan.seats if code in rules.agencies)


def _since(response: Response, rank: int) -> float:
    """Return since when a response has at least a rank without a break."""
    since = None
    for one in response.activations:
        if one.state == "ended" or one.rank < rank:
            since = None
        elif since is None:
            since = one.activated_at
    return since or 0.0
