"""The base map: a figure and the atlas drawn in it, in dark colours below all layers.

The main map and its inset share the drawing's sources; names have their own (see
`layers.base.name_glyphs`). All positions are metres, EPSG:3857.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    MultiLine,
    MultiPolygons,
    Node,
    PanTool,
    Plot,
    Range1d,
    Scatter,
    Toolbar,
    WheelZoomTool,
)
from bokeh.models.annotations import Label

import static
from layers.atlas.atlas import Atlas, Box, Path, Polygon, Road
from layers.atlas.inset import FACTOR, size_px
from layers.base.glyphs import add
from layers.base.label_placing import text_width
from layers.base.name_glyphs import FONT, Lang, Lettering, draw_names, place_names, source_name
from layers.palette import FAINT, GROUND

NEIGHBOUR = "#0E151F"
STREET = "#182434"
STREET_LINE = "#2D3D55"
WATER = "#1E3A52"
LARGE_WATER = "#2A4152"
"""Of an inset that fills its place: as bright and less blue, for much of a wall is not to be saturated."""
RAIL = "#1E2B3F"
STATION = "#3A4D69"
RIM = "#2D3D55"
ROADS = {"minor": ("#283850", 0.8), "main": ("#36496A", 1.2), "ring": ("#46597A", 1.7)}
"""Colour and width in CSS px, in drawing order: the least important first."""

_CLOSER = 1.4  # factor of road widths on the inset
CREDIT_PX = 12.0
_PADDING = 0.03  # of the longer side, around the jurisdiction

Sources = Mapping[str, ColumnDataSource]


def fit(bounds: Box, width_px: float, height_px: float, below_px: float = 0.0) -> Box:
    """Return the view that contains `bounds` and a margin, with equal scales in x and y.

    At least `below_px` of it are below `bounds`. ``static/js/map/map_fit.js`` does the same in the browser.
    """
    roomy = bounds.grown(_PADDING * max(bounds.width, bounds.height))
    scale = max(roomy.width / width_px, roomy.height / height_px)
    scale = max(scale, (roomy.north - bounds.south) / (height_px - below_px))
    x, y = (roomy.west + roomy.east) / 2, (roomy.south + roomy.north) / 2
    half_x, half_y = scale * width_px / 2, scale * height_px / 2
    south = min(y - half_y, bounds.south - scale * below_px)
    return Box(x - half_x, south, x + half_x, south + 2 * half_y)


def map_figure(
    bounds: Box, *, width_px: int | None = None, height_px: int | None = None, below_px: float = 0.0
) -> Plot:
    """Build an empty map: dark, no axes, no toolbar; users pan and zoom it.

    Without a size it fills its cell, and the browser keeps both scales equal, `bounds` inside and `below_px`
    free below them.
    """
    if width_px is None or height_px is None:
        figure = _bare(fit(bounds, 1, 1), sizing_mode="stretch_both")
        _keep_equal_scales(figure, bounds, below_px)
        return figure
    return _bare(fit(bounds, width_px, height_px, below_px), width=width_px, height=height_px)


def _bare(view: Box, *, moves: bool = True, ground: str = GROUND, **size: Any) -> Plot:
    """Return a figure that shows `view`, which must have the figure's aspect ratio."""
    pan, zoom = PanTool(), WheelZoomTool(zoom_on_axis=False)
    bar = Toolbar(logo=None, tools=[pan, zoom], active_drag=pan, active_scroll=zoom)
    return Plot(
        x_range=Range1d(start=view.west, end=view.east),
        y_range=Range1d(start=view.south, end=view.north),
        title=None,
        match_aspect=True,
        toolbar=bar if moves else Toolbar(logo=None),
        toolbar_location=None,
        min_border=0,
        outline_line_color=None if moves else RIM,
        background_fill_color=ground,
        border_fill_color=GROUND,
        **size,
    )


def draw_base(
    figure: Plot,
    atlas: Atlas,
    lettering: Lettering,
    *,
    obstacles: Sequence[Box] = (),
    view: Box | None = None,
) -> dict[str, ColumnDataSource]:
    """Draw land, water, roads, names and attribution; return all sources by name.

    Names, in the source `layers.base.name_glyphs.source_name`, avoid the `obstacles` (such as
    `inset_box`) and stay inside `view`, or inside the figure's own view if it is known here.
    """
    sources = _sources(atlas)
    _draw_ground(figure, sources)
    names = place_names(atlas, lettering, frame=view or _view(figure), obstacles=obstacles)
    named = source_name(lettering.lang)
    sources[named] = ColumnDataSource(data=names.columns, name=named)
    draw_names(figure, sources[named], lettering.lang)
    left, top = Node(target="frame", symbol="left"), Node(target="frame", symbol="top")
    figure.add_layout(_note(credit(atlas, lettering.lang), left, top, CREDIT_PX))
    return sources


def credit(atlas: Atlas, lang: Lang) -> str:
    """Return the attribution, marked as schematic if it is; licences require it on screen."""
    drawing = atlas.drawing
    schematic = {"zh": "示意图", "en": "Schematic map"}[lang] if drawing.schematic else ""
    return " · ".join(part for part in (schematic, drawing.attribution) if part)


