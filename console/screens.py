"""Screens: a page's cards, layers and figures put together for one district."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from city.seen import WallSeen
from city.state import CityState
from console.district import District
from console.names import names_of
from console.settings import Settings
from layers.atlas import Atlas, Box
from layers.base import draw_base, inset_figure, map_figure
from layers.contract import Frame, Layer, MapSetting
from layers.heat import Heat
from layers.legend import legend
from layers.lettering import Lettering
from layers.registry import build_layers, map_setting
from layouts.builder import PageSettings, Visitor, build
from layouts.contract import Card, View
from layouts.pages import CARDS_OF, LAYOUTS

__all__ = ["Screens"]

MAP_PX = {"wall": (736.0, 990.0), "desk": (638.0, 560.0)}
"""The map's place on a page of 1920 × 1080 CSS px."""

TEXT_PX = {"wall": 17.0, "desk": 14.0}
"""The names on the map, CSS px."""

FIGURES = {"wall": ("map", "inset"), "desk": ("map",)}


class Screens:
    """What a page of a console shows: made once from the district, used by every session and tick.

    ``page`` is a key of ``layouts.pages.LAYOUTS``. Raises KeyError for another.
    """

    def __init__(
        self, settings: Settings, district: District, atlas: Atlas, *, build_id: str, page: str = "wall",
        has_grids: bool = False,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._layout = {layout.key: layout for layout in LAYOUTS}[page]
        self._atlas = atlas
        self._map: MapSetting = map_setting(
            self._atlas, district.limits, size=MAP_PX[page], text_px=TEXT_PX[page]
        )
        self._has_inset = "inset" in FIGURES[page] and self._map.core is not None
        self.layers: list[Layer] = [
            layer
            for layer in build_layers(self._map)
            if self._has_inset or getattr(layer, "prefix", "") != "inset"
        ]
        self.cards: tuple[Card[Any], ...] = CARDS_OF[page]
        self._heat = next(layer for layer in self.layers if isinstance(layer, Heat))
        self._page = PageSettings(
            build=build_id, title=district.name, timezone=district.timezone,
            names=names_of(settings, district), has_grids=has_grids, inset=self._map.corner,
        )  # fmt: skip
        self._frames: dict[str, Frame] = {}
        self._tiles: dict[tuple[int, int, int], tuple[float, bytes]] = {}
        self._tile_lock = threading.Lock()

    def build(self, *, lang: str, visitor: Visitor | None = None) -> Any:
        """Return the page for one session, drawn with the newest frames that there are."""
        return build(
            self._layout, lang=lang, figures=self._figures(lang), settings=self._page, visitor=visitor
        )

    def marks(self, state: CityState) -> list[str]:
        """Return what every page must say of itself: invented, drilled, transplanted, schematic."""
        said = {
            "demo": self._settings.demo,
            "drill": not state.ledger.clock.is_real,
            "transplanted": state.ledger.transplanted > 0,
            "schematic": self._atlas.drawing.schematic,
        }
        return [name for name, is_so in said.items() if is_so]

    def keep(self, frame: Frame) -> None:
        """Remember a layer's newest frame for pages that are opened later."""
        self._frames[frame.key] = frame

    def about(self, frames: Mapping[str, Frame], now: float) -> dict[str, View]:
        """Return the view of the legend: it tells what the frames show."""
        drawing = self._atlas.drawing
        told = legend(frames, schematic=drawing.schematic, attribution=drawing.attribution)
        return {"legend": View(now, msgspec.to_builtins(told), [])}

    def tile(self, seen: WallSeen | None, z: int, x: int, y: int) -> bytes:
        """Return a density tile, drawn once in two seconds however many ask. Raises ValueError."""
        with self._tile_lock:  # single-flight: who comes second finds it drawn
            kept = self._tiles.get((z, x, y))
            now = time.time()
            if kept is not None and now - kept[0] < self._heat.every_s:
                return kept[1]
            if seen is None:
                message = "nothing was seen yet"
                raise ValueError(message)
            drawn = self._heat.tile(seen, now, (z, x, y))
            self._tiles = {key: kept for key, kept in self._tiles.items() if now - kept[0] < 60}
            self._tiles[(z, x, y)] = (now, drawn)
            return drawn

    def warm_up(self, seen: WallSeen) -> None:
        """Draw everything once: the first datashader call compiles for about a second."""
        for layer in self.layers:
            self.keep(layer.frame(seen, time.time()))
        for lang in ("zh", "en"):
            self._figures(lang)

    def _figures(self, lang: str) -> dict[str, Any]:
        drawing = self._atlas.drawing
        lettering = Lettering(self._map.metres_per_px, lang, self._map.text_px)  # type: ignore[arg-type]  # checked by the page
        main = map_figure(drawing.bounds)
        main.name = "figure:map"
        hidden, view = [Box(*box) for box in self._map.covered], Box(*self._map.extent)
        sources = draw_base(main, self._atlas, lettering, obstacles=hidden, view=view)
        inset = None
        if self._has_inset and self._map.core is not None:
            inset = inset_figure(self._atlas, sources, lettering, Box(*self._map.core))
            inset.name = "figure:inset"
        for layer in self.layers:
            frame = self._frames.get(layer.key)
            if frame is not None:
                layer.draw(main, frame)
                if inset is not None:
                    layer.draw(inset, frame, prefix="inset")
        return {"map": main} if inset is None else {"map": main, "inset": inset}
