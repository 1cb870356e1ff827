"""Pictures of the invented city's agencies: drawn, and marked as a demo's on the picture itself."""

import io

from PIL import Image, ImageDraw

from feeds.storage.photo_files import Photo, read_photo

__all__ = ["drawn_photo"]

SIZE = (960, 720)
GROUND, LINE, TEXT = (58, 66, 78), (150, 160, 172), (232, 236, 240)


def drawn_photo(label: str) -> Photo:
    """Return a picture with its label: equal labels give equal pictures."""
    image = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(image)
    draw.line([(0, 520), (960, 430)], fill=LINE, width=8)
    draw.line([(0, 660), (960, 570)], fill=LINE, width=8)
    draw.text((40, 40), f"DEMO\n{label}", fill=TEXT, font_size=40)
    out = io.BytesIO()
    image.save(out, "PNG")
    return read_photo(out.getvalue(), zone_offset_s=0)
