"""The small-number rule of briefings (domain §5.4): no cell below five, and none that others give away."""

from collections.abc import Mapping
from typing import Final

from city.indicators.indicator import FEW
from city.views.response.briefing_seen import Cell, Split

__all__ = ["FEWEST", "cell", "rate", "split"]

FEWEST: Final = 5
HIDDEN: Final = Cell(few=True)


def cell(number: float | None) -> Cell:
    """Return a count for visitors: None (not known) stays None, a count below five is not told."""
    if number is None:
        return Cell()
    return HIDDEN if number < FEWEST else Cell(float(number))


def rate(part: float, whole: float) -> Cell:
    """Return a whole percentage; it is not told when what it counts, or what it leaves out, is few.

    Of fewer than 20 it is not known: a rate of so few says nothing.
    """
    if whole < FEW:
        return Cell()
    if min(part, whole - part) < FEWEST:
        return HIDDEN
    return Cell(float(round(100.0 * part / whole)))


def split(parts: Mapping[str, int]) -> Split:
    """Return a total and its parts.

    When one part is few, a second one is not told either, else the total would give it away: the smallest
    ones, until together they are at least five. When no part is left to hide, the total is not told.
    """
    total = sum(parts.values())
    if total < FEWEST:
        return Split(HIDDEN, tuple((name, HIDDEN) for name in parts))
    rising = sorted(parts, key=lambda name: (parts[name], name))
    hidden = {name for name in rising if parts[name] < FEWEST}
    for name in rising:
        if not hidden or (len(hidden) > 1 and sum(parts[one] for one in hidden) >= FEWEST):
            break
        hidden.add(name)
    gives_away = bool(hidden) and (len(hidden) < 2 or sum(parts[one] for one in hidden) < FEWEST)
    told = tuple((name, HIDDEN if name in hidden else Cell(float(number))) for name, number in parts.items())
    return Split(HIDDEN if gives_away else Cell(float(total)), told)
