"""Wire forms of a channel's messages: differences of views as text, frames as typed arrays."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from layers.contract import Frame
from layouts.contract import View

__all__ = ["ViewMemory", "encode_age", "encode_frame", "encode_text"]

_json = msgspec.json.Encoder()
DTYPES = {"float64", "float32", "int32", "uint8"}


def encode_text(message: Mapping[str, Any]) -> bytes:
    """Return a message as compact JSON; NaN becomes null."""
    return _json.encode(message)


def encode_frame(frame: Frame) -> bytes:
    """Return a frame: uint32 length, JSON header padded to 8 bytes, then the raw columns."""
    columns: list[dict[str, Any]] = []
    parts: list[bytes] = []
    offset = 0
    for name, column in frame.columns.items():
        if isinstance(column, list):
            columns.append({"name": name, "list": column})
            continue
        if isinstance(column, bytes):
            data, described = column, {"name": name, "bytes": len(column), "offset": offset}
        else:
            dtype = column.dtype.name
            if dtype not in DTYPES:
                message = f"frame {frame.key}, column {name}: expected one of {sorted(DTYPES)}, got {dtype}"
                raise TypeError(message)
            data = np.ascontiguousarray(column).tobytes()
            described = {"name": name, "dtype": dtype, "length": len(column), "offset": offset}
        padding = -len(data) % 8
        parts += [data, b"\0" * padding]
        offset += len(data) + padding
        columns.append(described)
    header = _json.encode({"frame": frame.key, "as_of": frame.as_of, "meta": frame.meta, "columns": columns})
    header += b" " * (-(len(header) + 4) % 8)
    return len(header).to_bytes(4, "little") + header + b"".join(parts)


def encode_age(frame: Frame) -> bytes:
    """Return the message that a frame is still so, as of ``frame.as_of``: a header without columns."""
    header = _json.encode({"frame": frame.key, "as_of": frame.as_of, "same": True, "columns": []})
    header += b" " * (-(len(header) + 4) % 8)
    return len(header).to_bytes(4, "little") + header


class ViewMemory:
    """The views that a channel sent last, so that it sends only the changes."""

    def __init__(self) -> None:
        self._sent: dict[str, View] = {}

    def changes(self, views: Mapping[str, View]) -> dict[str, Any]:
        """Return the changes of ``views`` since the last call, in the form of the live socket."""
        changes = {}
        for key, view in views.items():
            before = self._sent.get(key)
            change = _whole(view) if before is None else _change(before, view)
            if change:
                changes[key] = change
            self._sent[key] = view
        return changes

    def whole(self) -> dict[str, Any]:
        """Return all present views, for a watcher that is new or fell behind."""
        return {key: _whole(view) for key, view in self._sent.items()}


def _whole(view: View) -> dict[str, Any]:
    return {
        "whole": True, "as_of": view.as_of, "scalars": view.scalars,
        "order": [key for key, _ in view.rows], "set": dict(view.rows), "del": [],
    }  # fmt: skip


def _change(before: View, view: View) -> dict[str, Any]:
    if before.scalars.keys() - view.scalars.keys():  # a difference cannot remove a scalar
        return _whole(view)
    old, new = dict(before.rows), dict(view.rows)
    scalars = {
        name: value
        for name, value in view.scalars.items()
        if name not in before.scalars or before.scalars[name] != value
    }
    changed = {key: row for key, row in view.rows if old.get(key) != row}
    gone = [key for key in old if key not in new]
    order = [key for key, _ in view.rows]
    moved = order != [key for key, _ in before.rows]
    if not (scalars or changed or gone or moved):
        return {}
    change: dict[str, Any] = {
        "whole": False, "as_of": view.as_of, "scalars": scalars, "set": changed, "del": gone,
    }  # fmt: skip
    if moved:
        change["order"] = order
    return change
