"""Records of rules: what rulings wrote into the component register, and reports of wrong rules."""

import msgspec

__all__ = ["Erratum", "Registered"]


class Registered(msgspec.Struct, frozen=True):
    """A row that a ruling wrote into the component register: later cases of ``key`` go to ``holder``."""

    key: str
    holder: str
    kind: str
    no: str
    at: float


class Erratum(msgspec.Struct, frozen=True):
    """An open report of a wrong rule."""

    case: str
    rule: str
    text: str
    by: str
    at: float
