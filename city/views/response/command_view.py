"""Who commands in an emergency, as a wall may see it: surnames and titles, no account and no typed text."""

import re
from collections.abc import Container
from typing import Final

import msgspec

from city.duty.presence import is_there
from city.response.in_force import ROSTER
from city.response.leader_presence import IN_ROOM_FROM, REMOTE
from city.state.duty_records import Shift
from city.state.ledger_state import LedgerState
from city.state.response_records import CITY
from city.views.response.response_view import public_name

__all__ = ["CommandSeen", "RotatingSeen", "command_seen"]

RESPONSE: Final = "response"
"""Kind of the incident that carries a response's tasks."""
COMMANDING: Final = ("commander", "deputy")
"""Keys of approvers who take command with the level that they approve."""
_SCENE: Final = re.compile(r"^\s*(\w)[^（(]*(?:[（(]([^）)]*)[）)])?")


class RotatingSeen(msgspec.Struct, frozen=True):
    """The rotating leader: who is planned or there, and whether they are where the level needs them."""

    name: str
    is_there: bool
    since: float | None = None
    """Since when nobody is there, city epoch seconds."""
    deputy: str = ""
    is_needed: bool = False
    """A real level asks for their sign-in."""


class CommandSeen(msgspec.Struct, frozen=True):
    """``commander`` of the response, ``scene`` of the worst incident that has one ('' = nobody named).

    ``commander_as``: commander or deputy, in which they decided on a level; spoken, when the commander gave a
    spoken order (who it was is typed text, so that ``commander`` is ''); '' when an incident names them.
    """

    commander: str = ""
    scene: str = ""
    scene_unit: str = ""
    """Short name of the scene commander's unit, if it is one that the district knows."""
    rotating: RotatingSeen | None = None
    """None: no shift has such a post."""
    commander_as: str = ""
    is_asked: bool = False
    """A real level asks for the commander in command, named or not."""


def command_seen(
    ledger: LedgerState, shift: Shift | None, rank: int, city_now: float, *, units: Container[str] = ()
) -> CommandSeen:
    """Return who commands at a city time. ``rank`` is that of the worst real level.

    ``units`` are the short names that may stand on a wall.
    """
    incidents = [one for one in ledger.incidents.values() if one.is_open]
    named = [one.commander_name for one in incidents if one.kind == RESPONSE and one.commander_name]
    scenes = sorted((one for one in incidents if one.scene_commander), key=lambda one: one.since)
    scene, unit = _masked(scenes[-1].scene_commander, units) if scenes else ("", "")
    name, acts_as = (public_name(named[-1]), "") if named else _decided(ledger)
    is_asked = rank >= ROSTER["commander_in_command"]
    return CommandSeen(name, scene, unit, _rotating(shift, rank, city_now), acts_as, is_asked)


def _decided(ledger: LedgerState) -> tuple[str, str]:
    """Return who commands by their decision on a level of a response that runs: the newest one counts.

    The commander takes command with the level (domain §A.8); a person whom they authorised does so in
    their place. A real response comes before an exercise.
    """
    found: list[tuple[bool, float, str, str]] = []
    for response in ledger.responses.values():
        if response.jurisdiction == CITY or response.active is None:
            continue
        for one in reversed(response.activations):
            if one.state == "ended":
                break
            signed = next((own.signed for own in one.approvals if own.signed.role in COMMANDING), None)
            if signed is None:
                continue
            spoken = one.verbal is not None and signed.role == "commander"
            name, acts_as = ("", "spoken") if spoken else (public_name(signed.name), signed.role)
            found.append((not one.is_exercise, one.activated_at, name, acts_as))
            break
    return max(found)[2:] if found else ("", "")


def _rotating(shift: Shift | None, rank: int, city_now: float) -> RotatingSeen | None:
    post = shift.posts.get("rotating_leader") if shift is not None else None
    if shift is None or post is None:
        return None
    is_needed = rank >= ROSTER["leader_signs_in"]
    if post.state == "replaced":
        return RotatingSeen(public_name(post.deputy), is_there=True, is_needed=is_needed)
    there = is_there(post, city_now) and (rank < IN_ROOM_FROM or post.method != REMOTE)
    name = post.holder if post.account and post.holder else post.person
    return RotatingSeen(
        public_name(name),
        there,
        None if there else post.since or shift.starts_at,
        public_name(post.deputy),
        is_needed,
    )


def _masked(text: str, units: Container[str]) -> tuple[str, str]:
    """Return the surname and the unit of a typed person; what else was typed stands on no wall."""
    found = _SCENE.match(text)
    if found is None:
        return "", ""
    unit = (found[2] or "").strip()
    return f"{found[1]}××", unit if unit in units else ""
