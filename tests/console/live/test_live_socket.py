"""A browser that leaves, in whatever moment, is no error of ours: no write to it ends in a traceback."""

import asyncio
import gc
import logging
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from panel.io.document import dispatch_tornado
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from console.live.live_socket import LiveHandler, LiveServices, PageProtocol
from console.live.watcher import Watcher
from console.live.wire import text_message
from tests.running import PATIENCE_S

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: wall\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\n\r\n"
)
BIG = b"x" * 4_000_000
"""More than the kernel takes at once: the write waits until the browser reads."""


class Channel:
    """A channel that keeps its watchers."""

    def __init__(self) -> None:
        self.watchers: set[Watcher] = set()

    def join(self, watcher: Watcher, hello: bytes) -> None:
        self.watchers.add(watcher)
        watcher.channel = self
        watcher.post_text(text_message(hello))
        watcher.wake()

    def leave(self, watcher: Watcher) -> None:
        self.watchers.discard(watcher)

    def whole(self) -> list[bytes]:
        return []


class Page(WebSocketHandler):
    """A socket of a page, as Bokeh's, with our protocol."""

    def initialize(self, opened: list[WebSocketHandler]) -> None:
        self._opened = opened

    def get_websocket_protocol(self) -> Any:
        return PageProtocol.of(self, super().get_websocket_protocol())

    def open(self, *_: str, **__: str) -> None:
        self._opened.append(self)

    def on_close(self) -> None:
        self._opened.clear()


async def until(what: Any) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not what():  # noqa: ASYNC110  # the server has no event for it
            await asyncio.sleep(0.005)


@contextmanager
def served(handler: Any, given: dict[str, Any]) -> Iterator[socket.socket]:
    """Serve one handler; yield a browser that has asked for its websocket."""
    server = HTTPServer(Application([(r"/(?P<page>\w*)", handler, given)]))
    (own,) = bind_sockets(0, "127.0.0.1")
    server.add_sockets([own])
    browser = socket.create_connection(own.getsockname())
    browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it leaves at once
    browser.sendall(UPGRADE)
    yield browser
    browser.close()
    server.stop()


@pytest.fixture
async def failed(caplog: pytest.LogCaptureFixture) -> list[Any]:
    """What failed while nobody looked at it."""
    found: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: found.append(context))
    caplog.set_level(logging.ERROR)
    return found


async def noticed(left: Any) -> None:
    """Wait until the server has noticed that the browser left, and nobody looks at its futures any more."""
    await until(left)
    for _ in range(3):
        await asyncio.sleep(0)
        gc.collect()


@pytest.mark.parametrize("posted", [0, 1, 3])
async def test_a_browser_that_leaves_the_live_socket_while_it_is_written_to(
    posted: int, failed: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    channel = Channel()
    viewer = SimpleNamespace(page="wall", remote="", proof=b"")
    authorization = SimpleNamespace(viewer=lambda *_: viewer, current_viewer=lambda *_: viewer)
    channels = SimpleNamespace(
        has_page=lambda page: True,
        knows=lambda page, scope: True,
        channel=lambda page, scope: channel,
        wake=lambda: None,
    )
    services: Any = (channels, authorization, lambda page: b"hello", frozenset())
    with served(LiveHandler, {"services": LiveServices(*services)}) as browser:
        await until(lambda: channel.watchers)
        (watcher,) = channel.watchers
        for number in range(posted):
            watcher.post_frame(str(number), BIG)
            watcher.wake()
        await asyncio.sleep(0)
        browser.close()
        watcher.post_frame("late", BIG)
        watcher.wake()
        await noticed(lambda: not channel.watchers)
    assert (failed, caplog.records) == ([], [])


async def test_a_page_that_leaves_between_the_parts_of_a_message_of_panel(
    failed: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    opened: list[WebSocketHandler] = []
    message: Any = SimpleNamespace(header_json="{}", metadata_json="{}", content_json="{}", _buffers=())
    with served(Page, {"opened": opened}) as browser:
        await until(lambda: opened)
        browser.close()  # the server finds out while it writes the first part
        connection: Any = SimpleNamespace(_socket=opened[0])
        dispatch_tornado(connection, msg=message)
        await noticed(lambda: not opened)
    assert (failed, caplog.records) == ([], [])
