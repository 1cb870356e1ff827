"""Pictures of invented streets: small, quickly drawn, and marked 演示."""

import io
import math
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw

from feeds.sources.demo.chance import Dice, dice, hour_of, stamp

__all__ = ["SIZE", "street_picture"]

SIZE: Final = (320, 180)
_HORIZON: Final = 62
_QUALITY: Final = 62
# 演示 as 38 × 20 dots, so that no Chinese font is needed.
_MARK_ROWS: Final = (
    "00008000000 01c0c000000 00e0c00fffc 001fff0fffc 00180300000 00180300000 0307fc00000 "
    "0380c03ffff 0080c01fffe 000ffe00300 0008c600300 0008c606318 004ffe06318 00c8c60c30c "
    "00c8c60c306 018ffe18306 01821030303 01061c00302 011c0701f00 00100001c00"
)


def _mark() -> Image.Image:
    rows = [(int(row, 16) << 2).to_bytes(5, "big") for row in _MARK_ROWS.split(" ")]
    return Image.frombytes("1", (38, 20), b"".join(rows))


_MARK: Final = _mark()


def street_picture(camera: str, at: float, *, rain_mmh: float = 0.0, found: Sequence[float] = ()) -> bytes:
    """Return a JPEG (320 × 180, below 20 kB) of a camera's street at a time (epoch seconds).

    ``found`` is the box (shares of the picture) in which something stands that does not belong there.
    """
    scene = dice("scene", camera)
    light = _daylight(at)
    picture = Image.new("RGB", SIZE, _shade((96, 124, 156), light, floor=0.10))
    pen = ImageDraw.Draw(picture)
    vanishing = (120 + scene.randrange(80), _HORIZON)
    _houses(pen, scene, light)
    _road(pen, vanishing, light)
    _cars(pen, dice("cars", camera), vanishing, at, light)
    if len(found) == 4:
        _things(pen, dice("things", camera, int(at)), found, light)
    if rain_mmh > 0.5:
        _rain(pen, dice("rain", camera, int(at)), rain_mmh)
    pen.rectangle((0, 0, SIZE[0], 24), fill=(6, 8, 12))
    pen.text((6, 6), f"{stamp(at, '%Y-%m-%d %H:%M:%S')}  {camera}", fill=(214, 220, 230))
    picture.paste((245, 197, 24), (SIZE[0] - 44, 2), _MARK)
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=_QUALITY)
    return made.getvalue()


def _daylight(at: float) -> float:
    """0 at night, 1 at noon."""
    hour = hour_of(at) + at % 3600 / 3600
    return max(0.0, min(1.0, 1.6 * math.sin(math.pi * (hour - 5.5) / 13.0)))


def _shade(colour: tuple[int, int, int], light: float, *, floor: float = 0.22) -> tuple[int, int, int]:
    share = floor + (1.0 - floor) * light
    return (int(colour[0] * share), int(colour[1] * share), int(colour[2] * share))


def _houses(pen: ImageDraw.ImageDraw, scene: Dice, light: float) -> None:
    x = -10
    while x < SIZE[0]:
        width, top = scene.randrange(24, 52), scene.randrange(26, _HORIZON - 4)
        tone = scene.randrange(70, 120)
        pen.rectangle((x, top, x + width, 84), fill=_shade((tone, tone, tone + 10), light))
        if light < 0.3:
            for _ in range(7):
                wx, wy = x + scene.randrange(3, width - 3), scene.randrange(top + 3, 80)
                pen.rectangle((wx, wy, wx + 1, wy + 2), fill=(196, 164, 92))
        x += width + scene.randrange(4)


def _road(pen: ImageDraw.ImageDraw, vanishing: tuple[int, int], light: float) -> None:
    x, y = vanishing
    pen.rectangle((0, 84, *SIZE), fill=_shade((104, 112, 96), light))
    pen.polygon([(x - 6, y), (x + 6, y), (352, 180), (-32, 180)], fill=_shade((84, 86, 92), light))
    for lane in (-0.47, 0.0, 0.47):
        foot = 160 + lane * 384
        for near in (0.12, 0.3, 0.52, 0.78):
            begin = (x + (foot - x) * near, y + (180 - y) * near)
            end = (x + (foot - x) * (near + 0.1), y + (180 - y) * (near + 0.1))
            pen.line((*begin, *end), fill=_shade((210, 210, 200), light, floor=0.45), width=2)


def _cars(pen: ImageDraw.ImageDraw, own: Dice, vanishing: tuple[int, int], at: float, light: float) -> None:
    x, y = vanishing
    busy = 3 + int(6 * max(light, 0.3))
    seen = []
    for _ in range(busy):
        lane = own.choice((-0.35, -0.13, 0.13, 0.35))
        speed, begin = own.uniform(0.05, 0.12), own.random()
        colour = own.choice(((180, 60, 52), (200, 202, 206), (60, 84, 130), (40, 42, 46)))
        near = (begin + at * speed * (1 if lane < 0 else -1)) % 1.0
        seen.append((0.06 + 0.9 * near * near, lane, colour))
    for near, lane, colour in sorted(seen):
        cx, cy = x + (160 + lane * 384 - x) * near, y + (180 - y) * near
        wide, high = 4 + 46 * near, 3 + 28 * near
        box = (cx - wide / 2, cy - high, cx + wide / 2, cy)
        pen.rectangle(box, fill=_shade(colour, light, floor=0.35))
        lamp = (255, 244, 200) if lane < 0 else (214, 40, 36)
        for side in (box[0], box[2] - wide / 6):
            pen.rectangle((side, cy - high / 2, side + wide / 6, cy - high / 3), fill=lamp)


def _things(pen: ImageDraw.ImageDraw, own: Dice, box: Sequence[float], light: float) -> None:
    """Draw crates in a box."""
    left, top, right, foot = (share * SIZE[n % 2] for n, share in enumerate(box))
    wide = (right - left) / 4
    for row in range(2):
        for column in range(4 - row):
            x, y = left + column * wide + row * wide / 2, foot - (row + 1) * (foot - top) / 2.6
            colour = own.choice(((150, 104, 60), (176, 128, 76), (64, 110, 150), (170, 60, 56)))
            shade = _shade(colour, light, floor=0.4)
            pen.rectangle((x, y, x + wide - 2, y + (foot - top) / 2.8), fill=shade, outline=(30, 30, 30))


def _rain(pen: ImageDraw.ImageDraw, drops: Dice, rain_mmh: float) -> None:
    for _ in range(min(90, 12 + int(rain_mmh * 3))):
        x, y = drops.randrange(SIZE[0]), drops.randrange(24, SIZE[1])
        pen.line((x, y, x - 2, y + 8), fill=(150, 162, 178))
