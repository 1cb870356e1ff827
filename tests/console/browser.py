"""A real Chromium that notes what a page should not do: ask elsewhere, fail, log errors, speak live."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Error, Page, Request, WebSocket, sync_playwright

from tests.running import PATIENCE_S, comes_to

# The headless shell draws the same pages without a browser's own windows: two thirds of the processor time.
CHROMIUM = next(
    (path for path in ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium") if Path(path).exists()),
    "/usr/bin/chromium",
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
FULL_HD = (1920, 1080)
START_MS = PATIENCE_S * 1000  # a busy machine draws a large page slowly; what is asserted comes after

IS_POPULATED = "() => (window.citywall?.card('queue')?.order.length ?? 0) > 0"
IS_IDLE = "() => (window.Bokeh?.documents.length ?? 0) > 0 && Bokeh.documents.every((d) => d.is_idle)"

# Every text of the page that is to be seen, shadow roots too: [words, font size in canvas px, cell].
TEXTS = """() => {
  const found = [];
  const walk = (node, cell) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const parent = node.parentElement;
      if (node.textContent.trim() && parent?.checkVisibility({ visibilityProperty: true }))
        found.push([node.textContent.trim(), parseFloat(getComputedStyle(parent).fontSize), cell]);
      return;
    }
    if (node instanceof Element && ["SCRIPT", "STYLE"].includes(node.tagName)) return;
    const here = node.dataset?.cell ?? cell;
    for (const child of node.shadowRoot?.childNodes ?? []) walk(child, here);
    for (const child of node.childNodes) walk(child, here);
  };
  walk(document.getElementById("page"), null);
  return found;
}"""

# Every card is drawn, if only to nothing (lit leaves a comment): it has started and hears its keys.
IS_DRAWN = """() => {
  const isDrawn = (cell) => [...cell.querySelectorAll("*")]
    .some((node) => node.shadowRoot?.querySelector(".card")?.hasChildNodes());
  const cells = [...document.querySelectorAll(".cell-card")];
  return cells.length > 0 && cells.every(isDrawn);
}"""

# Every card is drawn, and nothing has moved since the last look.
IS_STILL = f"""() => {{
  const cells = [...document.querySelectorAll("[data-cell]")];
  const places = JSON.stringify(cells.map((cell) => cell.getBoundingClientRect()));
  const before = window.citywallTestPlaces;
  window.citywallTestPlaces = places;
  return before === places && ({IS_DRAWN})();
}}"""

# How often a selector matches, shadow roots too.
COUNT = """(selector) => {
  let count = 0;
  const walk = (root) => {
    count += root.querySelectorAll(selector).length;
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) walk(node.shadowRoot);
  };
  walk(document);
  return count;
}"""

# The place of every cell on the canvas, in canvas px.
BOXES = """() => Object.fromEntries([...document.querySelectorAll("[data-cell]")].map((cell) => {
  const box = cell.getBoundingClientRect();
  return [cell.dataset.cell, [box.x, box.y, box.width, box.height].map(Math.round)];
}))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def fill_in(page: Page, account: str, password: str, path: str) -> None:
    """Fill in the form of the sign-in and wait until it has led to the path.

    The form's own address names the path too: an address that is there counts, no part of it.
    """
    page.fill('input[name="account"]', account)
    page.fill('input[name="password"]', password)
    page.click('button[type="submit"]')
    page.wait_for_url(lambda url: urlsplit(url).path == path, timeout=START_MS)


class Sight:
    """One page and what it did."""

    def __init__(self, browser: Browser, size: tuple[int, int] = FULL_HD, ratio: float = 1.0) -> None:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, device_scale_factor=ratio
        )
        context.set_default_timeout(START_MS)
        self.page: Page = context.new_page()
        self.external: list[str] = []
        self.errors: list[str] = []
        self.sent: dict[str, list[str | bytes]] = {}
        self._host = ""
        self.page.on("request", self._note_request)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note_console)
        self.page.on("websocket", self._note_socket)

    def open(self, url: str, until: str = IS_POPULATED) -> "Sight":
        """Open an address and wait until its cards hold something and its document is idle."""
        self.visit(url)
        self.page.wait_for_function(until, timeout=START_MS)
        self.page.wait_for_function(IS_IDLE, timeout=START_MS)
        return self

    def visit(self, url: str) -> None:
        """Go to an address; what is asked of another host from now on is noted."""
        self._host = urlsplit(url).netloc
        self.page.goto(url)

    def sign_in(self, console: str, account: str, password: str, page: str) -> "Sight":
        """Sign in by a console's form and wait until the browser is at the page (``desk?lang=en``)."""
        self.visit(f"{console}/sign-in?{urlencode({'next': f'/{page}'})}")
        fill_in(self.page, account, password, urlsplit(f"/{page}").path)
        return self

    def started(self) -> "Sight":
        """Wait until every card hears its keys and presses, and the page's session carries its orders."""
        self.wait(IS_DRAWN)
        self.wait("() => window.citywall?.orders?.isLive() ?? true")
        return self

    def settle(self) -> "Sight":
        """Wait until every card is drawn and nothing moves any more."""
        self.page.wait_for_function(IS_STILL, timeout=START_MS, polling=500)
        return self

    def state(self) -> dict[str, Any]:
        """What the page says of itself."""
        told: dict[str, Any] = self.page.evaluate("citywall.state()")
        return told

    def wait(self, condition: str, seconds: float = PATIENCE_S, argument: object = None) -> None:
        """Wait until a JavaScript function is true; Playwright looks at every frame of the browser."""
        self.page.wait_for_function(condition, arg=argument, timeout=seconds * 1000)

    def tells(self, script: str, expected: object, argument: object = None) -> None:
        """Wait until a script of the page gives what is expected; one that fails is tried again."""

        def told() -> object:
            try:
                return self.page.evaluate(script, argument)
            except Error as error:  # what it looks for is not there yet, or the page is just loading
                return error

        comes_to(told, expected)

    def wait_for_words(self, cell: str, words: str, seconds: float = PATIENCE_S) -> None:
        """Wait until a card shows words (spaces do not count)."""
        self.wait(
            """([cell, words]) => {
              const host = document.querySelector(`[data-cell="${cell}"]`);
              const text = (node) => [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes]
                .map((child) => child.nodeType === Node.TEXT_NODE ? child.textContent
                  : child.tagName === "STYLE" || child.hidden ? "" : text(child)).join("");
              return host && text(host).replaceAll(/\\s/g, "").includes(words.replaceAll(/\\s/g, ""));
            }""",
            seconds,
            [cell, words],
        )

    def texts(self) -> list[tuple[str, float, str | None]]:
        """Every visible text with its size in px and its cell."""
        return [(words, size, cell) for words, size, cell in self.page.evaluate(TEXTS)]

    def count(self, selector: str) -> int:
        """How many elements match, shadow roots too."""
        return int(self.page.evaluate(COUNT, selector))

    def boxes(self) -> dict[str, list[int]]:
        """Where the cells stand: x, y, width, height in canvas px."""
        found: dict[str, list[int]] = self.page.evaluate(BOXES)
        return found

    def close(self) -> None:
        """Close the page and all that it kept."""
        self.page.context.close()

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self._host:
            self.external.append(request.url)

    def _note_console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _note_socket(self, socket: WebSocket) -> None:
        sent = self.sent.setdefault(urlsplit(socket.url).path, [])
        socket.on("framesent", lambda frame: sent.append(frame))
