"""Frames of a publisher: text is parsed into a batch of records or a *bad frame*.

Frames are untrusted: nesting is measured on the text before a recursive parser runs, and duplicate names in
an object are found although a fast parser would drop them.
"""

import json
import re
from typing import Any, Final, NoReturn

import msgspec
import numpy as np

__all__ = [
    "MAX_DEPTH", "MAX_RECORDS", "BadFrame", "Doubled", "Frame", "binary", "decode", "is_text", "nesting",
    "parse", "readable",
]  # fmt: skip

MAX_DEPTH: Final = 32
MAX_RECORDS: Final = 1000

# Integers beyond 64 bits become floats; those of more than 300 digits directly.
_LONGEST_INT = 300
_ALL_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 20
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")
_OPENING = ord("[")
# A string (an unclosed one extends to the end of the text), or a structural character.
_SIGN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}:,]', re.DOTALL)
_STRING = re.compile(r'[ \t\r\n]*("[^"\\]*(?:\\.[^"\\]*)*")', re.DOTALL)


class Frame(msgspec.Struct, frozen=True):
    """A valid frame. ``suspect``: a record may hold duplicate names, infinities or invalid text."""

    batch: str
    records: list[Any]
    suspect: bool


class BadFrame(msgspec.Struct, frozen=True):
    """A rejected frame: a code, a sentence, and the batch id if it is readable."""

    code: str
    text: str
    batch: str | None = None

    def answer(self) -> bytes:
        """Return the answer frame."""
        return msgspec.json.encode({"error": self.text, "code": self.code, "batch": self.batch})


class Doubled(dict[str, Any]):
    """A JSON object with a duplicate name: ``pairs`` holds all pairs as sent, in order."""

    pairs: list[tuple[str, Any]]

    def name(self) -> str:
        """Return the first duplicate name."""
        seen: set[str] = set()
        for name, _ in self.pairs:
            if name in seen:
                return name
            seen.add(name)
        raise AssertionError("Doubled without a duplicate name")


def decode(text: str) -> Frame | BadFrame:
    """Return the batch in a text frame, or the fault."""
    frame = _fast(text)
    suspect = frame is None
    if frame is None:
        frame = parse(text)
        if isinstance(frame, BadFrame):
            return frame
    return _batch(frame, suspect=suspect)


def parse(text: str, *, named: str = "batch") -> Any:
    """Return the value in a text frame (objects with duplicate names as Doubled), or the fault.

    ``named`` is the field with the frame's id, which the answer to a bad frame repeats.
    """
    if nesting(text) > MAX_DEPTH:
        return BadFrame("too_deep", f"nested deeper than {MAX_DEPTH}", readable(text, named))
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        reason = f"not JSON (RFC 8259): {str(error)[:200]}"
        return BadFrame("not_json", reason, readable(text, named))


def binary(data: bytes, *, named: str = "batch") -> BadFrame:
    """Return the fault for a binary frame."""
    return BadFrame("binary", "expected a text frame", readable(data.decode("utf-8", "replace"), named))


def readable(text: str, name: str) -> str | None:
    """Return the text of field ``name`` in the outermost object, without parsing the rest.

    None when the field is missing, duplicate or unreadable. Does not recurse.
    """
    if not text.lstrip().startswith("{"):
        return None
    depth, before, last = 0, "", ""
    found: list[str | None] = []
    for match in _SIGN.finditer(text):
        sign = match.group()
        if sign in ("]", "}"):
            depth -= 1
        # A field of the frame itself: one bracket is open, and a brace or a comma precedes it.
        if sign == ":" and depth == 1 and before in ("{", ",") and _string(last) == name:
            value = _STRING.match(text, match.end())
            found.append(_string(value.group(1)) if value else None)
        if sign in ("[", "{"):
            depth += 1
        before, last = last, sign
    return found[0] if len(found) == 1 else None


def _string(text: str) -> str | None:
    """Return the value of a JSON string, None when it is not one or not valid Unicode."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, str) and is_text(value) else None


def nesting(text: str) -> int:
    """Return the largest number of open brackets outside strings. Does not recurse."""
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    outside = "".join(text.split('"')[::2]).encode("ascii", "replace")
    brackets = outside.translate(_BRACKETS, _NOT_BRACKETS)
    if not brackets:
        return 0
    steps = np.where(np.frombuffer(brackets, np.uint8) == _OPENING, 1, -1)
    return max(0, int(steps.cumsum().max()))


def _fast(text: str) -> Any | None:
    """Parse a simple frame quickly; None when the full parser is needed."""
    try:
        frame = msgspec.json.decode(text)
        # The fast parser drops duplicates, so the text encoded again has at least two quotes less.
        again = msgspec.json.encode(frame)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None
    records = frame.get("records") if type(frame) is dict else None
    if type(records) is not list or _quotes(text) != _quotes(again.decode()):
        return None
    if _LONG_NUMBER in again.translate(_ALL_ZEROS):
        return None
    flat = text.count("{") + text.count("[") == 2 + len(records)
    flat = flat and all(type(record) is dict for record in records)
    return frame if flat or nesting(text) <= MAX_DEPTH else None


def _quotes(text: str) -> int:
    """Return the number of quotes that start or end a string."""
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
    batch_id = batch if isinstance(batch, str) and is_text(batch) else None
    if isinstance(frame, Doubled):
        if [name for name, _ in frame.pairs].count("batch") > 1:
            batch_id = None
        return BadFrame("duplicate_name", f"{frame.name()[:80]!r} occurs twice", batch_id)
    if suspect and any(_holds_doubled(v) for k, v in frame.items() if k != "records"):
        return BadFrame("duplicate_name", "a name occurs twice outside records", batch_id)
    if batch_id is None:
        return BadFrame("no_batch", "expected batch, a text")
    records = frame.get("records")
    if not isinstance(records, list):
        return BadFrame("no_records", "expected records, an array", batch_id)
    if not 1 <= len(records) <= MAX_RECORDS:
        reason = f"expected 1 to {MAX_RECORDS} records, got {len(records)}"
        return BadFrame("bad_size", reason, batch_id)
    return Frame(batch_id, records, suspect)


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
