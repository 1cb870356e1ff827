"""A server of one page and of our static files, for pages whose server is played by the test."""

import threading
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

import bokeh
from playwright.sync_api import Browser, Page

import static
from tests.running import PATIENCE_S

__all__ = ["BOKEH", "UNTIMED", "PageServer", "give_back", "page_of", "page_server"]

STATIC, LIBRARY, EMPTY, WORKER = "/citywall/static/", "/bokeh/", "/empty", "/phone-worker.js"
BOKEH = f'<script src="{LIBRARY}bokeh.min.js"></script>'
"""What a page with an embedded figure loads first."""
UNTIMED = """
// A page's stopwatch needs a hundred seconds for one: what it does by time it does when the test says LATER,
// however long a busy machine lets the test wait.
{
  const now = performance.now.bind(performance), begin = now();
  performance.now = () => begin + (now() - begin) / 100;
}
// An order without an answer is sent again after two seconds (static/js/orders.js), and on a busy machine
// a test may look as late as that; here they are over when the test says so.
{
  const SILENT_MS = 2000, begin = window.setTimeout, end = window.clearTimeout, held = new Map();
  let number = 0;
  window.setTimeout = (fn, ms, ...given) => {
    if (ms !== SILENT_MS) return begin(fn, ms, ...given);
    held.set(--number, () => fn(...given));
    return number;
  };
  window.clearTimeout = (id) => { if (!held.delete(id)) end(id); };
  window.fallSilent = () => {
    const all = [...held.values()];
    held.clear();
    for (const fn of all) fn();
  };
}
"""
"""A page's first script: nothing happens because a busy machine let the test wait."""
TYPES = {".js": "text/javascript", ".css": "text/css"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "PageServer"

    def do_GET(self) -> None:  # the library's name
        path = unquote(urlsplit(self.path).path)
        if path.startswith(STATIC):
            self._file(static.path(path.removeprefix(STATIC)))
        elif path.startswith(LIBRARY):
            self._file(Path(bokeh.__file__).parent / "server/static/js" / path.removeprefix(LIBRARY))
        elif path == WORKER:
            self._answer(b"", "text/javascript", "no-store")
        elif path == EMPTY:
            self._answer(b"", "text/html", "no-store")
        else:
            self._answer(self.server.html.encode(), "text/html", "no-store")

    def _file(self, file: Path) -> None:
        self._answer(file.read_bytes(), TYPES[file.suffix], "max-age=3600")

    def _answer(self, body: bytes, kind: str, caching: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", caching)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests look at what the page says."""


class PageServer(ThreadingHTTPServer):
    """Every path that is no static file is the page; ``html`` is set before it is opened."""

    html = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Say nothing of a page that was closed while it was loading."""


@cache
def page_server() -> PageServer:
    """Return the server of this process; it ends with it."""
    server = PageServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Tabs:
    """The tabs of a browser that nobody uses now, all in one context: they share its cache."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context()
        self.context.set_default_timeout(PATIENCE_S * 1000)
        self.idle: list[Page] = []
        self.listeners: dict[Page, dict[str, Callable[[Any], object]]] = {}


_tabs: WeakKeyDictionary[Browser, _Tabs] = WeakKeyDictionary()


def page_of(browser: Browser, size: tuple[int, int], errors: list[str]) -> Page:
    """Return an empty tab that notes what fails in it and what is asked of anybody but our server.

    A new tab costs a browser five times what a page costs: one that was given back is taken first.
    """
    tabs = _tabs.get(browser) or _tabs.setdefault(browser, _Tabs(browser))
    page = tabs.idle.pop() if tabs.idle else tabs.context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    ours = (page_server().url, "data:", "blob:")
    tabs.listeners[page] = {
        "pageerror": lambda error: errors.append(str(error)),
        "console": lambda said: errors.append(said.text) if said.type == "error" else None,
        "request": lambda asked: asked.url.startswith(ours) or errors.append(f"asked {asked.url}"),
    }
    for event, listener in tabs.listeners[page].items():
        page.on(event, listener)  # type: ignore[call-overload]  # typed for each event by itself
    return page


# What a page of phones keeps unsent would be sent by the next test's.
FORGET = """async () => {
  sessionStorage.clear();
  for (const { name } of await indexedDB.databases()) await new Promise((done) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = done;
  });
}"""


def give_back(page: Page) -> None:
    """Empty a tab for the next test: no document, no listener, nothing stored, no button pressed."""
    tabs = _tabs[page.context.browser]
    for event, listener in tabs.listeners.pop(page).items():
        page.remove_listener(event, listener)
    page.unroute_all()
    page.goto(page_server().url + EMPTY)
    page.evaluate(FORGET)
    page.mouse.up()
    page.mouse.move(-1, -1)
    tabs.idle.append(page)
