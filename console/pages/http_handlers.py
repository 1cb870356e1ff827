"""The other HTTP handlers: health, metrics, view keys."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from tornado.web import RequestHandler

from console.accounts.authorization import COOKIE, Authorization
from console.accounts.request_origin import is_https
from console.live.encoding import encode_text

__all__ = [
    "SAFE_HEADERS",
    "HealthHandler",
    "MetricsHandler",
    "PlainHandler",
    "ReadyHandler",
    "ReviewElsewhereHandler",
    "ViewKeyHandler",
    "printed_briefly",
]  # fmt: skip

YEAR_S = 31_536_000
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every response: no sniffing, no framing, no embedding elsewhere, no referrer to other sites."""


class _Arguments(dict[str, Any]):
    """The arguments of a handler, printed as their names."""

    def __repr__(self) -> str:
        return f"<{', '.join(self)}>"


def printed_briefly(patterns: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the same URL patterns, each printed without the values of its handler's arguments.

    Bokeh formats all patterns for its debug log at every start, whether it is on or not: with the values,
    a district's tables among them, that takes more than a second.
    """
    return [(*pattern[:2], *(_Arguments(given) for given in pattern[2:])) for pattern in patterns]


class PlainHandler(RequestHandler):
    """A handler without Tornado's error pages and server name."""

    def set_default_headers(self) -> None:
        """Set the headers against sniffing and framing."""
        self.clear_header("Server")
        for name, value in SAFE_HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Send only the status."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}\n")


class ReviewElsewhereHandler(PlainHandler):
    """``/review`` on the console, which does not serve it: says who does. A proxy takes it there."""

    def initialize(self, port: int) -> None:
        """Store the port of the review's own process."""
        self._port = port

    def get(self) -> None:
        """Answer 404 with what to start and where to look."""
        self.set_status(404)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(
            f"复盘由单独的进程提供：citywall review，端口 {self._port}。\n"
            f"The review is a process of its own: citywall review, port {self._port}.\n"
        )


class HealthHandler(PlainHandler):
    """``/healthz``: shows that this process answers. Public: it contains only the build id."""

    def initialize(self, build: str) -> None:
        """Store the build id."""
        self._build = build

    def get(self) -> None:
        """Send ok and the build id."""
        self.set_header("Content-Type", "application/json")
        self.finish(encode_text({"ok": True, "build": self._build}))


class ReadyHandler(PlainHandler):
    """``/readyz``: 200 when the console is ready; else 503 with the reasons."""

    def initialize(self, problems: Callable[[], list[dict[str, str]]]) -> None:
        """Store the function that returns the problems."""
        self._problems = problems

    def get(self) -> None:
        """Send the problems, if any."""
        problems = self._problems()
        self.set_status(503 if problems else 200)
        self.set_header("Content-Type", "application/json")
        self.finish(encode_text({"ready": not problems, "problems": problems}))


class MetricsHandler(PlainHandler):
    """``/metrics`` in Prometheus' text format; for this machine or a key with ``view:metrics``."""

    def initialize(self, registry: CollectorRegistry, authorization: Authorization) -> None:
        """Store the registry and the authorization."""
        self._registry = registry
        self._authorization = authorization

    def get(self) -> None:
        """Send the metrics."""
        if not self._authorization.may_view(self.request, "metrics"):
            self.send_error(403)
            return
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(generate_latest(self._registry))


class ViewKeyHandler(PlainHandler):
    """``/open/<page>?key=…``: sets the cookie of a view key and redirects to the page."""

    def initialize(self, authorization: Authorization) -> None:
        """Store the authorization."""
        self._authorization = authorization

    def get(self, page: str) -> None:
        """Set the cookie when the key opens the page; the redirect removes the key from the address."""
        cookie = self._authorization.cookie_for(self.get_query_argument("key", ""), page)
        if cookie is None:
            self.send_error(403)
            return
        secure = is_https(self.request)
        self.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", secure=secure, expires_days=30)
        self.redirect(f"/{page}")
