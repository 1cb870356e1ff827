"""The process of the review: its page, behind the same accounts and sessions as the console's pages."""

import asyncio
import sys
import time
from functools import partial
from typing import Any, Final

import panel as pn
import structlog
from tornado.ioloop import IOLoop

from city.facts.fact import body_of
from console.accounts.authorization import Viewer
from console.app.access_services import AccessServices
from console.app.serve import build_id
from console.deployment.decision_rules import read_decision_rules
from console.deployment.display_names import names_of
from console.deployment.district import District, read_district
from console.deployment.settings import Settings
from console.deployment.signing_secret import read_secret
from console.pages.http_handlers import HealthHandler, PlainHandler
from console.pages.page_functions import Pages
from console.pages.page_handlers import guard_pages
from console.pages.sign_in import sign_in_patterns
from console.pages.static_handlers import static_patterns
from console.review.case_history import dask_frame, history_folder, update_history
from console.review.exports import Exports
from console.review.review_session import CaseHistory, ReviewSession
from feeds.history.case_columns import CODES
from feeds.history.month_files import paths, read_frame
from feeds.ledger.ledger import Act, Ledger
from feeds.people.tokens import TokenStore
from layers.atlas.atlas import Atlas
from layouts.catalogues import catalogue

__all__ = ["Review", "read_history", "run_review"]

log = structlog.get_logger()

PAGE: Final = "review"
STATIC: Final = "/citywall/static"
WEEK_S: Final = 7 * 86_400
KINDS: Final = {".csv": "text/csv; charset=utf-8", ".parquet": "application/vnd.apache.parquet"}


def read_history(settings: Settings) -> CaseHistory:
    """Return the deployment's case history as pandas, or on the Dask cluster of ``review_dask``."""
    folder = history_folder(settings.data_dir)
    # A cluster cannot hold a frame without parts: an empty history is this process's own.
    is_embedded = not settings.review_dask or not paths(folder)
    frame: Any = read_frame(folder) if is_embedded else dask_frame(folder, settings.review_dask)
    at = frame["at"].astype("int64")
    first, last = (at.min(), at.max()) if is_embedded else (at.min().compute(), at.max().compute())
    codes = {
        name: tuple(frame[name].cat.categories if is_embedded else frame[name].astype(str).unique().compute())
        for name in CODES
    }
    known = first == first and last == last and len(frame) > 0
    begin, end = (float(first), float(last) + 1.0) if known else (0.0, time.time())
    return CaseHistory(frame, codes, begin, end, settings.demo)


