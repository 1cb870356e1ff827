"""The handlers of a page and of its websocket: Panel's, behind our doors.

Panel guards a page but not its websocket, and puts all cookies and headers of who opened a page into the
token that stands in the page. Ours ask the doors for both, leave the viewer on the request for the page
function, and keep cookies and headers out of the token.
"""

import asyncio
from typing import Any
from urllib.parse import quote

import structlog
from bokeh.server import urls
from bokeh.util.token import get_session_id
from panel.io.server import DocHandler, WSHandler

from console.doors import Viewer
from console.http import SAFE_HEADERS
from console.live import cut_when_over
from console.pages import Pages
from console.remote import remote_of
from console.sign_in import SignInDesk, show_sign_in

__all__ = ["PageHandler", "PageSocket", "guard_pages"]

log = structlog.get_logger()

POLICY = (
    # Bokeh writes inline scripts and styles, compiles templates and loads components from blobs.
    "default-src 'self' blob: data: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' blob: data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def guard_pages(pages: Pages, sign_in: SignInDesk) -> dict[str, Any]:
    """Put our handlers in the place of Panel's; return the options that ``get_server`` needs with them.

    ``sign_in`` draws the page of those who may not see the one that they asked for.
    """
    # Bokeh's and Panel's way to change them. No metadata, no autoload.js: nobody embeds our pages.
    urls.per_app_patterns[:] = [(r"/ws", PageSocket), (r"/?", PageHandler)]
    own = {"citywall_pages": pages, "citywall_sign_in": sign_in}
    return {**own, "include_cookies": [], "include_headers": []}


class PageHandler(DocHandler):
    """A page, for who may see it; others go to sign in, or are told which pages are theirs (403)."""

    def set_default_headers(self) -> None:
        """Keep pages from being framed and from talking to anybody else."""
        self.clear_header("Server")
        for name, value in SAFE_HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:
        """Ask the doors before anything of a page is made."""
        await super().prepare()  # type: ignore[no-untyped-call]  # Bokeh's
        if self._names_a_session():
            self.send_error(403)
            return
        pages, name = _pages_of(self)
        viewer = pages.doors.viewer(self.request, name)
        if viewer is not None:
            _leave(viewer, self.request)
            return
        log.warning("view_refused", page=name, remote=remote_of(self.request))
        signed_in = pages.doors.session_of(self.request) != ""
        if name == "wall" or signed_in:  # a wall in the hall has nobody to sign in
            self.set_status(403)
            show_sign_in(self.settings["citywall_sign_in"], self, next_=self.request.uri or "", refused=name)
        else:
            self.redirect(f"/sign-in?next={quote(self.request.uri or '', safe='')}")

    def _names_a_session(self) -> bool:
        """Whether a session is asked for that there is already: it may be another's. Our pages never do."""
        named = ("bokeh-token", "bokeh-session-id")
        return "Bokeh-Session-Id" in self.request.headers or any(n in self.request.arguments for n in named)


class PageSocket(WSHandler):
    """The websocket of a page: for the viewer that the page was made for, while they may see it."""

    async def prepare(self) -> None:
        """Refuse before the handshake."""
        await super().prepare()  # type: ignore[no-untyped-call]  # Panel's
        if self._finished:
            return
        pages, name = _pages_of(self)
        viewer = pages.doors.viewer(self.request, name)
        made_for = pages.viewer_of(_session_of(self.request))
        if viewer is None or (made_for is not None and made_for.proof != viewer.proof):
            log.warning("socket_refused", page=name, remote=remote_of(self.request))
            self.set_status(403)
            self.finish()
            return
        _leave(viewer, self.request)
        self._viewer = viewer

    def open(self, *given: Any, **named: Any) -> Any:
        """Open as Panel does, and watch that the right lasts."""
        pages, _ = _pages_of(self)
        # Bokeh sends a message in parts: the next would wait up to 40 ms until the first is acknowledged.
        self.set_nodelay(True)
        self._watch = asyncio.create_task(cut_when_over(self, pages.doors, self._viewer))
        return super().open(*given, **named)  # type: ignore[no-untyped-call]  # Panel's

    def on_close(self) -> None:
        """Stop watching."""
        watch: asyncio.Task[None] | None = getattr(self, "_watch", None)
        if watch is not None:
            watch.cancel()
        super().on_close()


def _pages_of(handler: Any) -> tuple[Pages, str]:
    """Return the pages that a handler serves one of, and that one's name."""
    return handler.settings["citywall_pages"], handler.application_context.url.strip("/")


def _leave(viewer: Viewer, request: Any) -> None:
    """Leave the viewer on a request: the page function sees Bokeh's copy of it, without cookies."""
    request.viewer = viewer


def _session_of(request: Any) -> str:
    """Return the id of the Panel session that a websocket asks for, '' when it names none."""
    offered = [part.strip() for part in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    try:
        return str(get_session_id(offered[1]))
    except (IndexError, KeyError, TypeError, ValueError):
        return ""
