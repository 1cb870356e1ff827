"""The route of a case: result of steps 0 – 4 of domain §4.1. The first step that decides ends them."""

from collections.abc import Mapping

import msgspec

__all__ = ["Reason", "Route", "Situation"]


class Situation(msgspec.Struct, frozen=True):
    """The fields of a case that dispatch uses. Positions are WGS84 degrees (NaN = address only)."""

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
    """Danger to life as the intake officer reported it: fire, crime, medical, trapped …"""
    beyond_power: bool = False
    """The territory reports that it needs a licence or a technical test, or crosses streets."""
    refused: tuple[str, ...] = ()
    owner_state: str = ""
    """``unknown`` or ``disputed`` when the intake officer reports it (an unreadable cover): the owner then
    comes only from the component's register entry and the rulings, not from the other tables."""

    @property
    def category(self) -> str:
        """Return the key of the class."""
        return f"{self.kind}:{self.code}"


class Reason(msgspec.Struct, frozen=True):
    """The reason of one step: a catalogue key below ``why.`` and its names.

    Names that end in ``_holder`` are holders' codes; the others are text.
    """

    step: str
    why: str
    names: Mapping[str, str] = {}  # msgspec copies it


class Route(msgspec.Struct, frozen=True):
    """Where a case goes. ``confidence`` < 1 means that a dispatcher must choose among ``targets``."""

    to: str
    reasons: tuple[Reason, ...]
    """The reasons of all steps; the one that names ``to`` comes last."""
    principle: str = ""
    co: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    """Up to three holders that have not refused, best first (``to``, unless it has refused)."""
    confidence: float = 1.0
    owner_state: str = ""
    """For a component: confirmed, disputed, unknown or ruled; '' when the register was not used."""
    emergency: tuple[str, ...] = ()
    """From step 0: which of 110, 119 and 120 get it at once; an incident signal opens."""
    transferred_up: bool = False
    """From step 3: the city has it; ``to`` keeps temporary safety duty."""
    up_to: str = ""
    """From step 3: the name of the city body that has it."""
    ask_ruling: bool = False
    candidates: tuple[str, ...] = ()
    """Holders that a ruling may name: every holder in the matching rules, including those that refused."""
    make_safe_by: str = ""
    errata: bool = False
    rule: str = ""
    ruling: str = ""
    """Number of the ruling that decided, if one did: the case may then not be returned."""

    @property
    def why(self) -> Reason:
        """Return the reason that names ``to``."""
        return self.reasons[-1]
