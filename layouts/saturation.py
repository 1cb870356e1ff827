"""The share of saturated pixels in a picture of a page."""

import io
from typing import Final

import numpy as np
from PIL import Image

__all__ = ["ROUTINE_MOST", "saturated_share"]

ROUTINE_MOST: Final = 0.02
"""At most this share of a routine wall is saturated (look.md, rule 1)."""

_SATURATED: Final = 0.5
_BRIGHT: Final = 64
"""Least value of the brightest channel (0 to 255) at which a hue is visible; excludes the dark ground."""


def saturated_share(png: bytes) -> float:
    """Return the share (0 to 1) of pixels that are saturated (HSV > 0.5) and bright enough to look so.

    Raises PIL.UnidentifiedImageError for bytes that are no picture.
    """
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int16)
    most, least = pixels.max(axis=2), pixels.min(axis=2)
    saturated = (most >= _BRIGHT) & (most - least > _SATURATED * most)
    return float(saturated.mean())
