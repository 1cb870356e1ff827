"""The desk's indicators in a real Chromium: figures, and what is behind each of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from city.indicators.indicator import count, duration, unknown
from layouts.cards.desk.desk_indicators import DeskIndicators
from tests.seen_factory import share_of
from tests.static.desk_stage import NOW, Stage

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.hacked=1>"


class Seen:
    """What a desk sees of the indicators."""

    indicators_at = NOW - 5.0

    def __init__(self, *told: Any) -> None:
        self.indicators = {one.id: one for one in told}


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    shown = Stage(browser, "desk_indicators")
    shown.mount()
    yield shown
    shown.close()


def tell(stage: Stage, *told: Any) -> None:
    view = DeskIndicators().view(Seen(*told), NOW)
    stage.card("desk_indicators", view.scalars, *view.rows)


def test_eight_figures_stand_in_their_units(stage: Stage) -> None:
    tell(
        stage, count("K01", 1284, hotline=800), share_of("K08", 482, 500), share_of("K09", 9, 500),
        unknown("K12b", "seconds", "none"), share_of("K14", 49, 50), duration("K10", [100.0] * 30, 50),
    )  # fmt: skip
    assert stage.texts(".indicator") == [
        "1,284 受理", "96.4% 按期结案率", "— 按时派遣率", "1.8% 返工率", "— 立案率", "98.0% 先行处置及时",
        "— 权属不明占比", "— 最长待裁定",
    ]  # fmt: skip


def test_below_twenty_the_raw_numbers_stand_instead_of_a_rate(stage: Stage) -> None:
    tell(stage, share_of("K08", 7, 19))
    assert stage.texts(".indicator")[1] == "— 按期结案率 7/19"


def test_all_indicators_are_one_click_away(stage: Stage) -> None:
    tell(stage, share_of("K08", 482, 500), share_of("K05", 470, 500), share_of("K24", 30, 40))
    stage.page.get_by_text("全部指标").click()
    assert stage.texts(".indicator")[-2:] == ["94.0% 派遣准确率", "75.0% 有效上报率"]


def test_a_click_opens_formula_inputs_and_time_and_a_second_closes_it(stage: Stage) -> None:
    tell(stage, share_of("K08", 482, 500))
    told = {"id": "K08", "value": 96.4, "unit": "percent", "numerator": 482, "denominator": 500,
            "inputs": {"exempt": 3}, "formula_key": "formula.K08", "at": NOW - 5.0}  # fmt: skip
    stage.reply("indicator", {"indicator": told})
    stage.page.locator(".indicator").nth(1).click()
    stage.page.locator(".formula dt").nth(2).wait_for()
    assert [ask["name"] for ask in stage.asks("indicator")] == ["K08"]
    assert stage.text(".formula h3") == "K08 按期结案率"
    assert stage.text(".formula .words").startswith("不晚于案件期限结案的 ÷")
    assert stage.texts(".formula dl div") == ["结果 96.4%", "分子/分母 482/500", "申诉成立 3"]
    assert stage.text(".formula .note") == "20:31:02 计算"
    stage.page.locator(".indicator").nth(1).click()
    assert not stage.page.locator(".formula").is_visible()


def test_what_does_not_fit_is_reached_by_scrolling(stage: Stage) -> None:
    tell(stage, share_of("K08", 482, 500))
    stage.page.evaluate("document.querySelector('.cell').style.height = '200px'")
    stage.page.locator(".indicator").nth(1).click()
    stage.page.locator(".indicator").nth(1).hover()
    stage.page.mouse.wheel(0, 2000)
    stage.page.wait_for_function(
        """() => {
          const cell = document.querySelector(".cell"), formula = cell.shadowRoot.querySelector(".formula");
          return formula.getBoundingClientRect().bottom <= cell.getBoundingClientRect().bottom;
        }""",
    )


def test_what_cannot_be_known_says_why(stage: Stage) -> None:
    tell(stage, unknown("K33", "percent", "few", expired=12), unknown("K12b", "seconds", "none"))
    stage.page.get_by_text("最长待裁定").click()
    assert "现无此类案件" in stage.texts(".formula dd")


def test_figures_that_grew_old_say_so(stage: Stage) -> None:
    tell(stage, share_of("K08", 482, 500))
    stage.tick(180)
    assert stage.text("header .note") == "3分前"


def test_no_text_is_markup(stage: Stage) -> None:
    evil = {"id": "K08", "value": None, "unit": EVIL, "why_not": EVIL, "inputs": {EVIL: EVIL}}
    stage.reply("indicator", {"indicator": evil})
    stage.card("desk_indicators", {"at": NOW, "main": ["K08", EVIL]}, (EVIL, {"value": EVIL, "unit": EVIL}))
    stage.page.locator(".indicator").first.click()
    stage.page.wait_for_timeout(100)
    assert stage.page.evaluate("window.hacked") is None
    assert stage.page.locator("img").count() == 0
