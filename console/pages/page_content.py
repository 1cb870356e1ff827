"""Page content: assembles a page's cards, layers and figures for one district."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from city.dispatch.tables.water_lines import WaterLines
from city.state.ledger_state import CityState
from city.views.wall_seen import WallSeen
from console.deployment.display_names import names_of
from console.deployment.district import District
from console.deployment.settings import Settings
from console.pages.kept_parts import KeptParts
from layers.atlas.atlas import Atlas, Box
from layers.base.base_map import LARGE_WATER, draw_base, inset_figure, map_figure
from layers.base.name_glyphs import Lettering
from layers.contract import NO_STATIONS, Frame, Layer, MapSetting, clear_sources
from layers.fields.buckets import Buckets
from layers.fields.heat import BesideHeat, CoreHeat, Heat
from layers.fields.heat_cell import HeatCell, cell_at
from layers.fields.heat_choices import DEFAULT, HeatChoice, read_choice
from layers.legend import legend
from layers.marks.many_marks import ManyMarks
from layers.projection import to_degrees
from layers.registry import build_layers, map_setting
from layers.street_map import empty_frame
from layouts.builder import PageSettings, Visitor, build
from layouts.cards.wall.cameras import Cameras
from layouts.contract import Card, View
from layouts.page_parts import PageParts, make_parts
from layouts.pages import CARDS_OF, LAYOUTS

__all__ = ["MAPS", "MapPageContent", "PageContent"]


LEGEND_PX: Final = 72.0
"""The wall's legend of the density, its distance from the edge, and half a mark: no mark lies under it."""


class MapPlace(msgspec.Struct, frozen=True):
    """The map of a page of 1920 × 1080 CSS px: size, text size of its names, place of the inset beside it.

    ``below_px``: the least room below the southernmost street.
    """

    px: tuple[float, float]
    text_px: float
    figures: tuple[str, ...]
    beside_px: tuple[float, float] | None = None
    below_px: float = 0.0


MAPS: Final = {
    "wall": MapPlace((736.0, 990.0), 17.0, ("map", "inset", "beside"), (1498.0, 990.0), LEGEND_PX),
    "desk": MapPlace((632.0, 539.0), 14.0, ("map",)),
    "leader": MapPlace((1128.0, 612.0), 16.0, ("map",)),
}
"""Page → its map; the other pages have none."""


class PageContent:
    """The content of a page: created once from the district, used by every session and look.

    ``page`` is a key of ``layouts.pages.LAYOUTS``. Raises KeyError for any other value.
    """

    def __init__(
        self, settings: Settings, district: District, *, build_id: str, page: str, has_grids: bool = False,
        kept: KeptParts | None = None,
    ) -> None:  # fmt: skip
        """``kept`` are the parts on disk; without it they are drawn at every start."""
        self._kept = kept
        self._layout = {layout.key: layout for layout in LAYOUTS}[page]
        self._is_demo = settings.demo
        self._page = PageSettings(
            build=build_id, title=district.name, timezone=district.timezone,
            names=names_of(settings, district), has_grids=has_grids, phone=settings.duty_phone,
        )  # fmt: skip
        self._made_parts: dict[tuple[str, str, bool], PageParts] = {}
        self.cards: tuple[Card[Any], ...] = CARDS_OF[page]
        self.layers: list[Layer] = []
        self.wide_only: frozenset[str] = frozenset()
        """Keys of the layers of figures that only a wide canvas shows."""

    def build(self, *, lang: str, visitor: Visitor | None = None, scope: str = "", wide: bool = False) -> Any:
        """Return the page for one session; ``wide``: for a wide canvas. Views and frames come later."""
        wide = wide and self._layout.wide is not None
        return build(
            self._layout, lang=lang, parts=self._parts(lang, scope, wide), settings=self._page,
            visitor=visitor, scope=scope, wide=wide,
        )  # fmt: skip

    def _parts(self, lang: str, scope: str, wide: bool) -> PageParts:
        """Return the parts that all sessions share, made once; those without figures are of every scope."""
        key = (lang, scope, wide) if self._layout.cells("figure") else ("", "", False)
        if key in self._made_parts:
            return self._made_parts[key]

        def make() -> PageParts:
            figures, page = self._figures(lang, scope, wide), self._page
            return make_parts(self._layout, figures=figures, static_url=page.static_url, build=page.build)

        if self._kept is not None and not scope and key[0]:
            found = self._kept.get(f"{self._layout.key}-{lang}{'-wide' if wide else ''}", make)
        else:
            found = make()
        self._made_parts[key] = found
        return found

    def marks(self, state: CityState) -> list[str]:
        """Return the marks that the page must show: invented, drill, transplanted, schematic."""
        marks = {
            "demo": self._is_demo,
            "drill": not state.ledger.clock.is_real,
            "transplanted": state.ledger.transplanted > 0,
        }
        return [name for name, is_set in marks.items() if is_set]

    def about(self, frames: Mapping[str, Frame], now: float) -> dict[str, View]:
        """Return the views that describe the frames."""
        return {}

    def chosen(self, choice: str) -> Sequence[Layer]:
        """Return the layers of a heat that a viewer chose; none: this page has no heat."""
        return ()

    def _figures(self, lang: str, scope: str, wide: bool) -> dict[str, Any]:
        return {}


