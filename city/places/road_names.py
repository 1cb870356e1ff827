"""Roads: the parts of a text that are certainly road names. Public screens show no other part of a place.

The rule is an allow-list: a part in the form of a road name is kept. All else is left out: house numbers,
lanes (弄, 巷), estates, flats, persons. A text without a certain road gives ''; screens then name the street.
"""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

__all__ = ["ROAD_LENGTH", "narrowed", "roads_in", "spot_in"]

ROAD_LENGTH: Final = 28
MOST_READ: Final = 400
"""Only so many code points of a text are read."""

_HAN: Final = "[\u4e00-\u9fff]"
_END: Final = "(?:高速公路|快速路|步行街|下立交|立交桥|环路|大道|公路|高速|高架|立交|隧道|大桥|大街|路|街|桥)"
# Words of sentences and addresses that no road name contains.
_NOT_NAME: Final = (
    "[我你您他她它咱们的了是在有某请这那哪谁说住叫因把被从没号號室弄幢栋巷]"
    "|家[门旁后前里对边]|门[口前后]|后门|隔壁|对面|附近|旁边|小区|住户|居民|邻居|先生|女士|小姐|阿姨|老师|师傅|老板"
    "|楼[上下道梯层顶]|大楼|电话|联系|单元|宿舍|公寓|新村|人行"
)
_NAME: Final = rf"(?:(?!{_NOT_NAME}){_HAN}){{1,4}}?[东南西北中一二三四五六七八九]?"
_NUMBERED: Final = (
    rf"(?<![A-Z0-9])[GSXYA]\d{{1,4}}(?:{_HAN}{{0,4}}?{_END}|外环|内环|中环|(?!{_HAN}|[A-Z0-9]))"
)
_ROAD: Final = re.compile(rf"{_NUMBERED}|{_NAME}{_END}+")
_RUN: Final = re.compile(rf"(?:{_ROAD.pattern})+")
_CROSSING: Final = re.compile("(?:交叉)?路?口")
"""Suffixes of a crossing of two roads: ``羽山路巨野路口`` is kept whole."""
_DIVISIONS: Final = re.compile(rf"(?:{_HAN}{{2,8}}?(?:省|市|新区|区|县|街道|镇|乡))+")
_SIDE: Final = re.compile(r"[（(]([东南西北]{1,2}向)[）)]")
_JOINING: Final = "与和及近至到"

_TYPES: Final = (
    "STREET|ST|AVENUE|AVE|AV|ROAD|RD|DRIVE|DR|PLACE|PL|BOULEVARD|BLVD|PARKWAY|PKWY|HIGHWAY|HWY|EXPRESSWAY|EXPWY|EXPY"
    "|FREEWAY|TURNPIKE|TPKE|TERRACE|CRESCENT|CONCOURSE|PLAZA|CIRCLE|SQUARE|BRIDGE|TUNNEL|WAY|LOOP"
)
_WORD: Final = r"[A-Z][A-Z'.\-]{0,19}"
_LATIN: Final = re.compile(
    r"(?:(?:NORTH|SOUTH|EAST|WEST|[NSEW])\.? )?"
    rf"(?:(?:[12]?\d{{1,2}}(?:ST|ND|RD|TH)?|{_WORD}(?: {_WORD}){{0,2}}) (?:{_TYPES})\b"
    r"|(?:AVENUE|AVE) [A-Z]\b|(?:HIGHWAY|ROUTE|INTERSTATE) \d{1,3}\b|BROADWAY\b)"
    r"(?:\.?(?: (?:NORTH|SOUTH|EAST|WEST|[NSEW])\b)?)",
    re.IGNORECASE,
)
_HOUSE: Final = re.compile(r"\d{1,5}(?:[\-/]\d{1,4})?[A-Z]? (?=\S)", re.IGNORECASE)
_FLAT: Final = re.compile(r"\.?(?:$| ?[#\d]| (?:NO|APT|APARTMENT|UNIT|SUITE|ROOM|RM|FLOOR)\b)", re.IGNORECASE)
_APART: Final = re.compile(r"[/、，,;；&＆+＋×|()（）【】\[\]\n]+| AND ", re.IGNORECASE)


def roads_in(text: str) -> str:
    """Return the roads that a text certainly names, '' for none: ``张杨路101之2号`` → ``张杨路``.

    Parts are divided by ``/``, ``,``, spaces …. A road must begin its part; only districts and house numbers
    may precede it. Several roads are joined by ``/``; roads that would exceed ROAD_LENGTH are left out.
    """
    found: list[str] = []
    is_latin = False
    for part in _APART.split(_plain(text)):
        roads = _han(part) or _latin(part)
        is_latin = is_latin or bool(roads and roads[0].isascii())
        found += [road for road in roads if road not in found]
    joint, words = " / " if is_latin else "/", ""
    for road in found:
        longer = f"{words}{joint}{road}" if words else road
        if len(longer) > ROAD_LENGTH:
            break
        words = longer
    return words


def spot_in(text: str) -> str:
    """Return the roads that a camera's name certainly holds, and its direction (``东向``)."""
    roads, side = roads_in(text), _SIDE.search(_plain(text))
    return f"{roads}（{side[1]}）" if roads and side else roads


def narrowed(roads: str, known: Collection[str]) -> str:
    """Remove the characters before the name of a known road from roads as ``roads_in`` returns them.

    ``张三世纪大道`` has the form of a road name. If 世纪大道 is a known road, the two or more characters
    before it are removed. A name with one more character (``新环北路``) is another, unknown road and is kept.
    """
    if not known:
        return roads
    return _ROAD.sub(lambda road: _known(road[0], known), roads)


def _known(road: str, known: Collection[str]) -> str:
    if road in known or (road[0] in _JOINING and road[1:] in known):
        return road
    return next((road[cut:] for cut in range(2, len(road) - 1) if road[cut:] in known), road)


def _han(part: str) -> list[str]:
    found = []
    for words in part.split():
        begun = _RUN.match(words)
        behind = _DIVISIONS.match(words)
        run = (_RUN.match(words, behind.end()) if behind else None) or begun
        if run is not None:
            crossing = _CROSSING.match(words, run.end()) if len(_ROAD.findall(run[0])) > 1 else None
            found.append(words[run.start() : crossing.end() if crossing else run.end()])
    return found


def _latin(part: str) -> list[str]:
    words = " ".join(part.split())
    house = _HOUSE.match(words)
    for candidate in (words, words[house.end() :] if house else ""):
        road = _LATIN.match(candidate)
        if road is not None and _FLAT.match(candidate, road.end()):
            return [road[0].rstrip(".")]
    return []


def _plain(text: str) -> str:
    """Normalise the forms of digits and letters, and replace control characters by spaces."""
    usual = unicodedata.normalize("NFKC", text[:MOST_READ])
    return "".join(" " if unicodedata.category(one).startswith("C") else one for one in usual)
