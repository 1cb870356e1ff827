"""Faults of a record: its place (a dotted path), a code, and a sentence for people."""

import math
from typing import Any

import msgspec

from feeds.protocol.frames import Doubled

__all__ = ["Rejected", "flaw", "reject", "shown"]


class Rejected(msgspec.Struct, frozen=True):
    """Why a record is rejected. ``path`` is dotted within the record, empty for the record itself."""

    path: str
    code: str
    reason: str


def reject(path: str, code: str, expected: str, value: Any = None, *, quote: bool = True) -> Rejected:
    """Return a rejection that says what was expected and, unless ``quote`` is false, what was received."""
    reason = f"expected {expected}"
    if quote and value is not None:
        reason += f", got {shown(value)}"
    return Rejected(_safe(path), code, reason)


def shown(value: Any) -> str:
    """Return a value as a short text that is valid UTF-8."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "an array"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        value = value[:41]
    text = repr(value)
    return _safe(text if len(text) <= 44 else text[:40] + "…")


def _safe(text: str) -> str:
    return text[:200].encode("utf-8", "backslashreplace").decode()


def flaw(value: Any, path: str = "") -> Rejected | None:
    """Return the first duplicate name, invalid text or infinite number in a record, or None."""
    if isinstance(value, str):
        return _broken(value, path)
    if isinstance(value, float):
        return None if math.isfinite(value) else reject(path, "out_of_range", "a finite number", value)
    if isinstance(value, dict):
        return _flaw_of_object(value, path)
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found = flaw(inner, _below(path, str(index)))
            if found is not None:
                return found
    return None


def _flaw_of_object(value: dict[str, Any], path: str) -> Rejected | None:
    if isinstance(value, Doubled):
        name = value.name()
        return reject(_below(path, name), "duplicate_name", "each name once in an object", name)
    for name, inner in value.items():
        below = _below(path, name)
        found = _broken(name, below) or flaw(inner, below)
        if found is not None:
            return found
    return None


def _broken(text: str, path: str) -> Rejected | None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return reject(path, "bad_text", "Unicode text without lone surrogates", text)
    return None


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