class MapPageContent(PageContent):
    """The content of a page with a map, one of ``MAPS``."""

    def __init__(
        self, settings: Settings, district: District, atlas: Atlas, *, build_id: str, page: str = "wall",
        has_grids: bool = False, stations: WaterLines = NO_STATIONS, kept: KeptParts | None = None,
    ) -> None:  # fmt: skip
        super().__init__(settings, district, build_id=build_id, page=page, has_grids=has_grids, kept=kept)
        place = MAPS[page]
        self._atlas = atlas
        self.setting: MapSetting = map_setting(
            self._atlas, district.limits, size=place.px, text_px=place.text_px, beside_px=place.beside_px,
            below_px=place.below_px, stations=stations,
        )  # fmt: skip
        self._below_px = place.below_px
        self._page = msgspec.structs.replace(self._page, inset=self.setting.corner)
        boxes = {"inset": self.setting.core, "beside": self.setting.beside}
        self._insets = {key: Box(*box) for key, box in boxes.items() if box and key in place.figures}
        self.layers = self._new_layers()
        self._wide_figures = {
            cell.key
            for region in self._layout.regions
            if self._layout.is_wide_only(region)
            for cell in region.cells
        }
        self.wide_only = frozenset(
            layer.key for layer in self.layers if getattr(layer, "prefix", "layer") in self._wide_figures
        )
        self.cards = tuple(
            card.near(*_middle(self._atlas.drawing.core)) if isinstance(card, Cameras) else card
            for card in self.cards
        )
        self.many: Mapping[str, Buckets] = {}
        """Counts of detections, readings off normal and positions, given by who feeds them."""
        usual = [layer for layer in self.layers if isinstance(layer, Heat)]
        self._heats: dict[HeatChoice, Sequence[Heat]] = {DEFAULT: usual}

    def marks(self, state: CityState) -> list[str]:
        """Return the marks that the page must show; ``schematic`` is its map's."""
        return super().marks(state) + (["schematic"] if self._atlas.drawing.schematic else [])

    def about(self, frames: Mapping[str, Frame], now: float) -> dict[str, View]:
        """Return the view of the legend of the frames."""
        drawing = self._atlas.drawing
        found = legend(frames, schematic=drawing.schematic, attribution=drawing.attribution)
        return {"legend": View(now, msgspec.to_builtins(found), [])}

    def chosen(self, choice: str) -> Sequence[Layer]:
        """Return the layers of a heat that a viewer chose (``<kind>.<window>``)."""
        return self._heats_of(read_choice(choice))

    def tile(self, seen: WallSeen, choice: HeatChoice, at: tuple[int, int, int]) -> bytes:
        """Return a tile of heat, ``at`` = (z, x, y). Raises ValueError for one that there is not."""
        return self._heat(choice).tile(seen, time.time(), at)

    def tile_version(self, choice: HeatChoice) -> str:
        """Return the version of the tiles of a choice, '' while nobody looks at it."""
        return self._heat(choice).version

    def cell(self, seen: WallSeen, choice: HeatChoice, place: tuple[float, float, float]) -> HeatCell:
        """Return what lies around ``place`` = (x, y, metres per CSS px), metres EPSG:3857."""
        return cell_at(seen, time.time(), choice, place, self.setting, self.many)

    def many_marks(self, key: str) -> ManyMarks | None:
        """Return the marks of a layer that may be one picture; None: it has none, or there is no layer."""
        return next((getattr(layer, "many", None) for layer in self.layers if layer.key == key), None)

    def _heat(self, choice: HeatChoice) -> Heat:
        return next(layer for layer in self._heats_of(choice) if layer.prefix == "layer")

    def _heats_of(self, choice: HeatChoice) -> Sequence[Heat]:
        if choice not in self._heats:
            kinds = (Heat, CoreHeat, BesideHeat)
            self._heats[choice] = [
                kind(self.setting, choice, self.many)
                for kind in kinds
                if kind.prefix in ("layer", *self._insets)
            ]
        return self._heats[choice]

    def warm_up(self, seen: Any) -> None:
        """Draw what the page shows once, and make its parts. ``seen`` is what its channel sees."""
        for layer in self.layers:
            layer.frame(seen, time.time())
        for lang in ("zh", "en"):
            self._parts(lang, "", wide=False)

    def _new_layers(self) -> list[Layer]:
        """Return the page's layers, none of which drew anything yet."""
        return [
            layer
            for layer in build_layers(self.setting)
            if getattr(layer, "prefix", "layer") in ("layer", *self._insets)
        ]

    def _figures(self, lang: str, scope: str, wide: bool) -> dict[str, Any]:
        drawing = self._atlas.drawing
        lettering = Lettering(self.setting.metres_per_px, lang, self.setting.text_px)  # type: ignore[arg-type]  # checked by the page
        main = map_figure(drawing.bounds, below_px=self._below_px)
        main.name = "figure:map"
        hidden, view = [Box(*box) for box in self.setting.covered], Box(*self.setting.extent)
        sources = draw_base(main, self._atlas, lettering, obstacles=hidden, view=view)
        kinds: dict[str, Any] = {
            "inset": {},
            "beside": {"factor": self.setting.beside_factor, "air_px": 12.0, "water": LARGE_WATER},
        }
        insets = {
            key: inset_figure(self._atlas, sources, lettering, box, key=key, **kinds[key])
            for key, box in self._insets.items()
            if wide or key not in self._wide_figures
        }
        for key, inset in insets.items():
            inset.name = f"figure:{key}"
        # All glyphs are there before any frame: the parts are also those of who comes first of all.
        for layer in self._new_layers():  # not those of the channel, which another thread draws with
            frame = empty_frame(layer)
            layer.draw(main, frame)
            for key, inset in insets.items():
                layer.draw(inset, frame, prefix=key)
        figures = {"map": main, **insets}
        prefixes = ("layer", *insets)
        clear_sources(
            figures.values(), {f"{prefix}:{layer.key}" for prefix in prefixes for layer in self.layers}
        )
        return figures


def _middle(box: Box) -> tuple[float, float]:
    """Return the longitude and latitude (WGS84 degrees) of a box's middle."""
    lon, lat = to_degrees((box.west + box.east) / 2, (box.south + box.north) / 2)
    return float(lon), float(lat)
