"""Names from other systems, cleaned: one short line without control characters and long numbers.

``city.places.road_names`` and ``city.views.wall_view`` decide which part of a text a public screen may show.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["CLASS_LENGTH", "NAME_LENGTH", "PLACE_LENGTH", "class_words", "place_name", "short_name"]

_CHINESE = "零〇一二三四五六七八九幺"
# five or more digits, or seven or more Chinese numerals, with any separators
_LONG_NUMBER = re.compile(rf"\d(?:[\W_]{{0,3}}\d){{4,}}|[\d{_CHINESE}](?:[\W_]{{0,3}}[\d{_CHINESE}]){{6,}}")
CLASS_LENGTH, NAME_LENGTH, PLACE_LENGTH = 60, 12, 28


def class_words(text: str) -> str:
    """Return the class name of an upstream system, cleaned."""
    return _tidy(text, CLASS_LENGTH)


def short_name(text: str) -> str:
    """Return the short name of a unit or an office, cleaned."""
    return _tidy(text, NAME_LENGTH)


def place_name(text: str) -> str:
    """Return the registered name of a device or camera, cleaned; a wall shows only the roads in it."""
    return _tidy(text, PLACE_LENGTH)


def _tidy(text: str, length: int) -> str:
    return _cleaned(text[:400], length)


@lru_cache(8192)  # the names of units come with each of their positions
def _cleaned(text: str, length: int) -> str:
    printable = "".join(map(_printable_character, text))
    words = " ".join(_LONG_NUMBER.sub("", printable).split())
    return words if len(words) <= length else words[: length - 1] + "…"


def _printable_character(character: str) -> str:
    if unicodedata.category(character).startswith("C"):
        return " "
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)
