"""Glyphs on a figure, and nothing besides.

``figure.scatter`` and its like make five glyphs each, for selections and muting that no page has. Every
model is walked again and again while a page opens, so what can be shared is.
"""

from typing import Any

from bokeh.models import AllIndices, CDSView, ColumnDataSource
from bokeh.models.glyph import Glyph

__all__ = ["add"]


def add(figure: Any, source: ColumnDataSource, glyph: Glyph, **renderer: Any) -> Any:
    """Add one glyph to a figure and return its renderer. ``renderer``: level, name, visible …"""
    return figure.add_glyph(
        source, glyph, view=_view(figure, source), selection_glyph=None, nonselection_glyph=None,
        muted_glyph=None, **renderer,
    )  # fmt: skip


def _view(figure: Any, source: ColumnDataSource) -> CDSView:
    """Return the view through which a figure's renderers see a source: all of it, one for all of them."""
    for renderer in figure.renderers:
        if renderer.data_source is source:
            shared: CDSView = renderer.view
            return shared
    whole = figure.renderers[0].view.filter if figure.renderers else AllIndices()
    return CDSView(filter=whole)
