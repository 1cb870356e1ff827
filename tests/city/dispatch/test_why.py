"""Every reason that the steps give has a text in both languages."""

import itertools
import string
from typing import Any

import pytest

from city.dispatch.routing.route import Reason, Situation
from city.dispatch.routing.rule_book import RuleBook
from city.state.ledger_state import Registered
from layouts.catalogues import LANGUAGES, own_words

BY_HAND = {"why.reassigned"}
"""Given by a decision, not by a step."""

PLACES = [
    (121.5440, 31.2400, "310115013"),
    (121.6150, 31.2000, "310115125"),
    (121.92, 30.90, "310115145"),
    (120.0, 30.0, ""),
    (121.50108, 31.22572, "310115004"),  # on its boundary
]
SITUATIONS: list[dict[str, Any]] = [
    {},
    {"road": "羽山路巨野路"},
    {"road": "世纪大道"},
    {"road": "川杨河"},
    {"component": "3101150103000004"},
    {"component": "3101150137000005"},
    {"owner_state": "disputed"},
    {"source_site": "GD-031"},
    {"source_site": "GD-999"},
    {"beyond_power": True, "hazard": True},
    {"danger": ("fire", "crime", "medical", "trapped", "flood")},
    {"refused": ("310115013",)},
]
CLASSES = [
    "component:0103", "component:0123", "component:0137", "component:0139", "event:0110", "event:0114",
    "event:0405", "event:0502", "event:0694", "event:9999",
]  # fmt: skip


@pytest.fixture(scope="module")
def reasons(book: RuleBook) -> list[Reason]:
    key = "area:310115013:event:0405"
    rulings = {key: Registered(key, "cg", "final", "2026-8", 0.0)}
    found: list[Reason] = []
    for (lon, lat, street), more, category in itertools.product(PLACES, SITUATIONS, CLASSES):
        kind, _, code = category.partition(":")
        told: dict[str, Any] = {"hazard": False, "road": "", **more}
        found += book.route(
            Situation(kind=kind, code=code, lon=lon, lat=lat, street=street, **told), rulings
        ).reasons
    return found


def test_each_key_of_the_catalogue_is_given_by_a_step_and_no_other(reasons: list[Reason]) -> None:
    keys = {key for key in own_words("zh") if key.startswith("why.")} - BY_HAND
    assert {f"why.{reason.why}" for reason in reasons} == keys


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_gap_is_filled_by_its_reason(reasons: list[Reason], lang: str) -> None:
    words = own_words(lang)
    for reason in reasons:
        gaps = {name for _, name, _, _ in string.Formatter().parse(words[f"why.{reason.why}"]) if name}
        assert gaps <= reason.names.keys()
        assert all(isinstance(value, str) for value in reason.names.values())