class Review:
    """Serves ``/review``. Each session selects for itself; the rows are shared."""

    def __init__(self, settings: Settings, district: District, history: CaseHistory) -> None:
        self._settings = settings
        self.history = history
        self._build = build_id()
        self._title = district.name
        self._words = {lang: catalogue(lang, names_of(settings, district)) for lang in ("zh", "en")}
        self._atlas = Atlas.read(district.atlas_dir)
        zone = read_decision_rules(district, settings.data_dir).zone_offset_s
        self._zone_offset_s = zone
        self._tokens = TokenStore(settings.data_dir)
        self._access = AccessServices(
            settings.data_dir, self._tokens, read_secret(settings.data_dir), zone_offset_s=zone
        )
        self._exports = Exports(settings.data_dir / "review-exports")
        self._sent: set[asyncio.Task[None]] = set()

    def server(self) -> Any:
        """Return the server, not started. Raises OSError when its port is taken."""
        settings, port = self._settings, self._settings.review_port
        origins = frozenset(n.strip().lower() for n in settings.origins.split(",") if n.strip())
        sign_in = self._access.sign_in_services(title=self._title, build=self._build, origins=origins)
        pages = Pages(self._access.authorization)
        own = {f"{host}:{port}" for host in (settings.host, "localhost", "127.0.0.1")}
        built: dict[str, Any] = {f"/{PAGE}": pages.page(PAGE, self._page)}
        return pn.io.server.get_server(
            built, port=port, address=settings.host, start=False, show=False, index=None,
            loop=IOLoop.current(), websocket_origin=sorted(origins | own),
            title=dict.fromkeys(built, "Citywall"),
            extra_patterns=[
                (r"/healthz", HealthHandler, {"build": self._build}),
                *static_patterns(),
                (r"/review/export/([A-Za-z0-9_.-]+)", ExportHandler, {"review": self}),
                *sign_in_patterns(sign_in),
            ],
            session_token_expiration=WEEK_S, unused_session_lifetime_milliseconds=60_000,
            sign_sessions=True, secret_key=read_secret(settings.data_dir).hex(), admin=False,
            liveness=False, autoreload=False, **guard_pages(pages, sign_in),
        )  # fmt: skip

    def warm_up(self) -> None:
        """Draw once before the first session: datashader's first call compiles for seconds."""
        self.session("", "zh").draw_once()

    def session(self, account: str, lang: str) -> ReviewSession:
        """Return a session of an account."""
        return ReviewSession(
            self.history, self._atlas, self._words[lang], lang=lang, zone_offset_s=self._zone_offset_s,
            export=partial(self._export, account),
        )  # fmt: skip

    def file_of(self, name: str, request: Any) -> Any:
        """Return the path of an export for who made it, None for others."""
        viewer = self._access.authorization.viewer(request, PAGE)
        account = self._account(viewer)
        return self._exports.path(name, account) if account else None

    def _account(self, viewer: Viewer | None) -> str:
        found = (
            self._access.sessions.account(viewer.session, time.time()) if viewer and viewer.session else None
        )
        return found.name if found is not None else ""

    def _page(
        self, *, lang: str, wide: bool, viewer: Viewer, panel: str
    ) -> Any:  # the form of a page's builder
        session = self.session(self._account(viewer), lang)
        return session.page(title=self._title[lang], build=self._build, static_url=STATIC)

    def _export(self, account: str, frame: Any, kind: str) -> str:
        name = self._exports.write(frame, kind, account)
        log.info("history_exported", account=account, rows=len(frame), format=kind)
        task = asyncio.get_running_loop().create_task(self._record(account, len(frame), kind, name))
        self._sent.add(task)
        task.add_done_callback(self._sent.discard)
        return f"/review/export/{name}"

    async def _record(self, account: str, rows: int, kind: str, name: str) -> None:
        """Write into the ledger who exported how much; positions of cases left the house."""
        body = body_of("HistoryExported", "history:cases", account, {"rows": rows, "format": kind})
        ledger = await Ledger.open(self._settings.log_url)
        try:
            await ledger.append([Act(f"history:export:{name}", (body,), ())])
        finally:
            await ledger.close()


class ExportHandler(PlainHandler):
    """``/review/export/<name>``: a file for the account that made it."""

    def initialize(self, review: Review) -> None:
        """Store the review."""
        self._review = review

    async def get(self, name: str) -> None:
        """Send the file."""
        path = self._review.file_of(name, self.request)
        if path is None or not path.is_file():
            self.send_error(404)
            return
        self.set_header(
            "Content-Type",
            "text/csv; charset=utf-8" if path.suffix == ".csv" else "application/vnd.apache.parquet",
        )
        self.set_header("Content-Disposition", f'attachment; filename="cases{path.suffix}"')
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, 1 << 20):
                self.write(piece)
                await self.flush()
        self.finish()


async def run_review(settings: Settings, *, refresh: bool = True) -> None:
    """Serve the review until cancelled; ``refresh`` writes the history from the ledger first."""
    sys.setswitchinterval(0.001)
    if refresh:
        await update_history(settings)
    history = await asyncio.to_thread(read_history, settings)
    review = Review(settings, read_district(settings.data_dir), history)
    await asyncio.to_thread(review.warm_up)
    server = review.server()
    server.start()
    log.info("review_serves", port=settings.review_port, cases=len(history.frame))
    await asyncio.Event().wait()
