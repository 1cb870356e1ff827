"""The route of a case: steps 0 – 4 of domain §4.1; the first hit wins, and every step says why."""

from collections.abc import Mapping

import msgspec

__all__ = ["Reason", "Route", "Situation"]


class Situation(msgspec.Struct, frozen=True):
    """What dispatch must know of a case. Positions are WGS84 degrees (NaN = address only)."""

    kind: str
    code: str
    hazard: bool
    lon: float
    lat: float
    street: str
    road: str
    component: str = ""
    source_site: str = ""
    danger: tuple[str, ...] = ()
    """What threatens life by the intake officer's word: fire, crime, medical, trapped …"""
    beyond_power: bool = False
    """The territory says: needs a licence, a technical test, or crosses streets."""
    refused: tuple[str, ...] = ()


class Reason(msgspec.Struct, frozen=True):
    """One step's word: a catalogue key below ``why.`` and what it names."""

    step: str
    why: str
    names: Mapping[str, str] = {}


class Route(msgspec.Struct, frozen=True):
    """Whom to send it to. ``confidence`` < 1 means that a dispatcher must choose among ``targets``."""

    to: str
    reasons: tuple[Reason, ...]
    principle: str = ""
    co: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    confidence: float = 1.0
    owner_state: str = ""
    emergency: tuple[str, ...] = ()
    """Of step 0: which of 110, 119, 120 it is handed to at once; an incident signal opens."""
    transferred_up: bool = False
    """Of step 3: the city has it; ``to`` keeps temporary safety duty."""
    ask_ruling: bool = False
    make_safe_by: str = ""
    errata: bool = False
    rule: str = ""
    ruling: str = ""
    """Number of the ruling that decided, if one did: the case is then no_return."""
