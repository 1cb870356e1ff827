"""The content of the streets' pages: one for all, with a map and frames for each street."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from city.dispatch.tables.water_lines import WaterLines
from city.state.ledger_state import CityState
from console.deployment.district import District
from console.deployment.settings import Settings
from console.pages.page_content import PageContent
from layers.atlas.around import around_street
from layers.atlas.atlas import Atlas, Box
from layers.base.base_map import draw_base, map_figure
from layers.base.name_glyphs import Lettering
from layers.contract import NO_STATIONS, Frame, Layer
from layers.street_map import empty_frame, street_layers, street_setting
from layouts.contract import Card, View

__all__ = ["StreetContent", "StreetFrames"]

MAP_PX: Final = (454.0, 704.0)
"""The map on 1366 × 768 CSS px."""
TEXT_PX: Final = 15.0


class StreetFrames:
    """What the channel of one street shows: the cards of all streets' pages, and its own layers."""

    def __init__(
        self, cards: tuple[Card[Any], ...], atlas: Atlas, limits: Mapping[str, Any],
        stations: WaterLines = NO_STATIONS,
    ) -> None:  # fmt: skip
        self.cards = cards
        self.atlas = atlas
        self.setting = street_setting(atlas, limits, size=MAP_PX, text_px=TEXT_PX, stations=stations)
        self.layers: list[Layer] = street_layers(self.setting)

    def about(self, frames: Mapping[str, Frame], now: float) -> dict[str, View]:
        """Return no views: a street's map has no legend of densities."""
        return {}

    def chosen(self, choice: str) -> Sequence[Layer]:
        """Return no layers: a street's map has no heat."""
        return ()


class StreetContent(PageContent):
    """The content of the page ``street``; a street that the map does not know has a page without a map."""

    def __init__(
        self, settings: Settings, district: District, atlas: Atlas, *, build_id: str, page: str = "street",
        has_grids: bool = False, stations: WaterLines = NO_STATIONS,
    ) -> None:  # fmt: skip
        super().__init__(settings, district, build_id=build_id, page=page, has_grids=has_grids)
        self._atlas = atlas
        self._limits = district.limits
        self._stations = stations
        self._made: dict[str, StreetFrames | None] = {}

    def marks(self, state: CityState) -> list[str]:
        """Return the marks that the page must show; ``schematic`` is its map's."""
        return super().marks(state) + (["schematic"] if self._atlas.drawing.schematic else [])

    def of(self, scope: str) -> "StreetFrames | PageContent":
        """Return what the channel of a street shows."""
        return self._frames_of(scope) or self

    def _frames_of(self, scope: str) -> StreetFrames | None:
        if scope not in self._made:
            try:
                around = around_street(self._atlas, scope)
            except KeyError:
                self._made[scope] = None
            else:
                self._made[scope] = StreetFrames(self.cards, around, self._limits, self._stations)
        return self._made[scope]

    def _figures(self, lang: str, scope: str, wide: bool) -> dict[str, Any]:
        shown = self._frames_of(scope)
        if shown is None:
            return {}
        setting = shown.setting
        lettering = Lettering(setting.metres_per_px, lang, setting.text_px)  # type: ignore[arg-type]  # checked by the page
        figure = map_figure(shown.atlas.drawing.bounds)
        figure.name = "figure:map"
        draw_base(figure, shown.atlas, lettering, view=Box(*setting.extent))
        for layer in shown.layers:
            layer.draw(figure, empty_frame(layer))  # the page is every session's: its marks come later
        return {"map": figure}
