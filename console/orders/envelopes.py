"""The envelope of a command: checks the form of a message before the rules decide on it."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from city.commands.command import Command
from feeds.protocol.frames import is_text

__all__ = ["Fault", "command_id_of", "read_envelope"]

ID_LENGTH: Final = 64
VERB_LENGTH: Final = 40
SUBJECT_LENGTH: Final = 300
ARGS_DEPTH: Final = 6
ARGS_BYTES: Final = 32_768
LARGEST_VERSION: Final = 2**53


class Fault(msgspec.Struct, frozen=True):
    """The wrong field and what was expected. ``command_id`` is '' when it is unreadable."""

    field: str
    expected: str
    command_id: str = ""


def command_id_of(envelope: Any) -> str:
    """Return the command id of an envelope, '' when it holds no valid one."""
    value = envelope.get("command_id") if isinstance(envelope, dict) else None
    return value if isinstance(value, str) and _is_id(value) else ""


def read_envelope(envelope: Any) -> Command | Fault:
    """Return the command in an envelope, or the first field that is wrong."""
    if not isinstance(envelope, dict):
        return Fault("", "an object")
    for field, (is_good, expected) in _FIELDS.items():
        if not is_good(envelope.get(field, _DEFAULTS.get(field))):
            return Fault(field, expected, command_id_of(envelope))
    values: dict[str, Any] = {field: envelope.get(field, _DEFAULTS.get(field)) for field in _FIELDS}
    return Command(**values)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= ID_LENGTH and value.isprintable()


def _is_word(longest: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and 1 <= len(value) <= longest and is_text(value)


def _is_version(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_VERSION


def _is_time(value: Any) -> bool:
    return value is None or (isinstance(value, str) and 1 <= len(value) <= 40)


def _are_args(value: Any) -> bool:
    if not isinstance(value, dict) or _depth(value) > ARGS_DEPTH:
        return False
    try:
        return len(msgspec.json.encode(value)) <= ARGS_BYTES
    except (TypeError, ValueError, OverflowError):  # a lone surrogate, or a value that JSON cannot hold
        return False


def _depth(value: Any) -> int:
    """Return the nesting depth of a value, itself included; stops at the first depth that is refused."""
    depth, level = 0, [value]
    while level and depth <= ARGS_DEPTH:
        depth += 1
        held = [one for one in level if isinstance(one, dict | list)]
        level = [one for held_one in held for one in _inside(held_one)]
    return depth - 1 if not level else depth


def _inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else list(value)


_DEFAULTS: Final[dict[str, Any]] = {"version": 0, "args": {}, "at": None}
_FIELDS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "command_id": (_is_id, f"1 to {ID_LENGTH} printable characters"),
    "verb": (_is_word(VERB_LENGTH), f"a verb, 1 to {VERB_LENGTH} characters"),
    "subject": (_is_word(SUBJECT_LENGTH), "<kind>:<id>, e.g. case:<id>"),
    "version": (_is_version, "a whole number from 0"),
    "at": (_is_time, "when it was done, ISO 8601 with an offset, for an act that is sent later"),
    "args": (_are_args, f"an object of at most {ARGS_BYTES} bytes, nested at most {ARGS_DEPTH} deep"),
}
