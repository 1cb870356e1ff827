"""Heat over HTTP: tiles of views other than the home view, and what a pressed cell says.

Both belong to a page: who may not see the page gets neither.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from city.views.wall_seen import WallSeen
from console.accounts.authorization import Authorization
from console.heat.map_requests import MapRequest
from console.heat.tiles import Tiles
from console.live.encoding import encode_text
from console.pages.http_handlers import YEAR_S
from console.pages.page_content import MapPageContent
from layers.fields.heat_choices import DEFAULT, HeatChoice, read_choice

__all__ = ["CellHandler", "HeatPage", "TileHandler", "first_look", "heat_patterns"]

CHOICE: Final = r"[a-z]+(?:\.[0-9a-z]+)?"
LOOK_S, LOOK_STEP_S = 3.0, 0.05
"""How long a request waits for the first look of its page's channel, and how often it tries."""


class HeatPage:
    """The heat of one page: its content, and what its channel sees now."""

    def __init__(self, content: MapPageContent, seen: Callable[[], WallSeen | None]) -> None:
        self.content = content
        self.seen = seen


class _OfHeat(MapRequest):
    """A request about a page's heat."""

    def _asked(self, page: str, choice: str) -> tuple[HeatPage, HeatChoice] | None:
        """Return page and choice; None: it was answered that there is none, or that one may not see it."""
        if not self._may_see(page):
            return None
        try:
            return self._pages[page], DEFAULT if choice == "density" else read_choice(choice)
        except ValueError:
            self.send_error(404)
        return None


async def first_look(of: HeatPage) -> WallSeen | None:
    """Return what a page's channel sees; None: nobody looks at it.

    A page that has just come, or come back, asks before its channel has looked.
    """
    for _ in range(round(LOOK_S / LOOK_STEP_S)):
        if (seen := of.seen()) is not None:
            return seen
        await asyncio.sleep(LOOK_STEP_S)
    return of.seen()


class TileHandler(_OfHeat):
    """``/tiles/<page>/<heat>/<z>/<x>/<y>.png``; with the present version as ``?v=`` it never changes."""

    async def get(self, page: str, choice: str, z: str, x: str, y: str) -> None:
        """Draw and send one tile."""
        asked = self._asked(page, choice)
        if asked is None:
            return
        of, heat = asked
        if int(z) > 20 or int(x) >= 2 ** int(z) or int(y) >= 2 ** int(z):
            self.send_error(404)
            return
        seen = await first_look(of)
        if seen is None:
            self.send_error(503)
            return
        at, version = (int(z), int(x), int(y)), of.content.tile_version(heat)
        # Without a version nobody looks at this heat: what is drawn then is kept for a moment only.
        kept_as = version or int(asyncio.get_running_loop().time() // 2)
        data = await self._pictures.get(
            (page, heat.name, at, kept_as), lambda: of.content.tile(seen, heat, at)
        )
        is_present = bool(version) and self.get_query_argument("v", "") == version
        self.set_header("Content-Type", "image/png")
        self.set_header(
            "Cache-Control", f"private, max-age={YEAR_S}, immutable" if is_present else "private, max-age=2"
        )
        self.finish(data)


class CellHandler(_OfHeat):
    """``/heat/<page>/<heat>?x=…&y=…&m=…`` (metres EPSG:3857, metres per CSS px): what lies around a press."""

    async def get(self, page: str, choice: str) -> None:
        """Send the numbers of a place."""
        asked = self._asked(page, choice)
        if asked is None:
            return
        of, heat = asked
        place = (self._number("x"), self._number("y"), self._number("m"))
        if not all(map(math.isfinite, place)) or place[2] <= 0:
            self._refuse("x, y, m: expected metres (EPSG:3857) and metres per CSS px above 0")
            return
        seen = await first_look(of)
        if seen is None:
            self.send_error(503)
            return
        found = await asyncio.to_thread(of.content.cell, seen, heat, place)
        self.set_header("Content-Type", "application/json")
        self.finish(encode_text(msgspec.to_builtins(found)))


def heat_patterns(pages: Mapping[str, HeatPage], authorization: Authorization) -> list[Any]:
    """Return the handlers of tiles and of pressed cells."""
    given = {"pages": pages, "authorization": authorization, "pictures": Tiles()}
    return [
        (rf"/tiles/([a-z]+)/({CHOICE})/(\d{{1,2}})/(\d{{1,7}})/(\d{{1,7}})\.png", TileHandler, given),
        (rf"/heat/([a-z]+)/({CHOICE})", CellHandler, given),
    ]
