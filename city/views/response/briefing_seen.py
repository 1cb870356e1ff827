"""What the visitors' page may see (domain §5.4): aggregates only, and nothing at all while it is closed.

These structs extend no other view: no case, warning text, person, unit, place or id has a field here, and a
card for another page does not type-check on this one. ``tests/city/views/test_briefing_view.py`` holds the
only texts that may be in them.
"""

import msgspec

__all__ = [
    "BriefingSeen", "Cell", "Curve", "Figures", "Recorded", "Recording", "RecordingStep", "Split",
]  # fmt: skip


class Cell(msgspec.Struct, frozen=True):
    """A number for visitors. ``few``: it is not told, because fewer than five stand behind it or its rest.

    ``value`` None without ``few`` is not known.
    """

    value: float | None = None
    few: bool = False


class Split(msgspec.Struct, frozen=True):
    """A total and its parts by code; those that are few are counted together as ``other``."""

    total: Cell = Cell()
    parts: tuple[tuple[str, Cell], ...] = ()


class Curve(msgspec.Struct, frozen=True):
    """A figure by month, oldest first; ``starts`` are the months' beginnings (city epoch seconds).

    ``lines``: (code, values); None is not known or few. ``recorded``: invented data that we ship.
    """

    key: str
    unit: str
    starts: tuple[float, ...]
    lines: tuple[tuple[str, tuple[float | None, ...]], ...]
    recorded: bool = False


class Figures(msgspec.Struct, frozen=True):
    """The numbers of one briefing, computed once when it begins: two looks tell no single case apart.

    ``as_of`` is city time. ``network``: what belongs to the centre; ``rates``: percent of the last seven
    days.
    """

    as_of: float
    network: tuple[tuple[str, Cell], ...] = ()
    by_origin: Split = Split()
    by_domain: Split = Split()
    flow: tuple[tuple[str, Cell], ...] = ()
    rates: tuple[tuple[str, Cell], ...] = ()
    curves: tuple[Curve, ...] = ()
    plan: tuple[tuple[int, Cell], ...] = ()
    """Rank of a level → tasks of the plan that it starts."""


class RecordingStep(msgspec.Struct, frozen=True):
    """A step of a recording: seconds from its beginning, and its key in the catalogue."""

    at_s: float
    key: str


class Recording(msgspec.Struct, frozen=True):
    """An invented story that we ship, without a place, a person or a unit.

    ``readings``: (seconds, value) of its sensor against ``limit``.
    """

    steps: tuple[RecordingStep, ...]
    unit: str = ""
    limit: float | None = None
    readings: tuple[tuple[float, float], ...] = ()


class Recorded(msgspec.Struct, frozen=True):
    """Recorded data for briefings: invented, shipped with us, and marked 演示数据 wherever it is shown."""

    manhole: Recording
    exercise: Recording
    curves: tuple[Curve, ...] = ()


class BriefingSeen(msgspec.Struct, frozen=True):
    """The state as visitors may see it. Closed (``is_open`` False), every other field has its default.

    ``begun`` tells one briefing from the next. ``warnings`` are (hazard, colour) of the official public
    warnings in force. ``is_demo`` and ``is_drill`` are marks that the page must show.
    """

    revisions: dict[str, int] = {}
    is_open: bool = False
    lang: str = ""
    begun: float = 0.0
    is_demo: bool = False
    is_drill: bool = False
    warnings: tuple[tuple[str, str], ...] = ()
    figures: Figures | None = None
    recorded: Recorded | None = None
