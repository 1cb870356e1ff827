"""One HTTP POST, limited in time and size, without redirects, proxies or cookies."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from feeds.writeback.contract import NotDelivered

__all__ = ["TIMEOUT_S", "check_url", "post"]

TIMEOUT_S: Final = 10.0
ANSWER_BYTES: Final = 4096
# Statuses that allow a later attempt: busy, overloaded, or temporarily unavailable.
LATER: Final = frozenset({408, 409, 425, 429})


def check_url(url: str) -> str:
    """Return a URL if it is valid for a POST; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
        message = f"url: expected http(s)://host/path, got {url!r}"
        raise ValueError(message)
    return url


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = TIMEOUT_S) -> str:
    """Post; return the start of the answer's body if the status is 2xx.

    The call takes at most ``timeout_s`` seconds, even if the other side sends slowly. Raises NotDelivered.
    """
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, timeout_s)
    limit = _Limit(timeout_s)
    try:
        connection.connect()
        limit.watch(connection.sock)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers))
        with contextlib.closing(connection.getresponse()) as answer:
            status, said = answer.status, answer.read(ANSWER_BYTES).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        # The socket has the same time-out: either may end first.
        is_over = limit.passed or isinstance(error, TimeoutError)
        reason = limit.reason if is_over else f"{type(error).__name__}: {error}"
        raise NotDelivered(reason[:200], again=True) from error
    finally:
        limit.cancel()
        connection.close()
    if limit.passed:
        raise NotDelivered(limit.reason, again=True)
    if not 200 <= status < 300:
        again = status >= 500 or status in LATER
        raise NotDelivered(f"HTTP {status}: {said[:120]}", again=again)
    return said


def _connection(scheme: str, host: str, port: int | None, timeout_s: float) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=timeout_s)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)


class _Limit:
    """Closes a socket after the total time; the socket's own time-out restarts with every byte."""

    def __init__(self, seconds: float) -> None:
        self.reason = f"no answer within {seconds:g} s"
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connected: socket.socket) -> None:
        """Set the socket to close."""
        self._socket = connected

    def cancel(self) -> None:
        """Cancel the timer."""
        self._timer.cancel()

    def _cut(self) -> None:
        self.passed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):  # closed meanwhile
                self._socket.shutdown(socket.SHUT_RDWR)
