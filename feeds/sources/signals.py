"""Warning signals: colours, CAP's severities, China's event codes (domain A.5) and our hazards."""

__all__ = ["COLOURS", "SEVERITIES", "colour_of", "hazard_of"]

COLOURS = {"blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红"}
SEVERITIES = {"blue": "Minor", "yellow": "Moderate", "orange": "Severe", "red": "Extreme"}
HAZARDS = {
    "暴雨": "rainstorm",
    "台风": "typhoon",
    "高潮": "high_tide",
    "大风": "gale",
    "雷电": "thunder",
    "冰雹": "hail",
    "高温": "heat",
    "寒潮": "cold",
    "低温": "cold",
    "结冰": "ice",
    "大雾": "fog",
    "海浪": "wave",
    "洪水": "flood",
    "霾": "air",
}
EVENT_CODES = {"11B01": "typhoon", "11B03": "rainstorm"}
"""Codes of GB/T 35965.1 that the domain knows; any other event is told by its name."""


def colour_of(word: str) -> str:
    """Return blue, yellow, orange or red for any way of writing it ("红色", "Red"), else ''."""
    tidy = word.strip().lower().removesuffix("色")
    for colour, sign in COLOURS.items():
        if tidy in (colour, sign):
            return colour
    return ""


def hazard_of(event: str, code: str = "") -> str:
    """Return our hazard for an event code or an event's Chinese name, '' when neither is known."""
    if code in EVENT_CODES:
        return EVENT_CODES[code]
    return next((hazard for word, hazard in HAZARDS.items() if word in event), "")
