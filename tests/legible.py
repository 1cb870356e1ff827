"""What cannot be read or pressed on a page: cut, covered, small or pale words, small press targets.

Everything is computed from boxes and computed styles, shadow roots too, so it holds in both languages and at
every size. A picture shows one state; a test tells the page each state and asks :func:`faults`.
"""

from pathlib import Path
from typing import Final

from playwright.sync_api import Page

__all__ = ["LEAST_CONTRAST", "PHONE_CONTRAST", "PHONE_FONT_PX", "TARGET_PX", "faults", "phone_faults"]

LEAST_CONTRAST: Final = 4.5
"""WCAG 2.2 AA for text (1.4.3)."""
PHONE_CONTRAST: Final = 7.0
"""WCAG 2.2 AAA for text (1.4.6): a phone is read in sunlight."""
PHONE_FONT_PX: Final = 15.0
TARGET_PX: Final = 44.0

_FAULTS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def faults(
    page: Page, *, contrast: float = LEAST_CONTRAST, font_px: float = 0.0, target_px: float = 0.0,
    excused: tuple[str, ...] = (),
) -> list[str]:  # fmt: skip
    """Return what cannot be read or pressed on a page as it stands, in words; ``excused`` are selectors."""
    least = {"contrastLeast": contrast, "fontLeast": font_px, "targetLeast": target_px, "excused": excused}
    found: list[str] = page.evaluate(_FAULTS, least)
    return found


def phone_faults(page: Page, *, excused: tuple[str, ...] = ()) -> list[str]:
    """As :func:`faults`, for a page on a phone: one thumb, in sunlight."""
    return faults(page, contrast=PHONE_CONTRAST, font_px=PHONE_FONT_PX, target_px=TARGET_PX, excused=excused)
