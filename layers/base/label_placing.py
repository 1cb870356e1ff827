"""Places labels greedily by priority, in screen pixels, never over one another or an obstacle.

Pure geometry. Pixels are those of one nominal scale (metres per CSS pixel), x to the right and y **up**,
counted from the origin of EPSG:3857, so that a box in metres and one in pixels differ by one factor.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

_LINE: Final = 1.3  # height of a line of text in em
_WIDE: Final = 1.0  # em of a Chinese character, full-width sign included
_GAP: Final = 2.0  # pixels kept free at both ends of a label
_BESIDE: Final = (  # further offsets of a label, in its own widths and heights, the nearest first
    *((0.0, 0.6), (0.0, -0.6), (0.3, 0.0), (-0.3, 0.0)),
    *((0.3, 0.6), (-0.3, 0.6), (0.3, -0.6), (-0.3, -0.6)),
    *((0.0, 1.0), (0.0, -1.0), (0.6, 0.0), (-0.6, 0.0)),
    *((0.6, 0.6), (-0.6, 0.6), (0.6, -0.6), (-0.6, -0.6)),
)


class Extent(msgspec.Struct, frozen=True):
    """A box in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> "Extent":
        """Return the box of the given size centred on a point."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    def overlaps(self, other: "Extent") -> bool:
        """Whether the two share an area; touching boxes do not overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def within(self, other: "Extent") -> bool:
        """Whether this box is completely inside the other."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.bottom >= other.bottom
            and self.top <= other.top
        )


class Wanted(msgspec.Struct, frozen=True):
    """A label to be placed."""

    text: str
    size: float  # font size, pixels
    spots: Sequence[tuple[float, float]]  # centres in pixels, best first
    beside: bool = True  # whether positions beside its spots are allowed (not for the name of a line)


class Placed(msgspec.Struct, frozen=True):
    """The position of the `index`-th wanted label: its centre and its box, pixels."""

    index: int
    x: float
    y: float
    extent: Extent


def text_width(text: str, size: float) -> float:
    """Return the maximum width in pixels of `text` in a sans-serif font of `size` pixels."""
    return size * sum(map(_em, text))


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WFA":
        return _WIDE
    if character in " .,:;'|!il·":
        return 0.34
    return 0.72 if character.isupper() or character in "mw%@" else 0.6


def place(
    wanted: Iterable[Wanted],
    *,
    frame: Extent | None = None,
    obstacles: Sequence[Extent] = (),
) -> list[Placed]:
    """Place labels in the order given, each at its first free spot or beside it; others are left out.

    Labels stay completely inside `frame` and cover none of the `obstacles` (P1 marks, call-outs, legends).
    """
    taken = list(obstacles)
    placed: list[Placed] = []
    for index, label in enumerate(wanted):
        width, height = text_width(label.text, label.size), label.size * _LINE
        for spot in _offered(label, width, height):
            x, y = spot
            if frame is not None and label.beside:
                x, y = _pushed(spot, width + 2 * _GAP, frame)
            extent = Extent.around(x, y, width + 2 * _GAP, height)
            inside = frame is None or extent.within(frame)
            if inside and not any(extent.overlaps(other) for other in taken):
                taken.append(extent)
                placed.append(Placed(index, x, y, extent))
                break
    return placed


def _pushed(spot: tuple[float, float], width: float, frame: Extent) -> tuple[float, float]:
    """Move a spot in the frame sideways so that a text of `width` px ends at the frame's edge."""
    x, y = spot
    if not frame.left <= x <= frame.right or width > frame.right - frame.left:
        return spot
    half = width / 2 + 1e-6  # a margin against rounding errors
    return min(max(x, frame.left + half), frame.right - half), y


def _offered(label: Wanted, width: float, height: float) -> Iterable[tuple[float, float]]:
    """Yield every spot itself first, then positions beside each, about one text box away."""
    yield from label.spots
    for dx, dy in _BESIDE if label.beside else ():
        for x, y in label.spots:
            yield x + dx * width, y + dy * height
