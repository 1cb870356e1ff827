"""Pictures of cameras as they may leave: masked zones are black, people and plates are blurred."""

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

__all__ = ["Zones", "blurred", "masked"]

Zones = Sequence[Sequence[tuple[float, float]]]
"""Polygons of points x, y as shares of the picture."""

QUALITY: Final = 80
AROUND, WITHIN = 60.0, 220.0
"""A blurred picture is smoothed over its width divided by these: around the box, and within it."""


def masked(jpeg: bytes, zones: Zones) -> bytes:
    """Return the picture with its zones black. Raises OSError for a broken picture, which must not leave."""
    if not zones:
        return jpeg
    image = _opened(jpeg)
    _paint(image, zones)
    return _written(image)


def blurred(jpeg: bytes, zones: Zones = (), box: Sequence[float] = ()) -> bytes:
    """Return the picture so that no face and no plate can be read; within ``box`` it stays clearer.

    ``box`` is x0, y0, x1, y1 as shares of the picture. Raises OSError for a broken picture.
    """
    image = _opened(jpeg)
    around = image.filter(ImageFilter.GaussianBlur(image.width / AROUND))
    if len(box) == 4:
        x0, x1 = sorted((box[0] * image.width, box[2] * image.width))
        y0, y1 = sorted((box[1] * image.height, box[3] * image.height))
        frame = (int(x0), int(y0), int(x1) + 1, int(y1) + 1)
        within = image.crop(frame).filter(ImageFilter.GaussianBlur(image.width / WITHIN))
        around.paste(within, frame[:2])
        ImageDraw.Draw(around).rectangle(frame, outline=(245, 197, 24), width=max(1, image.width // 320))
    _paint(around, zones)
    return _written(around)


def _opened(jpeg: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
            return image.convert("RGB")
    except (SyntaxError, ValueError, ArithmeticError, Image.DecompressionBombError) as error:
        message = "the picture cannot be decoded"
        raise OSError(message) from error


def _paint(image: Image.Image, zones: Zones) -> None:
    pen = ImageDraw.Draw(image)
    for zone in zones:
        pen.polygon([(x * image.width, y * image.height) for x, y in zone], fill=(0, 0, 0))


def _written(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
