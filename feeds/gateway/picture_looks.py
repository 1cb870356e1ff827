"""How a picture looks: a fingerprint that a frozen camera repeats, and whether the picture is black."""

import io
from typing import Final

import msgspec
import numpy as np
from PIL import Image, UnidentifiedImageError

__all__ = ["SAME_BITS", "Look", "differs", "look_of"]

SIDE: Final = 16
BLACK_MEAN, BLACK_SPREAD = 12.0, 4.0
"""A black picture has a mean below the first and a standard deviation below the second (of 255); a street at
night has lamps."""
SAME_BITS: Final = 2
"""Two pictures are the same when at most so many of 256 bits differ: an encoder that repeats one picture
rounds a little differently each time, the noise of a living camera turns more bits than that."""
UNREADABLE: Final = (OSError, SyntaxError, ValueError, ArithmeticError, UnidentifiedImageError, Warning)
"""What Pillow raises for a broken picture."""


class Look(msgspec.Struct, frozen=True):
    """A picture's fingerprint (difference hash, 64 hex digits), and whether it is black."""

    mark: str
    is_black: bool


def look_of(jpeg: bytes) -> Look | None:
    """Return how a JPEG looks, None when it cannot be decoded. It decodes at a fraction of the size."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
            image.draft("L", (8 * SIDE, 8 * SIDE))
            small = np.asarray(image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX), np.float32)
    except UNREADABLE:
        return None
    bits = np.packbits(small[:, 1:] > small[:, :-1])
    is_black = bool(small.mean() < BLACK_MEAN and small.std() < BLACK_SPREAD)
    return Look(bits.tobytes().hex(), is_black)


def differs(one: str, other: str) -> bool:
    """Whether two fingerprints are of different pictures."""
    if len(one) != len(other):
        return True
    return (int(one, 16) ^ int(other, 16)).bit_count() > SAME_BITS
