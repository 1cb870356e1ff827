"""HTTP handlers beside the pages: health, metrics, static files, map tiles, camera pictures, the door."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from tornado.web import RequestHandler

import static
from console.accounts.authorization import COOKIE, Authorization
from console.accounts.request_origin import is_https
from console.live.encoding import encode_text

__all__ = [
    "SAFE_HEADERS",
    "HealthHandler",
    "MetricsHandler",
    "PictureHandler",
    "PlainHandler",
    "ReadyHandler",
    "StaticHandler",
    "TileHandler",
    "ViewKeyHandler",
]  # fmt: skip

YEAR_S = 31_536_000
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On everything that we serve: not sniffed, not framed, not embedded elsewhere, our addresses told nobody."""


class PlainHandler(RequestHandler):
    """A handler without Tornado's error pages and server name."""

    def set_default_headers(self) -> None:
        """Keep what we serve from being sniffed or framed."""
        self.clear_header("Server")
        for name, value in SAFE_HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer with the status alone."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}\n")


class HealthHandler(PlainHandler):
    """``/healthz``: this process answers. Open: it says nothing but its build."""

    def initialize(self, build: str) -> None:
        """Take the build id."""
        self._build = build

    def get(self) -> None:
        """Say that we are here."""
        self.set_header("Content-Type", "application/json")
        self.finish(encode_text({"ok": True, "build": self._build}))


class ReadyHandler(PlainHandler):
    """``/readyz``: 200 when everything that the promises need is so; else 503 and what is not."""

    def initialize(self, problems: Callable[[], list[dict[str, str]]]) -> None:
        """Take the list maker of the problems."""
        self._problems = problems

    def get(self) -> None:
        """Name what keeps us from being ready."""
        problems = self._problems()
        self.set_status(503 if problems else 200)
        self.set_header("Content-Type", "application/json")
        self.finish(encode_text({"ready": not problems, "problems": problems}))


class MetricsHandler(PlainHandler):
    """``/metrics`` in Prometheus' text form; for this machine or a key with ``view:metrics``."""

    def initialize(self, registry: CollectorRegistry, doors: Authorization) -> None:
        """Take the registry and the doors."""
        self._registry = registry
        self._doors = doors

    def get(self) -> None:
        """Write the figures."""
        if not self._doors.may_view(self.request, "metrics"):
            self.send_error(403)
            return
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(generate_latest(self._registry))


class StaticHandler(PlainHandler):
    """``/citywall/static/…``: shipped files; open, they hold no data.

    Immutable under their ``?v=`` or below ``@<build>/``: what a module there imports by a relative address is
    of the same build.
    """

    ROOT = Path(static.__file__).parent.resolve()
    KINDS: ClassVar[dict[str, str]] = {
        ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
        ".png": "image/png", ".ogg": "audio/ogg",
    }  # fmt: skip
    SERVED = frozenset({"css", "js", "esm", "vendor", "icons", "sounds"})

    def get(self, name: str) -> None:
        """Send one file of the served folders."""
        if "\0" in name:  # no path at all
            self.send_error(404)
            return
        build, _, below = name.partition("/") if name.startswith("@") else ("", "", name)
        path = (self.ROOT / below).resolve()
        inside = path.is_relative_to(self.ROOT) and path.relative_to(self.ROOT).parts
        if not inside or inside[0] not in self.SERVED or not path.is_file():
            self.send_error(404)
            return
        self.set_header("Content-Type", self.KINDS.get(path.suffix, "application/octet-stream"))
        if build or self.get_query_argument("v", ""):
            self.set_header("Cache-Control", f"public, max-age={YEAR_S}, immutable")
        self.finish(path.read_bytes())


class TileHandler(PlainHandler):
    """``/tiles/<class>/<layer>/<z>/<x>/<y>.png``: heat beyond the home view, drawn once however many ask."""

    def initialize(self, draw: Callable[[str, int, int, int], bytes], doors: Authorization) -> None:
        """Take the drawing and the doors."""
        self._draw = draw
        self._doors = doors

    async def get(self, kind: str, z: str, x: str, y: str) -> None:
        """Draw and send one tile."""
        if not self._doors.may_view(self.request, kind):
            self.send_error(403)
            return
        if int(z) > 20 or int(x) >= 2 ** int(z) or int(y) >= 2 ** int(z):
            self.send_error(404)
            return
        try:
            data = await asyncio.to_thread(self._draw, kind, int(z), int(x), int(y))
        except ValueError:  # nothing was seen yet
            self.send_error(503)
            return
        self.set_header("Content-Type", "image/png")
        self.set_header("Cache-Control", "private, max-age=2")
        self.finish(data)


class PictureHandler(PlainHandler):
    """``/camera/<id>.jpg``: a camera's newest picture, for those who may see a page that it stands on."""

    PAGES = ("wall", "desk")

    def initialize(
        self, newest: Callable[[str], Awaitable[tuple[bytes, str] | None]], doors: Authorization
    ) -> None:
        """Take the look-up of the newest picture and the doors."""
        self._newest = newest
        self._doors = doors

    async def get(self, camera: str) -> None:
        """Send the picture with the moment that it was taken."""
        if not any(self._doors.still(self.request, page) for page in self.PAGES):
            self._doors.refused += 1
            self.send_error(403)
            return
        found = await self._newest(camera)
        if found is None:
            self.send_error(404)
            return
        self.set_header("Content-Type", "image/jpeg")
        self.set_header("X-Taken-At", found[1])
        self.finish(found[0])


class ViewKeyHandler(PlainHandler):
    """``/open/<page>?key=…``: changes a view key for a cookie and goes on to the page."""

    def initialize(self, doors: Authorization) -> None:
        """Take the doors."""
        self._doors = doors

    def get(self, page: str) -> None:
        """Set the cookie when the key opens the page; the key does not stay in the address."""
        cookie = self._doors.cookie_for(self.get_query_argument("key", ""), page)
        if cookie is None:
            self.send_error(403)
            return
        secure = is_https(self.request)
        self.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", secure=secure, expires_days=30)
        self.redirect(f"/{page}")
