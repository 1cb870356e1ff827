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
    owner_state: str = ""
    """``unknown`` or ``disputed`` when the intake officer says so (an unreadable cover): no table is asked
    for an owner then, only the component's register entry and the rulings."""

    @property
    def category(self) -> str:
        """Return the key of the class."""
        return f"{self.kind}:{self.code}"


class Reason(msgspec.Struct, frozen=True):
    """One step's word: a catalogue key below ``why.`` and what it names.

    Names that end in ``_holder`` are holders' codes; the others are plain text.
    """

    step: str
    why: str
    names: Mapping[str, str] = {}  # msgspec copies it


class Route(msgspec.Struct, frozen=True):
    """Whom to send it to. ``confidence`` < 1 means that a dispatcher must choose among ``targets``."""

    to: str
    reasons: tuple[Reason, ...]
    """What every step said; the one that names ``to`` comes last."""
    principle: str = ""
    co: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    """Up to three holders, the best first (``to``, unless it has refused); none that has refused."""
    confidence: float = 1.0
    owner_state: str = ""
    """Of a component: confirmed, disputed, unknown or ruled; '' when nobody asked the register."""
    emergency: tuple[str, ...] = ()
    """Of step 0: which of 110, 119, 120 it is handed to at once; an incident signal opens."""
    transferred_up: bool = False
    """Of step 3: the city has it; ``to`` keeps temporary safety duty."""
    up_to: str = ""
    """Of step 3: the city body that has it, by name."""
    ask_ruling: bool = False
    candidates: tuple[str, ...] = ()
    """Whom a ruling may name: every holder that a rule brings up, those who refused too."""
    make_safe_by: str = ""
    errata: bool = False
    rule: str = ""
    ruling: str = ""
    """Number of the ruling that decided, if one did: the case is then no_return."""

    @property
    def why(self) -> Reason:
        """Return the reason that names ``to``."""
        return self.reasons[-1]
