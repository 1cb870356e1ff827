"""The small-number rule of briefings (domain §5.4): no cell below five, and none that others give away."""

from collections.abc import Mapping
from typing import Final

from city.indicators.indicator import FEW
from city.views.response.briefing_seen import Cell, Split

__all__ = ["FEWEST", "HIDDEN", "OTHER", "cell", "rate", "split"]

FEWEST: Final = 5
HIDDEN: Final = Cell(few=True)
OTHER: Final = "other"


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
    """Return a total and its parts; what is few is counted together as ``other``, the last part.

    Without one of them the total and the rest would give it away. When together they are still few, the
    smallest of the rest is counted with them too.
    """
    total = sum(parts.values())
    if total < FEWEST:
        return Split(HIDDEN)
    together = parts.get(OTHER, 0)
    folded: set[str] = {OTHER} if together else set()
    for name in sorted((name for name in parts if name != OTHER), key=lambda name: (parts[name], name)):
        if parts[name] >= FEWEST and (not folded or together >= FEWEST):
            break
        folded.add(name)
        together += parts[name]
    told = [
        (name, Cell(float(number))) for name, number in parts.items() if name != OTHER and name not in folded
    ]
    return Split(Cell(float(total)), (*told, *(((OTHER, Cell(float(together))),) if folded else ())))
