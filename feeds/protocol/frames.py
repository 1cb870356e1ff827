"""Frames of a publisher: text in, a batch of records or a *bad frame* out.

A frame is judged without trust: nesting is measured on the text before a recursive parser may see
it, and a name that stands twice in one object is found even where a fast parser would drop it.
"""

import json
from typing import Any, Final, NoReturn

import msgspec
import numpy as np

__all__ = [
    "MAX_DEPTH", "MAX_RECORDS", "BadFrame", "Doubled", "Frame", "decode", "is_text", "nesting", "parse",
]  # fmt: skip

MAX_DEPTH: Final = 32
MAX_RECORDS: Final = 1000

# Python ints of up to 300 digits are exact; what JSON cannot carry on as 64 bits is rounded.
_LONGEST_INT = 300
_ALL_NOUGHTS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 20
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")
_OPENING = ord("[")


class Frame(msgspec.Struct, frozen=True):
    """A good frame. ``suspect``: a record may hold doubled names, infinities or broken text."""

    batch: str
    records: list[Any]
    suspect: bool


class BadFrame(msgspec.Struct, frozen=True):
    """A frame of which nothing is taken: one word, one sentence, and the batch id if readable."""

    code: str
    text: str
    batch: str | None = None

    def answer(self) -> bytes:
        """Return the answer frame."""
        return msgspec.json.encode({"error": self.text, "code": self.code, "batch": self.batch})


class Doubled(dict[str, Any]):
    """A JSON object in which a name stands twice: ``pairs`` holds all that was sent, in order."""

    pairs: list[tuple[str, Any]]

    def name(self) -> str:
        """Return the first name that stands twice."""
        seen: set[str] = set()
        for name, _ in self.pairs:
            if name in seen:
                return name
            seen.add(name)
        raise AssertionError("a doubled object has a doubled name")


def decode(text: str) -> Frame | BadFrame:
    """Return the batch in a text frame, or what is bad about it."""
    frame = _fast(text)
    suspect = frame is None
    if frame is None:
        frame = parse(text)
        if isinstance(frame, BadFrame):
            return frame
    return _batch(frame, suspect=suspect)


def parse(text: str) -> Any:
    """Return what a text frame says (an object with a doubled name as Doubled), or what is bad about it."""
    if nesting(text) > MAX_DEPTH:
        return BadFrame("too_deep", f"nested deeper than {MAX_DEPTH}")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        return BadFrame("not_json", f"not JSON (RFC 8259): {str(error)[:200]}")


def nesting(text: str) -> int:
    """Return how many brackets are open at once, at most; strings do not count. Never recurses."""
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    outside = "".join(text.split('"')[::2]).encode("ascii", "replace")
    brackets = outside.translate(_BRACKETS, _NOT_BRACKETS)
    if not brackets:
        return 0
    steps = np.where(np.frombuffer(brackets, np.uint8) == _OPENING, 1, -1)
    return max(0, int(steps.cumsum().max()))


def _fast(text: str) -> Any | None:
    """Parse a plain frame quickly; None when a closer look is needed."""
    try:
        frame = msgspec.json.decode(text)
        # What a doubled name hides is missing in the text written anew, by at least two quotes.
        again = msgspec.json.encode(frame)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None
    records = frame.get("records") if type(frame) is dict else None
    if type(records) is not list or _quotes(text) != _quotes(again.decode()):
        return None
    if _LONG_NUMBER in again.translate(_ALL_NOUGHTS):
        return None
    flat = text.count("{") + text.count("[") == 2 + len(records)
    flat = flat and all(type(record) is dict for record in records)
    return frame if flat or nesting(text) <= MAX_DEPTH else None


def _quotes(text: str) -> int:
    """Return how many quotes begin or end a string."""
    if "\\" in text:
        text = text.replace("\\\\", "")
        return text.count('"') - text.count('\\"')
    return text.count('"')


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled = Doubled(found)
    doubled.pairs = pairs
    return doubled


def _no_constant(word: str) -> NoReturn:
    message = f"{word} is not a JSON value"
    raise ValueError(message)


def _integer(digits: str) -> int | float:
    if len(digits) > _LONGEST_INT:
        return float(digits)
    value = int(digits)
    return value if -(2**63) <= value < 2**64 else float(value)


def _batch(frame: Any, *, suspect: bool) -> Frame | BadFrame:
    if not isinstance(frame, dict):
        return BadFrame("not_object", "expected an object with batch and records")
    batch = frame.get("batch")
    readable = batch if isinstance(batch, str) and is_text(batch) else None
    if isinstance(frame, Doubled):
        name = frame.name()
        if name == "batch":
            readable = None
        return BadFrame("duplicate_name", f"{name[:80]!r} stands twice", readable)
    if suspect and any(_holds_doubled(v) for k, v in frame.items() if k != "records"):
        return BadFrame("duplicate_name", "a name stands twice outside records", readable)
    if readable is None:
        return BadFrame("no_batch", "expected batch, a text")
    records = frame.get("records")
    if not isinstance(records, list):
        return BadFrame("no_records", "expected records, an array", readable)
    if not 1 <= len(records) <= MAX_RECORDS:
        told = f"expected 1 to {MAX_RECORDS} records, got {len(records)}"
        return BadFrame("bad_size", told, readable)
    return Frame(readable, records, suspect)


def _holds_doubled(value: Any) -> bool:
    if isinstance(value, Doubled):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_holds_doubled(one) for one in inner)


def is_text(value: str) -> bool:
    """Whether a text is valid Unicode, without lone surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
