"""Warnings on printed sheets: in the sheet's language, once each, never more than they are."""

from typing import Any

from console.pages.printed_sheets import warning_lines
from layouts.catalogues import own_words
from tests.warning_factory import NOON, NORTH, SOUTH, folded, info, local, message


def lines(*records: dict[str, Any], lang: str = "zh") -> list[str]:
    messages = folded(*records).warnings.values()
    return warning_lines(messages, own_words(lang), lang, NOON + 60.0, lambda at: f"{at - NOON:.0f}")


def test_a_sheet_names_a_warning_in_its_own_language() -> None:
    told = message("a", 0, info())
    assert lines(told) == ["暴雨蓝色预警"]
    assert lines(told, lang="en") == ["Blue rainstorm warning"]


def test_a_warning_for_two_areas_is_one_line() -> None:
    assert lines(message("a", 0, info(area=[NORTH, SOUTH]))) == ["暴雨蓝色预警"]


def test_an_exercise_and_what_is_only_announced_say_so() -> None:
    assert lines(message("a", 0, info(), status="Exercise")) == ["演习 暴雨蓝色预警"]
    later = info(onset=local(60))
    assert lines(message("a", 0, later)) == ["暴雨蓝色预警 即将 3600起"]


def test_a_hazard_that_no_catalogue_names_is_told_by_its_headline() -> None:
    assert lines(message("a", 0, info(event="蜂群", headline="发布蜂群提示"))) == ["发布蜂群提示"]
