"""A message as the bytes of a websocket: made once, the same bytes for every browser.

A server neither masks nor, here, compresses what it sends. So these bytes are the same on every socket.
"""

import struct
from typing import Final

__all__ = ["binary_message", "text_message"]

TEXT: Final = 0x81
BINARY: Final = 0x82


def text_message(data: bytes) -> bytes:
    """Return a whole text message, UTF-8."""
    return _header(TEXT, len(data)) + data


def binary_message(data: bytes) -> bytes:
    """Return a whole binary message."""
    return _header(BINARY, len(data)) + data


def _header(kind: int, size: int) -> bytes:
    if size < 126:
        return struct.pack("!BB", kind, size)
    if size <= 0xFFFF:
        return struct.pack("!BBH", kind, 126, size)
    return struct.pack("!BBQ", kind, 127, size)
