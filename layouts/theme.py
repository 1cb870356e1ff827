"""The theme: colours, sizes and fonts as one table, given to pages as CSS custom properties."""

from typing import Final

__all__ = ["PHONE", "PHONE_PX", "TOKENS", "css", "rgb"]

TOKENS: Final[dict[str, str]] = {
    "ground": "#0B1017",
    "card": "#121A26",
    "line": "#1E2A3B",
    "text": "#D9E1EC",
    "muted": "#8A99AE",
    "faint": "#7C8CA3",
    # Colours that mean "somebody must act": for shapes and frames, then for text.
    "red": "#FF4D4F",
    "orange": "#FF8A1F",
    "yellow": "#F5C518",
    "blue": "#4C9BFF",
    "red-text": "#FF7274",
    "orange-text": "#FFA257",
    "yellow-text": "#F5C518",
    "blue-text": "#7FB6FF",
    "present": "#7FB89A",
    # Fills of a cell or flag behind text.
    "red-fill": "#3E151A",
    "orange-fill": "#3D2910",
    "blue-fill": "#16263D",
    # Case density; these four are used for nothing else.
    "density-1": "#221E3A",
    "density-2": "#4A3F7A",
    "density-3": "#8B7BC0",
    "density-4": "#DCD3F5",
    "space-1": "4px",
    "space-2": "8px",
    "space-3": "12px",
    "space-4": "16px",
    "round-1": "4px",
    "round-2": "6px",
    # The wall's tiers in CSS px of its 1080-high canvas (wall.css sets them for other pages).
    "hall": "24px",
    "front": "18px",
    "figure": "48px",
    "clock": "44px",
    "type": '"Noto Sans SC", "Source Han Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", '
    "system-ui, sans-serif",
}
"""Name → CSS value; in a style sheet ``var(--<name>)``."""

PHONE_PX: Final = 700
"""A page of at most this width is a phone's (the style sheets of the pages ask for the same width)."""

PHONE: Final[dict[str, str]] = {
    "text": "#E8EEF6",
    "muted": "#B8C4D3",
    "faint": "#B0BDCE",
    "red-text": "#FFA3A3",
    "orange-text": "#FFB679",
    "blue-text": "#9CC6FF",
    "present": "#93C9AC",
}
"""What a phone has instead: it is read in sunlight, so its text has 7:1 (WCAG 2.2, 1.4.6) on every ground."""


def css() -> str:
    """Return the tables as one ``:root`` rule, and one for phones."""
    return f"{_rule(TOKENS)}@media(max-width:{PHONE_PX}px){{{_rule(PHONE)}}}"


def _rule(tokens: dict[str, str]) -> str:
    return ":root{" + ";".join(f"--{name}:{value}" for name, value in tokens.items()) + "}"


def rgb(token: str, *, phone: bool = False) -> tuple[int, int, int]:
    """Return a colour token as sRGB bytes, that of phones where they have another.

    Raises KeyError for an unknown name, ValueError for a size.
    """
    value = (TOKENS | PHONE if phone else TOKENS)[token]
    if not (value.startswith("#") and len(value) == 7):
        message = f"token {token!r} is not a colour: {value}"
        raise ValueError(message)
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
