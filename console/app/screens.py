"""The screens of a console: the content and the channels of every page."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from city.dispatch.decision_rules import DecisionRules
from city.folding.store import Store
from city.views.desk_seen import DeskSeen
from city.views.duty.duty_page_view import DutyPageView
from city.views.holders.agency_view import AgencyView
from city.views.holders.field_view import FieldView
from city.views.holders.own_cases import OwnCases
from city.views.holders.street_view import StreetView
from city.views.page_view import PageView
from city.views.response.leader_view import LeaderView
from city.views.wall_seen import WallSeen
from city.views.wall_view import WallView
from console.accounts.authorization import Authorization
from console.accounts.stations import Stations
from console.deployment.district import District
from console.deployment.settings import Settings
from console.desk.briefing_projection import BriefingProjection
from console.desk.desk_projection import DeskProjection
from console.heat.handlers import HeatPage, heat_patterns
from console.heat.mark_handlers import mark_patterns
from console.heat.points import HeatPoints
from console.live.channel import Channel, Projection
from console.live.channels import Channels, Scoped
from console.live.encoding import encode_text
from console.pages.briefing_content import BriefingContent
from console.pages.kept_parts import KeptParts
from console.pages.leader_content import LeaderContent
from console.pages.page_content import MAPS, MapPageContent, PageContent
from console.pages.street_content import StreetContent
from layers.atlas.atlas import Atlas
from layers.fields import density, interpolation
from layers.street_map import OnMap
from layouts.cards.wall.cameras import Cameras
from layouts.pages import LAYOUTS

__all__ = ["HEAT_PAGES", "Screens"]

HEAT_PAGES: Final = ("wall", "desk")
"""Pages whose map shows heat."""

_MAP_CONTENT: Final[dict[str, type[MapPageContent]]] = {"leader": LeaderContent}
"""Page with a map → its content, where it is not the common one."""


class Screens:
    """Creates each page's content and its channels.

    ``presence`` returns mark of a case → names of those who have it open. ``stations`` are the workstations.
    """

    def __init__(
        self, settings: Settings, district: District, store: Store, rules: DecisionRules, *, build_id: str,
        presence: Callable[[], Mapping[str, Sequence[str]]], has_grids: bool, stations: Stations,
    ) -> None:  # fmt: skip
        self._stations = stations
        self._store = store
        self._rules = rules
        self._guard = settings.guard_cards
        self._about = {
            "build": build_id, "name": district.name,
            "sources": {name: source.label for name, source in district.sources.items()},
        }  # fmt: skip
        atlas = Atlas.read(district.atlas_dir)
        given: dict[str, Any] = {"build_id": build_id, "has_grids": has_grids}
        lined = given | {"stations": rules.water_lines}
        kept = KeptParts(settings.data_dir, district, rules.water_lines, build_id=build_id)
        self._streets = StreetContent(settings, district, atlas, **lined)
        self.contents: dict[str, PageContent] = {
            layout.key: _MAP_CONTENT.get(layout.key, MapPageContent)(
                settings, district, atlas, page=layout.key, kept=kept, **lined
            )
            if layout.key in MAPS
            else PageContent(settings, district, page=layout.key, **given)
            for layout in LAYOUTS
        } | {
            "street": self._streets,
            "briefing": BriefingContent(settings, district, atlas, build_id=build_id),
        }
        self.points = self._heat_points(atlas, store)
        self._on_walls: tuple[int, frozenset[str]] = (0, frozenset())
        self._desk = DeskProjection(rules, presence=presence)
        self._briefing = BriefingProjection(rules, is_demo=settings.demo)
        self.channels = self._channels(PageView(zone_offset_s=rules.zone_offset_s, rules=rules))

    def _channels(self, page: PageView) -> Channels:
        cases = OwnCases(self._rules)
        agency = AgencyView(page, cases)
        street = StreetView(agency, cases, self._rules)
        wall = self._wall = WallView(rules=self._rules, page=page)
        field = FieldView(page, self._rules, self._stations)

        def agency_channel(code: str) -> Channel:
            return self._channel("agency", lambda state, now: agency.see(state, now, code))

        def street_channel(code: str) -> Channel:
            shown = self._streets.of(code)
            return Channel(
                self._store, shown, lambda state, now: street.see(state, now, code), guard=self._guard,
                idle_unwatched=True,
            )  # fmt: skip

        def check_channel(street: str) -> Channel:
            return self._channel("check", lambda state, now: field.check(state, now, street))

        def station_channel(code: str) -> Channel:
            return self._channel("station", lambda state, now: field.station(state, now, code))

        return Channels(
            {
                "wall": self._channel("wall", wall.see, idle=False),
                "desk": self._channel("desk", self._desk),
                "duty": self._channel("duty", DutyPageView(page).see),
                "briefing": self._channel("briefing", self._briefing, idle=False),
                "leader": self._channel("leader", LeaderView(wall).see),
            },
            {
                "agency": Scoped({*self._rules.agencies, *self._rules.streets}, agency_channel),
                "street": Scoped(self._rules.streets, street_channel),
                "check": Scoped(set(self._rules.streets), check_channel),
                "station": Scoped(self._stations, station_channel),
            },
        )

    def _channel(self, page: str, projection: Projection, *, idle: bool = True) -> Channel:
        content = self.contents[page]
        return Channel(
            self._store, content, projection, guard=self._guard, idle_unwatched=idle,
            wide_only=content.wide_only,
        )  # fmt: skip

    @property
    def desk_seen(self) -> DeskSeen | None:
        """What every desk sees now, None while nobody looks."""
        return cast("DeskSeen | None", self.channels.channel("desk").seen)

    def cameras_on_walls(self) -> frozenset[str]:
        """Return the ids of the cameras whose pictures walls show now: in their strip, or cast on one."""
        seen = cast("WallSeen | None", self.channels.channel("wall").seen)
        if seen is None:
            return frozenset()
        now = int(time.time())
        if self._on_walls[0] != now:  # once a second, however many walls ask
            strip = next(card for card in self.contents["wall"].cards if isinstance(card, Cameras))
            shown = {key for key, _ in strip.view(seen, float(now)).rows}
            cast_ = {show.id for show in seen.shows if show.kind == "camera"}
            self._on_walls = (now, frozenset(shown | cast_))
        return self._on_walls[1]

    def hello(self, page: str) -> bytes:
        """Return the first message of a page's live socket."""
        marks = self.contents[page].marks(self._store.state)
        about = {**self._about, "sources": {}} if page == "briefing" else self._about
        return encode_text({"hello": {"channel": page, "marks": marks, **about}})

    def _heat_points(self, atlas: Atlas, store: Store) -> HeatPoints:
        bounds = atlas.drawing.bounds
        points = HeatPoints(
            self._map_page("wall").setting, (bounds.west, bounds.south, bounds.east, bounds.north),
            lambda: store.state,
        )  # fmt: skip
        for page in HEAT_PAGES:
            self._map_page(page).many = points.many
        return points

    def map_patterns(self, authorization: Authorization) -> list[Any]:
        """Return the handlers of what maps ask for: tiles and presses of heat, pictures of many marks."""
        maps = {page: self._map_page(page) for page in MAPS}
        return [
            *heat_patterns(self._heat_pages(), authorization),
            *mark_patterns(maps, authorization),
        ]

    def _heat_pages(self) -> dict[str, HeatPage]:
        return {
            page: HeatPage(
                self._map_page(page),
                lambda page=page: cast("WallSeen | None", self.channels.channel(page).seen),  # type: ignore[misc]  # a default binds the loop's value
            )
            for page in HEAT_PAGES
        }

    def _map_page(self, page: str) -> MapPageContent:
        return cast("MapPageContent", self.contents[page])

    async def warm_up(self) -> None:
        """Draw every district map before the first viewer: Datashader compiles for some seconds."""
        state, now = self._store.state, time.time()
        wall = self._wall.see(state, now)
        seen = {"wall": wall, "desk": self._desk(state, now), "leader": OnMap(wall)}
        for field in (density, interpolation):  # rain too: its first picture comes when a level rises
            await asyncio.to_thread(field.warm_up)
        for page in MAPS:
            await asyncio.to_thread(self._map_page(page).warm_up, seen[page])

    async def run(self, most_hz: float) -> None:
        """Show the state on all channels, at most ``most_hz`` times a second, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._desk.run(lambda: self._store.state, self._is_desk_open))
            tasks.create_task(self._briefing.run(lambda: self._store.state))
            tasks.create_task(self.channels.run(time.time, most_hz))

    def _is_desk_open(self) -> bool:
        return bool(self.channels.channel("desk").watchers)
