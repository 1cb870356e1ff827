"""Every byte that a page receives, over HTTP and its websockets, for tests that look for secrets in it."""

import json
from typing import Any

from playwright.sync_api import Error, Response, WebSocket

from tests.console.browser import Sight

__all__ = ["Captured"]

SHIPPED = "/citywall/static/"
"""Files that we ship: the same for everybody, they hold no data."""


class Captured:
    """Listens to a page from the next visit on. Bodies of HTTP answers are read by ``all_bytes``."""

    def __init__(self, sight: Sight) -> None:
        self._responses: list[Response] = []
        self._bodies: list[tuple[str, bytes]] = []
        self.live: list[str] = []
        """Texts of the live socket, oldest first."""
        self.sockets: set[str] = set()
        self._frames: list[tuple[str, bytes]] = []
        sight.page.on("response", lambda response: self._responses.append(response))
        sight.page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        self.sockets.add(socket.url)

        def take(frame: str | bytes) -> None:
            if isinstance(frame, str) and "/live/" in socket.url:
                self.live.append(frame)
            self._frames.append((socket.url, frame.encode() if isinstance(frame, str) else frame))

        socket.on("framereceived", take)

    def all_bytes(self) -> list[tuple[str, bytes]]:
        """Return (address, bytes) of everything that came so far."""
        while self._responses:
            response = self._responses.pop(0)
            if SHIPPED not in response.url and response.status not in (101, 204, 301, 302, 303, 304):
                try:
                    self._bodies.append((response.url, response.body()))
                except Error:  # the browser has thrown it away, as it does at a navigation
                    self._bodies.append((response.url, b""))
        return [*self._bodies, *self._frames]

    def found(self, secrets: dict[str, str]) -> dict[str, list[str]]:
        """Return name of a secret → addresses whose bytes hold it, in UTF-8 or escaped as JSON does."""
        everything = self.all_bytes()
        return {
            name: places
            for name, secret in secrets.items()
            if (places := sorted({url for url, data in everything if any(f in data for f in forms(secret))}))
        }

    def views(self, card: str) -> list[dict[str, Any]]:
        """Return what the live socket said of a card, oldest first."""
        told = (json.loads(text).get("views", {}) for text in self.live)
        return [views[card] for views in told if card in views]


def forms(secret: str) -> tuple[bytes, bytes]:
    """Return a text as UTF-8 and as JSON may escape it."""
    return secret.encode(), json.dumps(secret)[1:-1].encode()
