"""Records of what desks do beside their cases: casts on a wall, and reports of a wrong rule."""

import msgspec

__all__ = ["Erratum", "Show"]


class Show(msgspec.Struct, frozen=True):
    """What a desk has cast on a wall; ``until`` is machine time, ``view`` metres EPSG:3857."""

    wall: str
    kind: str
    id: str
    view: tuple[float, float, float, float] | None
    by: str
    at: float
    until: float


class Erratum(msgspec.Struct, frozen=True):
    """An open report of a wrong rule."""

    case: str
    rule: str
    text: str
    by: str
    at: float
