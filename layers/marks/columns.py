"""Functions shared by the layers of marks: times, thinning, outlines, texts."""

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Scatter, Text
from numpy.typing import NDArray

from layers.base.glyphs import add
from layers.base.name_glyphs import FONT
from layers.palette import EDGE, GROUND, TEXT

__all__ = ["newest", "outline", "thin", "write"]

Floats = NDArray[np.float64]


def newest(moments: Floats, now: float) -> float:
    """Return the newest of some machine times (NaN = never), ``now`` when there is none."""
    known = moments[np.isfinite(moments)]
    return min(now, float(known.max())) if len(known) else now


def thin(
    x: Floats, y: Floats, rank: NDArray[np.uint8], cell: float
) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Keep one mark per square cell (``cell`` in metres): the highest rank, of equals the first.

    Return the rows kept, in their order, and how many marks each represents.
    """
    if not len(x):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.int32)
    cells = np.stack([np.floor(x / cell), np.floor(y / cell)]).astype(np.int64)
    key = cells[0] * (1 << 32) + cells[1]
    order = np.lexsort((np.arange(len(x)), -rank.astype(np.int16), key))
    _, first, number = np.unique(key[order], return_index=True, return_counts=True)
    kept = order[first]
    back = np.argsort(kept)
    return kept[back], number[back].astype(np.int32)


def outline(figure: Any, source: ColumnDataSource, *, level: str = "glyph", **glyph: Any) -> None:
    """Add scatter marks with a dark outline, so that they are visible on any background."""
    add(figure, source, Scatter(**{"line_color": EDGE, "line_width": 1.5, **glyph}), level=level)


def write(
    figure: Any, source: ColumnDataSource, text: str, *, first: int | None = None, **glyph: Any
) -> None:  # fmt: skip
    """Add texts on a dark background (opacity: column ``shade``). Canvas text is never markup.

    ``first``: so many rows of the source have one, None = all. A browser lays out an empty text too.
    """
    given = {
        "text_font": {"value": FONT}, "text_font_size": "17px", "text_color": TEXT,
        "text_baseline": "middle", "background_fill_color": GROUND, "background_fill_alpha": "shade",
        "border_radius": 4, "padding": 2,
        **glyph,
    }  # fmt: skip
    add(figure, source, Text(text=text, **given), first=first)
