"""The console: composition root of the process that serves the pages. It holds no other logic."""

import asyncio
import hashlib
import itertools
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import panel as pn
import structlog
from tornado.ioloop import IOLoop

import static
from city.access import Person
from console.accounts.authorization import Viewer, viewing_person
from console.accounts.stations import Stations
from console.app.access_services import AccessServices
from console.app.chain_watch import ChainWatch
from console.app.health import Health
from console.app.metrics import ConsoleFigures, LoopWatch, registry_of
from console.app.order_assembly import OrderServices
from console.app.screens import Screens
from console.app.shared_metrics import read_figures
from console.deployment.decision_rules import read_decision_rules
from console.deployment.display_names import names_of
from console.deployment.district import District, read_district, read_grids
from console.deployment.garbage_collection import freeze_objects
from console.deployment.settings import Settings
from console.deployment.signing_secret import read_secret
from console.heat.feed import feed_heat
from console.live.feed_follower import follower_of
from console.live.live_socket import LiveHandler, LiveServices, beat
from console.live.step_marks import StepMarks, keep_folded
from console.pages.duty_handlers import DutyFiles, duty_patterns
from console.pages.evidence_handlers import EvidenceServices, evidence_patterns
from console.pages.http_handlers import (
    HealthHandler,
    MetricsHandler,
    ReadyHandler,
    ReviewElsewhereHandler,
    ViewKeyHandler,
    printed_briefly,
)
from console.pages.leader_handlers import leader_patterns
from console.pages.page_functions import Pages
from console.pages.page_handlers import guard_pages
from console.pages.phone_app import PhoneApp, phone_patterns
from console.pages.photo_upload import PhotoUploadHandler, PhotoUploads
from console.pages.picture_handlers import CameraPictures, picture_patterns
from console.pages.sign_in import FirstPageHandler, sign_in_patterns
from console.pages.static_handlers import static_patterns
from feeds.gateway.picture_store import Pictures
from feeds.gateway.unavailable_logs import retry_while_unavailable
from feeds.ledger.ledger import Ledger
from feeds.people.detection_pictures import DetectionPictures
from feeds.people.tokens import TokenStore
from feeds.storage.connections import connect
from feeds.storage.photo_files import PhotoFiles
from layouts.catalogues import holder_names
from layouts.pages import LAYOUTS, SCOPE

__all__ = ["Console", "build_id", "serve"]

log = structlog.get_logger()

WEEK_S = 7 * 86_400


