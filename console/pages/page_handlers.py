"""The handlers of a page and of its websocket: Panel's handlers with our authorization.

Panel protects a page but not its websocket, and puts all cookies and headers of the page's request into the
token in the page. Our handlers authorize both, store the viewer on the request for the page function, and
keep cookies and headers out of the token.
"""

from typing import Any
from urllib.parse import quote

import structlog
from bokeh.server import urls
from bokeh.util.token import get_session_id
from panel.io.server import DocHandler, WSHandler

from console.accounts.authorization import Viewer
from console.accounts.request_origin import remote_of
from console.live.live_socket import PageProtocol, RightWatch
from console.pages.http_handlers import SAFE_HEADERS
from console.pages.page_functions import Pages
from console.pages.sign_in import SignInServices, show_sign_in
from layouts.pages import LAYOUTS

__all__ = ["PageHandler", "PageSocket", "guard_pages"]

log = structlog.get_logger()

LAYOUT_AT = {layout.route: layout for layout in LAYOUTS}
"""Route of a page in Panel's server → its layout."""

POLICY = (
    # Bokeh writes inline scripts and styles, compiles templates and loads components from blobs.
    "default-src 'self' blob: data: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' blob: data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def guard_pages(pages: Pages, sign_in: SignInServices) -> dict[str, Any]:
    """Replace Panel's handlers with ours; return the options that ``get_server`` needs for them.

    ``sign_in`` draws the page of a refused request.
    """
    # Bokeh and Panel are changed through this list. No metadata, no autoload.js: nobody embeds our pages.
    urls.per_app_patterns[:] = [(r"/ws", PageSocket), (r"/?", PageHandler)]
    own = {"citywall_pages": pages, "citywall_sign_in": sign_in}
    return {**own, "include_cookies": [], "include_headers": []}


class PageHandler(DocHandler):
    """A page. A request without the right goes to the sign-in page, or gets 403 with the allowed pages."""

    def set_default_headers(self) -> None:
        """Set the headers against framing and against connections to other hosts."""
        self.clear_header("Server")
        for name, value in SAFE_HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:
        """Authorize the request before any part of the page is built."""
        await super().prepare()  # type: ignore[no-untyped-call]  # Bokeh's
        if self._names_a_session():
            self.send_error(403)
            return
        pages, name, scope = _pages_of(self)
        viewer = pages.authorization.viewer(self.request, name, scope)
        is_known = viewer is None or pages.knows(name, scope)
        if viewer is not None and is_known:
            _store_viewer(viewer, self.request)
            return
        log.warning("view_refused", page=name, scope=scope, remote=remote_of(self.request))
        signed_in = pages.authorization.session_of(self.request) != ""
        if name == "wall" or signed_in:  # nobody signs in on a wall in the hall
            self.set_status(403 if is_known else 404)
            asked = f"{name}/{scope}" if scope else name
            show_sign_in(
                self.settings["citywall_sign_in"], self, next_=self.request.uri or "", refused=asked,
                why="" if is_known else "no_scope",
            )  # fmt: skip
        else:
            self.redirect(f"/sign-in?next={quote(self.request.uri or '', safe='')}")

    def _names_a_session(self) -> bool:
        """Whether the request names an existing session, possibly another viewer's. Our pages never do."""
        named = ("bokeh-token", "bokeh-session-id")
        return "Bokeh-Session-Id" in self.request.headers or any(n in self.request.arguments for n in named)


class PageSocket(WSHandler):
    """The websocket of a page: only for the viewer of the page, and only while they may see it."""

    async def prepare(self) -> None:
        """Refuse before the handshake."""
        await super().prepare()  # type: ignore[no-untyped-call]  # Panel's
        if self._finished:
            return
        pages, name, scope = _pages_of(self)
        viewer = pages.authorization.viewer(self.request, name, scope)
        made_for = pages.viewer_of(_session_of(self.request))
        if viewer is None or (made_for is not None and _right(made_for) != _right(viewer)):
            log.warning("socket_refused", page=name, scope=scope, remote=remote_of(self.request))
            self.set_status(403)
            self.finish()
            return
        _store_viewer(viewer, self.request)
        self._viewer = viewer

    def get_websocket_protocol(self) -> Any:
        """Return our protocol."""
        return PageProtocol.of(self, super().get_websocket_protocol())

    def open(self, *given: Any, **named: Any) -> Any:
        """Open as Panel does, and start the check that the right still exists."""
        pages, _, _ = _pages_of(self)
        # Bokeh sends a message in parts: the second would wait up to 40 ms for the first's acknowledgement.
        self.set_nodelay(True)
        self._watch = RightWatch(self, pages.authorization, self._viewer)
        self._watch.start()
        return super().open(*given, **named)  # type: ignore[no-untyped-call]  # Panel's

    def on_close(self) -> None:
        """Stop the check."""
        watch: RightWatch | None = getattr(self, "_watch", None)
        if watch is not None:
            watch.cancel()
        super().on_close()


def _pages_of(handler: Any) -> tuple[Pages, str, str]:
    """Return the pages, and the name and scope of the one that is asked for (``/agency/<scope>``)."""
    url = handler.application_context.url
    layout = LAYOUT_AT.get(url)
    if layout is None:  # a page of another process: it has no layout of cards
        return handler.settings["citywall_pages"], url.strip("/"), ""
    scope = handler.request.path.strip("/").split("/")[1] if layout.scoped else ""
    return handler.settings["citywall_pages"], layout.key, scope


def _right(viewer: Viewer) -> tuple[bytes, str]:
    return viewer.proof, viewer.scope


def _store_viewer(viewer: Viewer, request: Any) -> None:
    """Store the viewer on a request: the page function gets Bokeh's copy of it, without cookies."""
    request.viewer = viewer


def _session_of(request: Any) -> str:
    """Return the id of the Panel session in a websocket's request, '' for none."""
    offered = [part.strip() for part in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    try:
        return str(get_session_id(offered[1]))
    except (IndexError, KeyError, TypeError, ValueError):
        return ""
