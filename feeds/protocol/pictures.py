"""Camera pictures in records: base64 of one complete JPEG of at most 524,288 bytes."""

import binascii
from typing import Final

__all__ = ["MAX_BYTES", "BadImage", "jpeg_of"]

MAX_BYTES: Final = 524_288

_START, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN = 0xDA
# The markers with height and width: all SOF markers except the three for tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class BadImage(ValueError):
    """The text is not an accepted JPEG; the message says what was expected."""


def jpeg_of(text: str) -> bytes:
    """Return the bytes of a base64 JPEG; raises BadImage."""
    if len(text) > (MAX_BYTES + 2) // 3 * 4:
        raise BadImage(f"a JPEG of at most {MAX_BYTES} bytes")
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadImage("base64 (RFC 4648) of a JPEG") from None
    if len(data) > MAX_BYTES:
        raise BadImage(f"a JPEG of at most {MAX_BYTES} bytes")
    if not data.startswith(_START) or _END not in data[-64:] or not _has_frame(data):
        raise BadImage("a whole JPEG")
    return data


def _has_frame(data: bytes) -> bool:
    """Whether one of the segments before the scan is a frame header with a size."""
    at, found = 2, False
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        if marker in _FRAMES:
            size = data[at + 5 : at + 9]
            found = len(size) == 4 and size[:2] != b"\0\0" and size[2:] != b"\0\0"
        if marker == _SCAN:
            return found
        at += 2 + max(length, 2)
    return False
