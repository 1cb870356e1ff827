"""The photos of the demo's people: a few drawn pictures, marked as what they are.

Their files say neither when nor where: each picture serves many acts.
"""

import io
from functools import cache
from typing import Final

from PIL import Image, ImageDraw

from feeds.storage.photo_files import Photo, PhotoFiles

__all__ = ["VARIANTS", "picture_id", "store_pictures"]

VARIANTS: Final = 4
_SIZE: Final = (480, 360)
_SKIES: Final = ("#9fb3c4", "#b8c2c9", "#8fa3b8", "#c4c0b4")
_SCENES: Final = {
    "before": ("#6b4f3a", "BEFORE"), "after": ("#5c6b5c", "AFTER"), "safe": ("#c46a1e", "MADE SAFE"),
    "check": ("#55606e", "CHECK"), "verify": ("#6e5d55", "ON SITE"), "done": ("#4f6470", "DONE"),
}  # fmt: skip
"""What a picture shows → colour of the thing on the road, and its caption."""


def picture_id(what: str, variant: int) -> str:
    """Return the id of a picture; ``what`` is a key of the scenes."""
    return _picture(what, variant % VARIANTS).sha256


def store_pictures(files: PhotoFiles) -> None:
    """Store all pictures. Raises OSError."""
    for what in _SCENES:
        for variant in range(VARIANTS):
            photo = _picture(what, variant)
            if not files.has(photo.sha256):
                files.put(photo, is_kept=True)


@cache
def _picture(what: str, variant: int) -> Photo:
    """Draw a road, a thing on it, and the mark of the demo."""
    colour, caption = _SCENES[what]
    image = Image.new("RGB", _SIZE, _SKIES[variant])
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 360), (180, 150), (300, 150), (480, 360)], fill="#4a4d52")
    draw.line([(240, 160), (240, 360)], fill="#d8d8d0", width=6)
    left = 120 + 45 * variant
    draw.ellipse([left, 250, left + 110, 300], fill=colour)
    draw.rectangle([0, 0, 480, 34], fill="#101418")
    draw.text((10, 8), f"CITYWALL DEMO - INVENTED PICTURE - {caption}", fill="#f0f0f0")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return Photo(out.getvalue())