class Console:
    """One console process: it follows the feeds, shows the state when it changed, and serves the pages."""

    def __init__(self, settings: Settings, district: District, ledger: Ledger) -> None:
        self._settings = settings
        self._district = district
        self._ledger = ledger
        self._build = build_id()
        self._origins = frozenset(
            name.strip().lower() for name in settings.origins.split(",") if name.strip()
        )
        self._tokens = TokenStore(settings.data_dir)
        self._pictures = connect(settings.pictures_url)
        self._follower = follower_of(settings, district, clock=time.time, ledger=ledger)
        self._see(settings, district)
        zone_offset_s = self._rules.zone_offset_s
        self._access = AccessServices(
            settings.data_dir, self._tokens, read_secret(settings.data_dir),
            open_loopback=settings.open_loopback, zone_offset_s=zone_offset_s,
        )  # fmt: skip
        self._authorization = self._access.authorization
        self._sign_in = self._access.sign_in_services(
            title=district.name, build=self._build, origins=self._origins,
            scopes=holder_names(names_of(settings, district), (*self._rules.agencies, *self._rules.streets)),
            scopes_of=self._scopes_of,
        )  # fmt: skip
        self._page_sessions = self._ordering.page_sessions(self._access)
        self._sockets = self._ordering.sockets(self._access, self._tokens, self._origins)
        self._chain = ChainWatch(settings.log_url, settings.data_dir)
        self._health = Health(
            self._follower, ledger, data_dir=settings.data_dir, min_free_mb=settings.min_free_mb,
            clock=time.time, chain=lambda: self._chain.broken,
        )  # fmt: skip
        self._loop_watch = LoopWatch()
        self._figures = ConsoleFigures(
            self._channels,
            self._follower,
            self._health,
            loop=self._loop_watch,
            authorization=self._authorization,
        )
        self._figures.orders = self._ordering.orders.counts

    def _see(self, settings: Settings, district: District) -> None:
        """Create the order services and the screens."""
        self._stations = Stations(lambda: self._access.accounts.list())
        store = self._follower.store
        grids = read_grids(settings.data_dir)
        rules = msgspec.structs.replace(
            read_decision_rules(district, settings.data_dir), grid_of=grids.code_of,
            villages=grids.villages,
        )  # fmt: skip
        self._rules = rules
        self._ordering = OrderServices(
            settings, district, self._ledger, store, rules=rules, names=names_of(settings, district),
            seen=lambda: self._screens.desk_seen, fault=lambda: self._follower.broken, clock=time.time,
        )  # fmt: skip
        self._screens = Screens(
            settings, district, store, rules, build_id=self._build, has_grids=bool(grids.codes),
            presence=self._ordering.presence.everywhere, stations=self._stations,
        )  # fmt: skip
        self._channels = self._screens.channels
        self._follower.on_folded.append(self._channels.wake)

    async def run(self) -> None:
        """Serve until cancelled. Raises OSError when the port is taken."""
        server = self._server()
        server.start()
        log.info("console_serves", port=self._settings.port, build=self._build)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follower.run())
            tasks.create_task(self._health.run())
            tasks.create_task(self._chain.run(self._follower.complete))
            tasks.create_task(self._freeze_when_folded())
            tasks.create_task(self._warm_up())
            tasks.create_task(self._ordering.run(self._sockets))
            tasks.create_task(self._screens.run(self._settings.tick_hz))
            tasks.create_task(feed_heat(self._screens.points, self._follower, self._settings))
            tasks.create_task(self._beat())
            tasks.create_task(self._watch_loop())
            if not self._settings.city_rate:  # a stopped clock: whoever drives it waits for us
                folded = self._follower.store.state
                tasks.create_task(
                    keep_folded(StepMarks(self._pictures), "console", lambda: folded.ledger.position)
                )

    def _server(self) -> Any:
        pages = Pages(self._authorization, self._channels.knows)
        self._figures.sessions = pages.open_count
        port = self._settings.port
        own = {f"{host}:{port}" for host in (self._settings.host, "localhost", "127.0.0.1")}
        built: dict[str, Any] = {layout.route: pages.page(layout.key, self._build_page) for layout in LAYOUTS}
        return pn.io.server.get_server(
            built, port=port, address=self._settings.host, start=False, show=False, index=None,
            loop=IOLoop.current(), websocket_origin=sorted(self._origins | own),
            extra_patterns=printed_briefly(self._patterns(self._origins)),
            title=dict.fromkeys(built, "Citywall"), session_token_expiration=WEEK_S,
            unused_session_lifetime_milliseconds=60_000,
            sign_sessions=True, secret_key=read_secret(self._settings.data_dir).hex(), admin=False,
            liveness=False, autoreload=False, **guard_pages(pages, self._sign_in),
        )  # fmt: skip

    def _build_page(self, *, lang: str, wide: bool, viewer: Viewer, panel: str) -> Any:
        visitor, close = self._page_sessions.of(viewer, panel)
        pn.state.on_session_destroyed(lambda _: close())
        content = self._screens.contents[viewer.page]
        return content.build(lang=lang, visitor=visitor, scope=viewer.scope, wide=wide)

    def _patterns(self, origins: frozenset[str]) -> list[Any]:
        access = {"authorization": self._authorization}
        live = LiveServices(self._channels, self._authorization, self._screens.hello, origins)
        evidence = self._evidence(origins)
        uploads = PhotoUploads(self._sockets, evidence)
        return [
            (rf"/live/(?P<page>[a-z]+)(?:/(?P<scope>{SCOPE}))?", LiveHandler, {"services": live}),
            (r"/healthz", HealthHandler, {"build": self._build}),
            (r"/review", ReviewElsewhereHandler, {"port": self._settings.review_port}),
            (r"/readyz", ReadyHandler, {"problems": self._health.problems}),
            (r"/metrics", MetricsHandler, {"registry": registry_of(self._figures), **access}),
            *static_patterns(),
            (r"/open/([a-z]+)", ViewKeyHandler, access),
            self._ordering.pattern(self._sockets),
            *sign_in_patterns(self._sign_in),
            *evidence_patterns(evidence),
            (r"/v1/photo", PhotoUploadHandler, {"uploads": uploads}),
            *duty_patterns(self._duty_files()),
            *leader_patterns(self._authorization, self._ordering.leader_sheets),
            *phone_patterns(self._phone_app()),
            (r"/", FirstPageHandler, {"services": self._sign_in}),
            *picture_patterns(self._camera_pictures()),
            *self._screens.map_patterns(self._authorization),
        ]  # fmt: skip

    def _evidence(self, origins: frozenset[str]) -> EvidenceServices:
        return EvidenceServices(
            self._ordering.orders, self._access.sessions, self._authorization,
            PhotoFiles(self._settings.data_dir), lambda: self._follower.store.state, origins,
            self._rules,
        )  # fmt: skip

    def _scopes_of(self, page: str) -> tuple[str, ...]:
        agencies, streets = tuple(self._rules.agencies), tuple(self._rules.streets)
        found = {"agency": (*agencies, *streets), "street": streets, "check": streets}
        return found.get(page, tuple(self._stations))

    def _phone_app(self) -> PhoneApp:
        return PhoneApp(
            build=self._build, title=self._district.name, names=names_of(self._settings, self._district),
            zone=self._district.timezone,
        )  # fmt: skip

    def _duty_files(self) -> DutyFiles:
        def roster() -> list[dict[str, str]]:
            return self._follower.store.state.ledger.roster

        return DutyFiles(
            self._authorization, self._access.sessions, sheets=self._ordering.sheets, roster=roster
        )

    def _camera_pictures(self) -> CameraPictures:
        def person_of(session: str) -> Person | None:
            account = self._access.sessions.account(session, time.time()) if session else None
            return None if account is None else viewing_person(account)

        return CameraPictures(
            self._authorization,
            lambda: self._follower.store.state,
            person_of,
            self._screens.cameras_on_walls,
            Pictures(self._pictures),
            DetectionPictures(self._settings.data_dir),
            time.time,
        )

    async def _warm_up(self) -> None:
        await self._screens.warm_up()
        freeze_objects()
        self._health.warm = True

    async def _freeze_when_folded(self) -> None:
        await self._follower.complete.wait()
        freeze_objects()

    async def _beat(self) -> None:
        while True:
            feed, since = self._health.feed
            down = self._health.log_down_since is not None
            state = self._follower.store.state
            message = beat(
                time.time(), state, feed=feed, feed_since=since, log_down=down,
                chain_broken=bool(self._health.chain_broken),
            )  # fmt: skip
            self._channels.say(message)
            await asyncio.sleep(1.0)

    async def _watch_loop(self) -> None:
        for number in itertools.count():
            self._loop_watch.tick()
            if number % 50 == 0:
                self._figures.gateway = await read_figures(self._pictures)
            await asyncio.sleep(0.1)


def build_id() -> str:
    """Return an id made from the version and the content of the shipped files."""
    mark = hashlib.sha256(version("citywall").encode())
    root = Path(static.__file__).parent
    for folder in ("css", "js", "esm", "vendor"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                mark.update(path.read_bytes())
    return mark.hexdigest()[:12]


async def serve(settings: Settings) -> None:
    """Run a console until cancelled; it waits for the log server."""
    # An answer waits for the loop, and the loop for a drawing thread: at most 1 ms, not Python's 5 ms.
    sys.setswitchinterval(0.001)
    ledger = await retry_while_unavailable(
        lambda: Ledger.open(settings.log_url, segments=settings.data_dir / "ledger")
    )
    try:
        await Console(settings, read_district(settings.data_dir), ledger).run()
    finally:
        await ledger.close()
