"""Working time: when a limit is due, by clock or by an agency's office calendar (domain §4.4)."""

import msgspec

__all__ = ["Calendar", "Due"]


class Calendar(msgspec.Struct, frozen=True):
    """An agency's office time. Dates are ISO (``2025-10-01``), periods seconds of the local day.

    ``all_hours`` agencies go by clock time for everything. A year outside ``known_years`` falls back to
    weekdays, and whoever computes with it is told (日历未定).
    """

    holidays: frozenset[str] = frozenset()
    make_up_days: frozenset[str] = frozenset()
    known_years: frozenset[int] = frozenset()
    periods: tuple[tuple[int, int], ...] = ((32_400, 43_200), (46_800, 63_000))
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    all_hours: bool = False


class Due(msgspec.Struct, frozen=True):
    """A due moment (epoch seconds) and whether a year of unknown holidays went into it."""

    at: float
    undetermined: bool = False
