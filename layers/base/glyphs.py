"""Adds single glyphs to a figure.

``figure.scatter`` and similar methods make five glyphs each, for selection and muting, which no page uses.
Bokeh traverses every model several times while a page opens, so models are shared where possible.
"""

from typing import Any

from bokeh.models import AllIndices, BooleanFilter, CDSView, ColumnDataSource
from bokeh.models.glyph import Glyph

__all__ = ["add"]


def add(
    figure: Any, source: ColumnDataSource, glyph: Glyph, *, first: int | None = None, **renderer: Any
) -> Any:  # fmt: skip
    """Add one glyph to a figure and return its renderer. ``renderer``: level, name, visible …

    ``first``: it draws so many rows of the source, None = all.
    """
    view = _view(figure, source) if first is None else CDSView(filter=BooleanFilter(booleans=[True] * first))
    return figure.add_glyph(
        source, glyph, view=view, selection_glyph=None, nonselection_glyph=None,
        muted_glyph=None, **renderer,
    )  # fmt: skip


def _view(figure: Any, source: ColumnDataSource) -> CDSView:
    """Return the view of a source for a figure's renderers: all rows, shared by all renderers."""
    for renderer in figure.renderers:
        if renderer.data_source is source and not isinstance(renderer.view.filter, BooleanFilter):
            shared: CDSView = renderer.view
            return shared
    whole = figure.renderers[0].view.filter if figure.renderers else AllIndices()
    return CDSView(filter=whole)
