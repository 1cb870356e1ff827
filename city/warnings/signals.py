"""Warning signals: reading colours, hazards and liftings from Chinese, English and codes (domain A.5)."""

import re
from typing import Final

__all__ = [
    "COLOURS", "OTHER", "RANKS", "SEVERITIES", "colour_in", "colour_of", "hazard_of", "is_lifting",
]  # fmt: skip

OTHER: Final = "other"
"""The hazard of a warning that matches no known word or code."""

COLOURS: Final = {"blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红"}
RANKS: Final = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}
SEVERITIES: Final = {"blue": "Minor", "yellow": "Moderate", "orange": "Severe", "red": "Extreme"}
"""Colour -> CAP's severity (domain A.5)."""

# The first matching row counts, so a longer term ("heat wave") comes before one that it contains ("wave").
_HAZARDS: Final = tuple(
    (hazard, re.compile(words, re.IGNORECASE))
    for hazard, words in (
        ("typhoon", r"台风|热带气旋|typhoon|hurricane|tropical (?:storm|cyclone|depression)"),
        ("high_tide", r"高潮|风暴潮|storm surge|high tide|tidal|coastal flood"),
        ("flood", r"洪水|山洪|flood"),
        ("thunder", r"雷电|雷暴|thunder|lightning"),
        ("hail", r"冰雹|\bhail"),
        ("ice", r"结冰|冰冻|freezing rain|black ice|\bic(?:e|y|ing)\b"),
        ("cold", r"寒潮|低温|霜冻|cold|wind chill|frost|freez"),
        ("rainstorm", r"暴雨|强降[雨水]|\brain|downpour"),
        ("heat", r"高温|热浪|\bheat|high temperature"),
        ("gale", r"大风|\bgale|\bwind"),
        ("fog", r"大雾|浓雾|\bfog"),
        ("air", r"霾|空气|重污染|air (?:quality|pollution)|smog|\bhaze"),
        ("wave", r"海浪|\bwaves?\b|\bsurf\b"),
    )
)
_CODES: Final = {
    "11B01": "typhoon", "11B03": "rainstorm",
    "FFA": "flood", "FFW": "flood", "FLA": "flood", "FLW": "flood", "CFA": "high_tide", "CFW": "high_tide",
    "HUA": "typhoon", "HUW": "typhoon", "TRA": "typhoon", "TRW": "typhoon", "TYA": "typhoon",
    "TYW": "typhoon", "SVA": "thunder", "SVR": "thunder", "HWA": "gale", "HWW": "gale",
}  # fmt: skip
"""Event codes of GB/T 35965.1 that are known here, and those of SAME (47 CFR 11.31)."""

_CHANGED: Final = re.compile(r"(?:更新|升级|降级|变更|调整|改)[^,，。]*?为[^,，。]*?([蓝黄橙红])色")
_CHINESE: Final = re.compile(r"([蓝黄橙红])色")
_ENGLISH: Final = re.compile(r"\b(blue|yellow|orange|red)\b(?! flag)", re.IGNORECASE)
_SIGNS: Final = {sign: colour for colour, sign in COLOURS.items()}
_STATED: Final = re.compile(r"发布|更新|升级|降级|变更|继续")


def colour_of(word: str) -> str:
    """Return blue, yellow, orange or red for a text that is only a colour ("红色", "Red"), else ''."""
    tidy = word.strip().lower().removesuffix("色")
    return next((colour for colour, sign in COLOURS.items() if tidy in (colour, sign)), "")


def colour_in(sentence: str) -> str:
    """Return the colour in a headline, '' without one; for "蓝色更新为黄色" the new one."""
    chinese = _CHANGED.search(sentence) or _CHINESE.search(sentence)
    if chinese:
        return _SIGNS[chinese[1]]
    english = _ENGLISH.search(sentence)
    return english[1].lower() if english else ""


def hazard_of(*texts: str, codes: tuple[str, ...] = ()) -> str:
    """Return the hazard of the event codes, else of the first text that names one, else ``OTHER``."""
    for code in codes:
        if code.strip().upper() in _CODES:
            return _CODES[code.strip().upper()]
    for text in (*texts, *codes):
        for hazard, words in _HAZARDS:
            if words.search(text):
                return hazard
    return OTHER


def is_lifting(headline: str) -> bool:
    """Whether a headline lifts a signal (解除) and issues none."""
    return "解除" in headline and not _STATED.search(headline)
