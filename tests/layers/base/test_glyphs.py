"""A page's figures have no model that nothing is drawn with: each is walked again and again on opening."""

from bokeh.document import Document
from bokeh.models import ColumnDataSource, Line, Scatter

from layers.atlas.atlas import Box
from layers.base.base_map import map_figure
from layers.base.glyphs import add


def test_a_renderer_has_one_glyph_and_none_for_what_no_page_does() -> None:
    figure = map_figure(Box(0, 0, 1000, 1000))
    renderer = add(figure, ColumnDataSource({"x": [1.0], "y": [1.0]}), Scatter(), level="overlay")
    assert figure.renderers == [renderer]
    assert renderer.level == "overlay"
    others = (renderer.selection_glyph, renderer.nonselection_glyph, renderer.muted_glyph)
    assert (*others, renderer.hover_glyph) == (None, None, None, None)


def test_renderers_of_one_source_share_their_view_and_those_of_two_do_not() -> None:
    figure = map_figure(Box(0, 0, 1000, 1000))
    one, other = (ColumnDataSource({"x": [1.0], "y": [1.0]}) for _ in range(2))
    first, second, third = (add(figure, s, g) for s, g in ((one, Line()), (one, Scatter()), (other, Line())))
    assert first.view is second.view
    assert first.view is not third.view
    assert first.view.filter is third.view.filter


def test_an_empty_map_is_a_handful_of_models() -> None:
    """No axes, grids or title that are then hidden."""
    document = Document()
    document.add_root(map_figure(Box(0, 0, 1000, 1000)))
    assert len(list(document.models)) <= 10
