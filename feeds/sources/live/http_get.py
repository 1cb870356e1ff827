"""HTTP GET of JSON from one server: limited in time and size, without redirects, proxies or cookies."""

import base64
import http.client
import ssl
import time
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec

from feeds.sources.live.credentials import Login

__all__ = ["Answer", "HttpError", "HttpServer"]

TIMEOUT_S = 20.0
LARGEST = 32 << 20
_PIECE = 1 << 16


class HttpError(Exception):
    """A request failed. ``status`` is 0 when the server was not reached or its answer was no HTTP."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class Answer(NamedTuple):
    """A parsed body (None: not modified) and its ETag."""

    body: Any
    etag: str


class HttpServer:
    """One server, by one connection that is kept open; used from one thread at a time.

    The login is sent to this server only: an address of another one is refused.
    """

    def __init__(self, url: str, login: Login, *, timeout_s: float = TIMEOUT_S) -> None:
        self._base = url.rstrip("/") + "/"
        self._timeout_s = timeout_s
        self._connection: http.client.HTTPConnection | None = None
        self._closed = False
        self._headers = {"Accept": "application/json"}
        if login.user:
            pair = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {pair}"

    def get(self, address: str, etag: str = "") -> Answer:
        """Return what is at an address, relative to the service's; blocks. Raises HttpError."""
        url = urljoin(self._base, address)
        base, parts = urlsplit(self._base), urlsplit(url)
        if (parts.scheme, parts.netloc) != (base.scheme, base.netloc):
            message = f"a link leads to another server, {parts.netloc[:80]!r}: give that address as url"
            raise HttpError(message)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {**self._headers, "If-None-Match": etag} if etag else self._headers
        # The server may have closed a connection that was idle: then once more on a new one.
        tries = 1 if self._connection is None else 2
        while True:
            tries -= 1
            try:
                return self._ask(target, headers)
            except (OSError, http.client.HTTPException, UnicodeError) as error:
                self._drop()
                if not tries:
                    raise HttpError(f"{type(error).__name__}: {error}"[:200]) from error
            finally:
                if self._closed:
                    self._drop()

    def close(self) -> None:
        """Close the connection; a request that still runs in a thread closes it when it ends."""
        self._closed = True
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, target: str, headers: dict[str, str]) -> Answer:
        until = time.monotonic() + self._timeout_s
        connection = self._connection = self._connection or self._opened()
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        body = bytearray()
        while piece := answer.read(_PIECE):
            body += piece
            if len(body) > LARGEST or time.monotonic() > until:
                self._drop()
                limit = f"{LARGEST} bytes" if len(body) > LARGEST else f"{self._timeout_s:g} s"
                raise HttpError(f"the answer needs more than {limit}")
        if answer.status == http.client.NOT_MODIFIED:
            return Answer(None, headers.get("If-None-Match", ""))
        if answer.status != http.client.OK:
            raise HttpError(f"HTTP {answer.status}", answer.status)
        try:
            return Answer(msgspec.json.decode(bytes(body)), answer.headers.get("ETag", ""))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise HttpError("expected JSON", answer.status) from None

    def _opened(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._base)
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=self._timeout_s)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=self._timeout_s, context=context
        )
