"""Many marks over HTTP: the picture of a view other than the home view, and the mark nearest to a press.

Both belong to a page: who may not see the page gets neither. A version is that of a frame of the live
socket, so a picture is of the same moment as the page's glyphs beside it, and never changes.
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Any, Final

from console.accounts.authorization import Authorization
from console.heat.map_requests import MapRequest
from console.heat.tiles import Tiles
from console.live.encoding import encode_text
from console.pages.http_handlers import YEAR_S
from console.pages.page_content import MapPageContent
from layers.marks.many_marks import ManyMarks
from layers.marks.mark_picture import Pixels

__all__ = ["mark_patterns"]

MOST_PX: Final = 4096 * 2304
"""Device pixels of the largest view that is drawn: of a wall of 4K."""
MOST_DENSITY: Final = 4.0
KEPT: Final = 60
"""Most pictures that are kept: some 10 MB."""


class _OfMarks(MapRequest):
    """A request about a layer's many marks."""

    def _asked(self, page: str, layer: str) -> ManyMarks | None:
        """Return the marks; None: it was answered that there are none, or that one may not see them."""
        if not self._may_see(page):
            return None
        many: ManyMarks | None = self._pages[page].many_marks(layer)
        if many is None:
            self.send_error(404)
        return many


class MarksPictureHandler(_OfMarks):
    """``/marks/<page>/<layer>/<version>.png?x=…&y=…&m=…&w=…&h=…&d=…``: the picture of one view.

    x, y: its north-west corner (metres, EPSG:3857); m: metres per CSS px; w, h: CSS px; d: device px in one.
    """

    async def get(self, page: str, layer: str, version: str) -> None:
        """Draw and send the picture, once for all who ask at the same time; 404: the version is gone."""
        many = self._asked(page, layer)
        if many is None:
            return
        x, y, scale, width, height, density = asked = tuple(map(self._number, ("x", "y", "m", "w", "h", "d")))
        is_view = all(map(math.isfinite, asked)) and min(scale, density) > 0 and min(width, height) >= 1
        if not is_view or density > MOST_DENSITY or width * height * density**2 > MOST_PX:
            self._refuse(
                f"x, y, m, w, h, d: expected a view of at most {MOST_PX} px, d at most {MOST_DENSITY}"
            )
            return
        pixels = Pixels(x, y, scale, int(width), int(height), density)
        try:
            data = await self._pictures.get(
                (page, layer, version, pixels), lambda: many.of_view(version, pixels)
            )
        except LookupError:
            self.send_error(404)
            return
        self.set_header("Content-Type", "image/png")
        self.set_header("Cache-Control", f"private, max-age={YEAR_S}, immutable")
        self.finish(data)


class NearestMarkHandler(_OfMarks):
    """``/marks/<page>/<layer>/<version>?x=…&y=…&m=…``: the mark nearest to a press, within ``m`` metres."""

    async def get(self, page: str, layer: str, version: str) -> None:
        """Send ``{"mark": …}``: place and words of the mark, null if there is none."""
        many = self._asked(page, layer)
        if many is None:
            return
        x, y, reach = asked = tuple(map(self._number, "xym"))
        if not all(map(math.isfinite, asked)) or reach <= 0:
            self._refuse("x, y, m: expected metres (EPSG:3857), m above 0")
            return
        found = await asyncio.to_thread(many.nearest, version, (x, y), reach)
        self.set_header("Content-Type", "application/json")
        self.finish(encode_text({"mark": found}))


def mark_patterns(pages: Mapping[str, MapPageContent], authorization: Authorization) -> list[Any]:
    """Return the handlers of pictures of marks and of pressed marks."""
    given = {"pages": pages, "authorization": authorization, "pictures": Tiles(KEPT)}
    path = r"/marks/([a-z]+)/([a-z_]+)/([0-9a-f]{1,32})"
    return [(rf"{path}\.png", MarksPictureHandler, given), (path, NearestMarkHandler, given)]