def inset_figure(
    atlas: Atlas,
    sources: Sources,
    lettering: Lettering,
    core: Box | None = None,
    *,
    factor: int = FACTOR,
    key: str = "inset",
    air_px: float = 0.0,
    water: str = WATER,
) -> Plot:
    """Build the dense core (or another box) at ``factor`` times the map's scale, from the map's own sources.

    Its names are in ``layer:labels:<key>`` and keep ``air_px`` (CSS px) off its edge.
    Users cannot pan or zoom it.
    """
    core = core or atlas.drawing.core
    width, height = size_px(core, lettering.m_per_px, factor)
    figure = _bare(core, moves=False, ground=NEIGHBOUR, width=width, height=height)
    _draw_ground(figure, sources, detail=True, water=water)
    scale = lettering.m_per_px / factor
    size = lettering.text_px
    title = f"{_core_name(atlas, lettering.lang)} ×{factor}"
    corner = Box(
        core.west,
        core.north - 1.8 * size * scale,
        core.west + (text_width(title, size) + 16) * scale,
        core.north,
    )
    closer = Lettering(scale, lettering.lang, size)
    names = place_names(atlas, closer, frame=core.grown(-air_px * scale), obstacles=(corner,))
    source = ColumnDataSource(data=names.columns, name=f"layer:labels:{key}")
    draw_names(figure, source, lettering.lang)
    left, top = Node(target="frame", symbol="left"), Node(target="frame", symbol="top")
    figure.add_layout(_note(title, left, top, size))
    return figure


def _core_name(atlas: Atlas, lang: Lang) -> str:
    """Return the district's name of its dense core; a name in one language is used for the other too."""
    named = atlas.drawing.core_name
    return named.get(lang) or next(iter(named.values()), {"zh": "核心区", "en": "Core"}[lang])


def _keep_equal_scales(figure: Plot, bounds: Box, below_px: float) -> None:
    home = bounds.grown(_PADDING * max(bounds.width, bounds.height))
    box = [home.west, home.south, home.east, home.north]
    code = static.path(static.script("js", "map_fit")).read_text(encoding="utf-8")
    args = {"figure": figure, "home": box, "street": bounds.south, "below": below_px}
    fitted = CustomJS(args=args, code=code)
    figure.js_on_change("inner_width", fitted)
    figure.js_on_change("inner_height", fitted)


def _view(figure: Plot) -> Box | None:
    """Return the figure's initial view, if its size is known here."""
    if figure.width is None or figure.height is None:
        return None
    x, y = figure.x_range, figure.y_range
    return Box(*(float(getattr(*side)) for side in ((x, "start"), (y, "start"), (x, "end"), (y, "end"))))


def _sources(atlas: Atlas) -> dict[str, ColumnDataSource]:
    drawing = atlas.drawing
    columns: dict[str, dict[str, Any]] = {
        "base:land": _multi_polygons((polygon,) for polygon in drawing.land),
        "base:streets": _multi_polygons(street.polygons for street in drawing.streets),
        "base:water": _multi_polygons((polygon,) for polygon in drawing.water),
        "base:rails": _multi_line(drawing.rails),
        "base:stations": {
            "x": [x for x, _ in drawing.stations],
            "y": [y for _, y in drawing.stations],
        },
    }
    columns["base:streets"]["code"] = [street.code for street in drawing.streets]
    columns["base:roads"] = _roads(drawing.roads)
    return {name: ColumnDataSource(data=data, name=name) for name, data in columns.items()}


def _draw_ground(figure: Plot, sources: Sources, *, detail: bool = False, water: str = WATER) -> None:
    for name, fill, line in (
        ("base:land", NEIGHBOUR, None),
        ("base:streets", STREET, STREET_LINE),
        ("base:water", water, None),
    ):
        area = MultiPolygons(fill_color=fill, line_color=line, line_width=1.0, line_join="round")
        add(figure, sources[name], area, level="image")
    rail = MultiLine(line_color=RAIL, line_width=1.0, line_dash=[4, 3])
    add(figure, sources["base:rails"], rail, level="image")
    road = MultiLine(
        line_color="color", line_width="closer" if detail else "width", line_join="round", line_cap="round"
    )
    add(figure, sources["base:roads"], road, level="image")
    if detail:
        station = Scatter(size=3, fill_color=STATION, line_color=STATION)
        add(figure, sources["base:stations"], station, level="image")


def _note(text: str, x: Node, y: Node, size: float) -> Label:
    """Return a line of text in the figure's upper left corner, for any figure size."""
    note = Label(
        x=x,
        y=y,
        x_offset=8,
        y_offset=-6,
        text=text,
        text_font=FONT,
        text_font_size=f"{size:g}px",
        text_color=FAINT,
    )
    note.update(anchor="top_left")
    return note


def _multi_line(paths: Iterable[Path]) -> dict[str, Any]:
    drawn = list(paths)
    return {"xs": [path.xs for path in drawn], "ys": [path.ys for path in drawn]}


def _roads(roads: Sequence[Road]) -> dict[str, Any]:
    """Return one row per path, the least important first; ``closer`` is the width in CSS px on the inset."""
    rows = [(path, *ROADS[kind]) for kind in ROADS for r in roads if r.kind == kind for path in r.paths]
    return _multi_line(path for path, _, _ in rows) | {
        "color": [color for _, color, _ in rows],
        "width": [width for _, _, width in rows],
        "closer": [_CLOSER * width for _, _, width in rows],
    }


def _multi_polygons(groups: Iterable[tuple[Polygon, ...]]) -> dict[str, Any]:
    """Return one row per group of polygons: rows of polygons of rings of coordinates, Bokeh's format."""
    rows = list(groups)
    return {
        "xs": [[[ring.xs for ring in polygon] for polygon in row] for row in rows],
        "ys": [[[ring.ys for ring in polygon] for polygon in row] for row in rows],
    }
