"""Writes a grid of steps as a PNG with a palette: one byte per cell, transparency in the palette."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["palette_png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_QUICK = 1  # zlib level; level 6 takes six times as long and saves a quarter


def palette_png(steps: NDArray[np.uint8], table: NDArray[np.uint8]) -> bytes:
    """Return a PNG of ``steps`` (rows from north to south) coloured by ``table`` (n × RGBA, n ≤ 256).

    Written without Pillow, which takes three times as long for the same picture.
    """
    height, width = steps.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row begins with filter 0: none
    rows[:, 1:] = steps
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"".join((
        _SIGNATURE,
        _chunk(b"IHDR", header),
        _chunk(b"PLTE", table[:, :3].tobytes()),
        _chunk(b"tRNS", table[:, 3].tobytes()),
        _chunk(b"IDAT", zlib.compress(rows.tobytes(), _QUICK)),
        _chunk(b"IEND", b""),
    ))  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
