"""The base map: a figure, and the atlas drawn in it, quiet enough for everything above.

Fixed sources carry the drawing and serve the main map and its inset alike; names have their own (see
`layers.lettering`). All positions are metres, EPSG:3857.
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
from layers.atlas import Atlas, Box, Path, Polygon, Road
from layers.glyphs import add
from layers.inset import FACTOR, size_px
from layers.labels import text_width
from layers.lettering import FONT, Lang, Lettering, draw_names, place_names, source_name
from layers.palette import FAINT, GROUND

NEIGHBOUR = "#0E151F"
STREET = "#182434"
STREET_LINE = "#2D3D55"
WATER = "#1E3A52"
RAIL = "#1E2B3F"
STATION = "#3A4D69"
RIM = "#2D3D55"
ROADS = {"minor": ("#283850", 0.8), "main": ("#36496A", 1.2), "ring": ("#46597A", 1.7)}
"""Colour and width in CSS px, the least important first: it is drawn first."""

_CLOSER = 1.4  # roads are so much wider there
CREDIT_PX = 12.0
_PADDING = 0.03  # of the longer side, around the jurisdiction

Sources = Mapping[str, ColumnDataSource]


def fit(bounds: Box, width_px: float, height_px: float) -> Box:
    """Return the view that holds `bounds` and some ground around it, equal in scale both ways."""
    roomy = bounds.grown(_PADDING * max(bounds.width, bounds.height))
    scale = max(roomy.width / width_px, roomy.height / height_px)
    x, y = (roomy.west + roomy.east) / 2, (roomy.south + roomy.north) / 2
    half_x, half_y = scale * width_px / 2, scale * height_px / 2
    return Box(x - half_x, y - half_y, x + half_x, y + half_y)


def map_figure(bounds: Box, *, width_px: int | None = None, height_px: int | None = None) -> Plot:
    """Build an empty map: no axes, no toolbar, dark; panned and zoomed by hand.

    Without a size it fills its place, and the browser keeps both scales equal and `bounds` inside.
    """
    if width_px is None or height_px is None:
        figure = _bare(fit(bounds, 1, 1), sizing_mode="stretch_both")
        _keep_equal_scales(figure, bounds)
        return figure
    return _bare(fit(bounds, width_px, height_px), width=width_px, height=height_px)


def _bare(view: Box, *, moves: bool = True, ground: str = GROUND, **size: Any) -> Plot:
    """A figure that shows `view`, whose sides must be in the proportion of the figure's."""
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
    """Draw ground, water, roads, names and credit; answer all sources by name.

    Names, in the source `layers.lettering.source_name`, keep off the `obstacles` (such as `inset_box`) and
    stay in `view`, or in what the figure shows if that is known here.
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
    """Say whose map it is and that a schematic one is schematic: licences ask for it on screen."""
    drawing = atlas.drawing
    schematic = {"zh": "示意图", "en": "Schematic map"}[lang] if drawing.schematic else ""
    return " · ".join(part for part in (schematic, drawing.attribution) if part)


def inset_figure(atlas: Atlas, sources: Sources, lettering: Lettering, core: Box | None = None) -> Plot:
    """Build the dense core (or a part of it) at three times the scale of its map, from the map's own sources.

    Its names are in ``layer:labels:inset``; it cannot be moved.
    """
    core = core or atlas.drawing.core
    width, height = size_px(core, lettering.m_per_px)
    figure = _bare(core, moves=False, ground=NEIGHBOUR, width=width, height=height)
    _draw_ground(figure, sources, detail=True)
    scale = lettering.m_per_px / FACTOR
    size = lettering.text_px
    title = f"{_core_name(atlas, lettering.lang)} ×{FACTOR}"
    corner = Box(
        core.west,
        core.north - 1.8 * size * scale,
        core.west + (text_width(title, size) + 16) * scale,
        core.north,
    )
    closer = Lettering(scale, lettering.lang, size)
    names = place_names(atlas, closer, frame=core, obstacles=(corner,))
    source = ColumnDataSource(data=names.columns, name="layer:labels:inset")
    draw_names(figure, source, lettering.lang)
    left, top = Node(target="frame", symbol="left"), Node(target="frame", symbol="top")
    figure.add_layout(_note(title, left, top, size))
    return figure


def _core_name(atlas: Atlas, lang: Lang) -> str:
    """Return what the district calls its dense core; a name in one language is the other's too."""
    named = atlas.drawing.core_name
    return named.get(lang) or next(iter(named.values()), {"zh": "核心区", "en": "Core"}[lang])


def _keep_equal_scales(figure: Plot, bounds: Box) -> None:
    home = bounds.grown(_PADDING * max(bounds.width, bounds.height))
    box = [home.west, home.south, home.east, home.north]
    code = static.path("js/map_fit.js").read_text(encoding="utf-8")
    fitted = CustomJS(args={"figure": figure, "home": box}, code=code)
    figure.js_on_change("inner_width", fitted)
    figure.js_on_change("inner_height", fitted)


def _view(figure: Plot) -> Box | None:
    """What the figure shows at first, if its size is known here."""
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


def _draw_ground(figure: Plot, sources: Sources, *, detail: bool = False) -> None:
    for name, fill, line in (
        ("base:land", NEIGHBOUR, None),
        ("base:streets", STREET, STREET_LINE),
        ("base:water", WATER, None),
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
    """A line of text in the figure's upper left corner, whatever the figure's size."""
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
    """One row a path, the least important first; ``closer`` is the width in CSS px on the inset."""
    rows = [(path, *ROADS[kind]) for kind in ROADS for r in roads if r.kind == kind for path in r.paths]
    return _multi_line(path for path, _, _ in rows) | {
        "color": [color for _, color, _ in rows],
        "width": [width for _, _, width in rows],
        "closer": [_CLOSER * width for _, _, width in rows],
    }


def _multi_polygons(groups: Iterable[tuple[Polygon, ...]]) -> dict[str, Any]:
    """One row a group of polygons: rows of polygons of rings of coordinates, as Bokeh wants them."""
    rows = list(groups)
    return {
        "xs": [[[ring.xs for ring in polygon] for polygon in row] for row in rows],
        "ys": [[[ring.ys for ring in polygon] for polygon in row] for row in rows],
    }
