"""Anchors: copies of the ledger's head (position and hash), kept in a separate file.

A ledger whose tail was cut off still has a valid hash chain. An anchor beyond its last fact shows the cut.
"""

import os
from pathlib import Path
from typing import Literal

import msgspec

__all__ = ["Anchor", "Anchors", "Why"]

Why = Literal["timer", "hand_over", "segment"]


class Anchor(msgspec.Struct, frozen=True):
    """At time ``at`` (ISO 8601, UTC) the fact at ``position`` had this ``hash``."""

    at: str
    position: int
    hash: str
    why: str


_decoder = msgspec.json.Decoder(Anchor)


class Anchors:
    """The file ``anchors.log``: one JSON line per anchor; lines are only appended."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, *, at: str, position: int, hash: str, why: Why) -> Anchor:  # noqa: A002  # the line's own name
        """Append one anchor and return it when it is on disk. Raises OSError."""
        anchor = Anchor(at, position, hash, why)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+b") as file:
            # start a new line if a crash left the last one incomplete
            if file.seek(0, os.SEEK_END) > 0:
                file.seek(-1, os.SEEK_END)
                file.write(b"" if file.read(1) == b"\n" else b"\n")
            file.write(msgspec.json.encode(anchor) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return anchor

    def read(self) -> list[Anchor]:
        """Return all anchors in the order they were written; a line cut short by a crash is left out.

        Raises ValueError naming a line that is complete but is not an anchor.
        """
        if not self._path.exists():
            return []
        anchors = []
        for number, line in enumerate(self._path.read_bytes().split(b"\n"), start=1):
            try:
                anchors.append(_decoder.decode(line))
            except msgspec.MsgspecError as error:
                if not line.endswith(b"}"):
                    continue
                message = f"{self._path.name}, line {number}: not an anchor: {error}"
                raise ValueError(message) from error
        return anchors
