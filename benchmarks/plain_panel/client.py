"""A browser of a plain Panel app, as far as its server can tell: it opens a page and reads what is sent."""

import asyncio
import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import websockets

__all__ = ["open_session"]


async def open_session(port: int, take: Callable[[int], None]) -> None:
    """Open a session and read until cancelled; ``take`` is called with the size of each binary message."""
    text = await asyncio.to_thread(_page, port)
    found = re.search(r'"token":\s*"([^"]+)"', text)
    assert found is not None
    protocols: Any = ["bokeh", found[1]]
    url = f"ws://127.0.0.1:{port}/ws"
    async with websockets.connect(url, subprotocols=protocols, max_size=None, open_timeout=60) as socket:
        await socket.recv()  # the server's ack opens the session; before it the server accepts nothing
        event = {"type": "event", "name": "document_ready", "values": {"type": "map"}}
        ready = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}
        for part in (
            json.dumps({"msgid": "1", "msgtype": "PATCH-DOC"}),
            "{}",
            json.dumps({"events": [ready]}),
        ):
            await socket.send(part)
        async for message in socket:
            if isinstance(message, bytes):
                take(len(message))


def _page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
        return str(answer.read().decode())
