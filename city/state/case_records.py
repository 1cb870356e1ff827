"""The records that a case holds: its place, its source's status, what was done once or is asked.

Only the fold writes them. Times are city epoch seconds unless a field says machine.
"""

import msgspec


class Bounce(msgspec.Struct, frozen=True):
    """One return by a holder; ``counts`` when its reason is one of BOUNCES."""

    holder: str
    reason: str
    text: str
    at: float
    counts: bool


class Ruling(msgspec.Struct, frozen=True):
    """An ownership ruling that is requested or made (``holder`` is '' until it is made)."""

    opened_at: float
    reason: str
    due_at: float
    on_site_by: float
    candidates: tuple[str, ...] = ()
    sent_at: float | None = None
    no: str = ""
    holder: str = ""
    kind: str = ""
    ruled_at: float | None = None
    while_held: bool = False
    """Opened while a holder keeps the case (owner unknown, D2): the case's state is not ``ruling``."""
    registered: str = ""
    """Key of the register row that it wrote, '' when it binds only this case."""


class MakeSafe(msgspec.Struct, frozen=True):
    """The task to make a hazard safe, independent of its owner; ``late`` when done after ``due_at``."""

    holder: str
    ordered_at: float
    due_at: float
    done_at: float | None = None
    photos: int = 0


class Ask(msgspec.Struct, frozen=True):
    """An extension or suspension that a holder applied for and that is not decided yet."""

    holder: str
    at: float
    decide_by: float
    reason: str
    until: float | None = None


class Check(msgspec.Struct, frozen=True):
    """The last check; ``distance_m`` is from the case's place, None when the mode has no position."""

    mode: str
    officer: str
    at: float
    passed: bool
    distance_m: float | None = None
    photo_after_feedback: bool = False


class CasePhoto(msgspec.Struct, frozen=True):
    """A stored photo of the case.

    ``stage`` is one of report, verify, make_safe, before, after, check, tried; ``at`` when its act was given,
    ``by`` the code of the holder whose people gave it ('' for others), ``taken_at`` and the place (WGS84)
    what its own file says. Times are city epoch seconds.
    """

    sha256: str
    stage: str
    at: float
    by: str
    taken_at: float | None = None
    lon: float | None = None
    lat: float | None = None


class LastAct(msgspec.Struct, frozen=True):
    """The newest act on the case: who, what and when (``recorded_at`` is machine time)."""

    position: int
    type: str
    actor: str
    name: str
    recorded_at: float
    to: str = ""


class Place(msgspec.Struct, frozen=True):
    """A place: WGS84 degrees (NaN = unknown), street code ('' = none), road without a house number."""

    lon: float
    lat: float
    street: str = ""
    road: str = ""


class Mirror(msgspec.Struct, frozen=True):
    """The status of a case in its source system; it is copied, not checked."""

    state: str = "reported"
    agency: str = ""
    due_at: float | None = None
    returned_by: tuple[str, ...] = ()
    next: str = ""
    next_at: float | None = None
    at: float | None = None
