"""The header of a wall in a real Chromium: a warning stands whole or is counted, and its node stays."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.script_pages import opened, tell_view
from tests.seen_factory import NOW

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.hacked=1>"
SEEN = """(selector) => inCard("header", selector).filter((node) => !node.hidden && node.textContent)
    .map((node) => node.textContent)"""


def warning(number: int, words: str) -> tuple[str, dict[str, Any]]:
    return f"w{number}", {
        "hazard": "other", "colour": "red", "headlines": {"zh": words}, "sent": NOW - 60.0 * number,
        "exercise": False, "begins": None, "ends": None,
    }  # fmt: skip


def test_what_has_no_room_is_counted_and_with_the_last_warning_the_count_goes_too(browser: Browser) -> None:
    long = [warning(n, f"{n}号预警：" + "请市民减少外出" * 6) for n in (1, 2, 3)]
    with opened(browser, "wall") as page:
        page.set_viewport_size({"width": 1600, "height": 1080})
        tell_view(page, "header", {"more": 0}, long)
        # Measured again at the next second, when the styles are there.
        page.wait_for_function(f"({SEEN})('.more').length === 1")
        shown = page.evaluate(SEEN, ".flag")
        assert 1 <= len(shown) < 3
        assert page.evaluate(SEEN, ".more") == [f"另有{3 - len(shown)}"]
        tell_view(page, "header", {"more": 0}, [])
        assert page.evaluate(SEEN, ".flag") == []
        assert page.evaluate(SEEN, ".more") == []


def test_a_warning_keeps_its_node_and_its_words_are_text(browser: Browser) -> None:
    with opened(browser, "wall") as page:
        tell_view(page, "header", {"more": 0}, [warning(1, "一号")])
        page.wait_for_function("inCard('header', '.flag').length === 1")
        page.evaluate("window.kept = inCard('header', '.flag')[0]")
        tell_view(page, "header", {"more": 0}, [warning(2, EVIL), warning(1, "一号")])
        assert page.evaluate("inCard('header', '.flag').indexOf(window.kept)") == 1
        assert page.evaluate(SEEN, ".flag span")[0] == EVIL
        assert page.evaluate("window.hacked") is None
