"""The content of the visitors' page: the title picture that it shows whenever it is closed."""

from typing import Any, Final

import msgspec
from shapely import Polygon, simplify, union_all

from console.deployment.district import District
from console.deployment.settings import Settings
from console.pages.page_content import PageContent
from layers.atlas.atlas import Atlas
from layouts.builder import Visitor

__all__ = ["BriefingContent", "outline_path"]

SIDE: Final = 1000.0
"""The outline is drawn into a square of this side."""
SIMPLE: Final = 1.5


class BriefingContent(PageContent):
    """The content of the page ``briefing``. Its title picture is in the page itself, not in its views."""

    def __init__(self, settings: Settings, district: District, atlas: Atlas, *, build_id: str) -> None:
        super().__init__(settings, district, build_id=build_id, page="briefing")
        self._page = msgspec.structs.replace(self._page, outline=outline_path(atlas))

    def build(self, *, lang: str, visitor: Visitor | None = None, scope: str = "", wide: bool = False) -> Any:
        """Return the page. It takes no visitor: nobody gives a command or asks anything on it."""
        return super().build(lang=lang, scope=scope)


def outline_path(atlas: Atlas) -> str:
    """Return the district's outline as an SVG path in a square of 1000, '' for a map without streets."""
    hulls = [
        Polygon(zip(polygon[0].xs, polygon[0].ys, strict=True)).buffer(0)
        for street in atlas.drawing.streets
        for polygon in street.polygons
        if len(polygon[0].xs) > 3
    ]
    if not hulls:
        return ""
    whole = union_all([hull.buffer(30) for hull in hulls])
    west, south, east, north = whole.bounds
    scale = SIDE / max(east - west, north - south)
    left, top = (SIDE - (east - west) * scale) / 2, (SIDE - (north - south) * scale) / 2
    simple = simplify(whole, SIMPLE / scale)
    parts = getattr(simple, "geoms", [simple])
    rings = [part.exterior for part in parts if part.area * scale * scale > 20]
    return "".join(
        "M"
        + "L".join(
            f"{round((x - west) * scale + left, 1):g} {round((north - y) * scale + top, 1):g}"
            for x, y in list(ring.coords)[:-1]
        )
        + "Z"
        for ring in rings
    )
