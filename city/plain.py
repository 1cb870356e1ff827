"""Plain words: short texts of other systems on one line, without control characters and long numbers.

What of a text a public screen may say is the business of ``city.roads`` and ``city.wall_view``.
"""

import re
import unicodedata

__all__ = ["CLASS_LENGTH", "NAME_LENGTH", "PLACE_LENGTH", "class_words", "place_name", "short_name"]

_CHINESE = "零〇一二三四五六七八九幺"
# five digits or more, or seven Chinese ones, whatever stands between them
_LONG_NUMBER = re.compile(rf"\d(?:[\W_]{{0,3}}\d){{4,}}|[\d{_CHINESE}](?:[\W_]{{0,3}}[\d{_CHINESE}]){{6,}}")
CLASS_LENGTH, NAME_LENGTH, PLACE_LENGTH = 60, 12, 28


def class_words(text: str) -> str:
    """Return the class words that an upstream system uses."""
    return _tidy(text, CLASS_LENGTH)


def short_name(text: str) -> str:
    """Return a unit's or office's short name."""
    return _tidy(text, NAME_LENGTH)


def place_name(text: str) -> str:
    """Return the name that a device or camera is registered by; a wall shows the roads in it at most."""
    return _tidy(text, PLACE_LENGTH)


def _tidy(text: str, length: int) -> str:
    printable = "".join(map(_printable_character, text[:400]))
    words = " ".join(_LONG_NUMBER.sub("", printable).split())
    return words if len(words) <= length else words[: length - 1] + "…"


def _printable_character(character: str) -> str:
    if unicodedata.category(character).startswith("C"):
        return " "
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)
