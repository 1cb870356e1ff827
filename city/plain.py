"""Plain words: what may be said on a screen that everybody reads.

A wall carries class, road and unit names only: no citizen's words, no house number, no phone.
"""

import re
import unicodedata

__all__ = ["class_words", "road_words", "roads_in", "short_name"]

_CHINESE = "零〇一二三四五六七八九幺"
# five digits or more, or seven Chinese ones, whatever stands between them
_LONG_NUMBER = re.compile(rf"\d(?:[\W_]{{0,3}}\d){{4,}}|[\d{_CHINESE}](?:[\W_]{{0,3}}[\d{_CHINESE}]){{6,}}")
_NUMBER = r"\d[\d\s\-–—－~、]*[A-Za-z甲乙丙丁]?"
_NO_HOUSE = r"(?!线|路(?![口边旁])|桥|航站楼|码头|泵)"
# a house number and all behind it; not a metro line, a numbered road or bridge
_HOUSE_NUMBER = re.compile(
    rf"(?:{_NUMBER}\s*(?:[号號]{_NO_HOUSE}|弄|室|幢|栋|楼|层|单元|座|户)"
    rf"|[{_CHINESE}十百千]+\s*(?:[号號]{_NO_HOUSE}|弄|室|幢|栋|单元)).*",
    re.DOTALL,
)
_WAY = r"(?:avenue|street|road|place|drive|lane|court|terrace|boulevard|parkway)"
_LEADING_NUMBER = re.compile(rf"^\s*\d[\d\-]*[A-Za-z]?\s+(?!{_WAY}\s*(?:$|[&/,(]))(?=\S)", re.IGNORECASE)
# "123-45 67 AVENUE": the house number goes before the two look like one long number
_BEFORE_NUMBERED_WAY = re.compile(
    rf"^\s*\d{{1,4}}(?:-\d{{1,4}})?[A-Za-z]?\s+(?=\d{{1,3}}\s+{_WAY}\b)", re.IGNORECASE
)
_TRAILING_NUMBER = re.compile(
    rf"(?:(?<=[路街道巷里村苑园])|(\b{_WAY})\s)\s*\d[\d\s\-]*[A-Za-z]?\s*$"
    r"|[,\s]*(?:#|\b(?:no|apt|apartment|unit|suite|room|rm|floor)\b\.?)\s*#?\s*\d.*$",
    re.IGNORECASE | re.DOTALL,
)
_ROAD_RUN = re.compile(r"(?<![\u4e00-\u9fff])(?:[\u4e00-\u9fff]{1,4}?(?:大道|公路|路|街|巷|桥))+")
ROAD_LENGTH, CLASS_LENGTH, NAME_LENGTH = 28, 24, 12


def road_words(text: str) -> str:
    """Return the road or crossing that a text names, without house numbers and long numbers."""
    words = _long_numbers_out(_BEFORE_NUMBERED_WAY.sub("", _printable(text)))
    words = _HOUSE_NUMBER.sub("", _LEADING_NUMBER.sub("", words))
    return _tidy(_TRAILING_NUMBER.sub(r"\1", words), ROAD_LENGTH)


def roads_in(address: str) -> str:
    """Return the roads that a citizen's address names, '' when none is sure.

    Only runs of up to four characters before a road word count, and only when nothing stands right before
    them: whoever else is named in an address stays out.
    """
    return _tidy("".join(dict.fromkeys(_ROAD_RUN.findall(_clean(address)))), ROAD_LENGTH)


def class_words(text: str) -> str:
    """Return the class words that an upstream system uses, long numbers taken out."""
    return _tidy(_clean(text), CLASS_LENGTH)


def short_name(text: str) -> str:
    """Return a unit's or office's short name, long numbers taken out."""
    return _tidy(_clean(text), NAME_LENGTH)


def _clean(text: str) -> str:
    return _long_numbers_out(_printable(text))


def _printable(text: str) -> str:
    """Return text without control characters and with every kind of digit as an ASCII one."""
    return "".join(map(_printable_character, text[:400]))


def _printable_character(character: str) -> str:
    if unicodedata.category(character).startswith("C"):
        return " "
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


def _long_numbers_out(text: str) -> str:
    return _LONG_NUMBER.sub("", text)


def _tidy(text: str, length: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= length else words[: length - 1] + "…"
