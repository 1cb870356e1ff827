"""The map's names placed for one scale: columns of a source, and its glyphs.

Positions change with the obstacles, so they are data and not part of the figure.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from bokeh.models import ColumnDataSource, Plot, Text

from layers.atlas.atlas import Atlas, Box, Label, LabelKind
from layers.base import label_placing
from layers.base.glyphs import add
from layers.palette import GROUND, MUTED

Lang = Literal["zh", "en"]

FONT = "'Noto Sans SC', 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', sans-serif"

STYLES: Mapping[LabelKind, tuple[str, float, str]] = {
    "sea": ("#7B91B0", 1.18, "italic"),
    "river": ("#86A5C8", 1.0, "italic"),
    "landmark": (MUTED, 1.0, "normal"),
    "street": ("#AAB8CB", 1.0, "normal"),
    "ring": ("#8595AB", 1.0, "normal"),
    "main": ("#8595AB", 1.0, "normal"),
}
"""Colour, size relative to the smallest text, and style of each kind of name."""

_HALO_PX = 3.2  # half of it is outside the letters


class Lettering(msgspec.Struct, frozen=True):
    """Typography of names: Mercator metres per CSS pixel, language, smallest text in CSS px."""

    m_per_px: float
    lang: Lang = "zh"
    text_px: float = 17.0


class Names(msgspec.Struct, frozen=True):
    """Placed names: the columns to draw and the box of each (metres, EPSG:3857)."""

    columns: dict[str, list[Any]]
    boxes: list[Box]


def source_name(lang: Lang) -> str:
    """Return the name of the source of the main map's names; positions differ by language."""
    return "layer:labels" if lang == "zh" else f"layer:labels_{lang}"


def place_names(
    atlas: Atlas,
    lettering: Lettering,
    *,
    frame: Box | None = None,
    obstacles: Sequence[Box] = (),
) -> Names:
    """Place as many names as fit, by priority, inside `frame` and on no obstacle (metres, EPSG:3857).

    Columns: x, y (metres), zh, en, code (of a street), size (CSS), color, style.
    """
    scale = lettering.m_per_px
    chosen = atlas.drawing.labels
    placed = label_placing.place(
        [_wanted(label, lettering) for label in chosen],
        frame=None if frame is None else _pixels(frame, scale),
        obstacles=[_pixels(box, scale) for box in obstacles],
    )
    stand = [(chosen[one.index], one) for one in placed]
    columns: dict[str, list[Any]] = {
        "x": [round(one.x * scale) for one in placed],
        "y": [round(one.y * scale) for one in placed],
        "zh": [label.chinese for label, _ in stand],
        "en": [label.english for label, _ in stand],
        "code": [label.code for label, _ in stand],
        "size": [f"{_size(label, lettering):.4g}px" for label, _ in stand],
        "color": [STYLES[label.kind][0] for label, _ in stand],
        "style": [STYLES[label.kind][2] for label, _ in stand],
    }
    return Names(columns, [_metres(one.extent, scale) for one in placed])


def draw_names(figure: Plot, source: ColumnDataSource, lang: Lang) -> None:
    """Draw the names above the layers: first a dark outline, then the text."""
    common: dict[str, Any] = {
        "text": lang,
        "text_font": {"value": FONT},
        "text_font_size": "size",
        "text_font_style": "style",
        "text_align": "center",
        "text_baseline": "middle",
    }
    rim = Text(
        text_color=GROUND,
        text_outline_color=GROUND,
        text_outline_width=_HALO_PX,
        text_alpha=0.9,
        **common,
    )
    add(figure, source, rim, level="annotation")
    add(figure, source, Text(text_color="color", **common), level="annotation", name="names")


def _wanted(label: Label, lettering: Lettering) -> label_placing.Wanted:
    text = label.chinese if lettering.lang == "zh" else label.english
    spots = [(x / lettering.m_per_px, y / lettering.m_per_px) for x, y in label.spots]
    on_line = label.kind in ("river", "ring", "main")
    return label_placing.Wanted(text, _size(label, lettering), spots, beside=not on_line)


def _size(label: Label, lettering: Lettering) -> float:
    return lettering.text_px * STYLES[label.kind][1]


def _pixels(box: Box, scale: float) -> label_placing.Extent:
    return label_placing.Extent(box.west / scale, box.south / scale, box.east / scale, box.north / scale)


def _metres(extent: label_placing.Extent, scale: float) -> Box:
    sides = (extent.left, extent.bottom, extent.right, extent.top)
    return Box(*(side * scale for side in sides))
