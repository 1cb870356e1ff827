"""The keys under which rulings bind later cases."""

import pytest

from city.dispatch.routing.rulings import binding, ruling_key
from city.state.ledger_state import Registered

ABOUT = {"street": "310115013", "road": "羽山路巨野路", "component": "3101150123000004"}
CLASS = "component:0123"


def registered(key: str, holder: str) -> dict[str, Registered]:
    return {key: Registered(key, holder, "final", "2026-1", 0.0)}


@pytest.mark.parametrize(
    ("scope", "key"),
    [
        ("this_component", "component:3101150123000004"),
        ("this_road_segment", "road:310115013:巨野路羽山路:component:0123"),
        ("category_in_area", "area:310115013:component:0123"),
        ("this_case", ""),
    ],
)
def test_each_scope_has_its_key(scope: str, key: str) -> None:
    assert ruling_key(scope, CLASS, **ABOUT) == key


@pytest.mark.parametrize("scope", ["this_component", "this_road_segment", "category_in_area"])
def test_a_scope_that_lacks_what_it_is_about_binds_nothing(scope: str) -> None:
    assert ruling_key(scope, CLASS) == ""


def test_the_narrowest_ruling_wins() -> None:
    area, road, cover = (
        ruling_key(s, CLASS, **ABOUT) for s in ("category_in_area", "this_road_segment", "this_component")
    )
    rulings = registered(area, "ps") | registered(road, "tx")
    found = binding(rulings, CLASS, **ABOUT)
    assert found is not None
    assert found.holder == "tx"
    found = binding(rulings | registered(cover, "dl"), CLASS, **ABOUT)
    assert found is not None
    assert found.holder == "dl"


@pytest.mark.parametrize(
    "road",
    [
        "羽山路巨野路", "巨野路羽山路", "羽山路/巨野路", "巨野路、羽山路", "羽山路近巨野路", "羽山路 巨野路",
        "羽山路（巨野路）",
    ],
)  # fmt: skip
@pytest.mark.parametrize("held", ["羽山路巨野路", "巨野路/羽山路", "巨野路（近羽山路）"])
def test_a_crossing_is_the_same_however_its_roads_are_told(road: str, held: str) -> None:
    rulings = registered(f"road:310115013:{held}:{CLASS}", "dl")
    found = binding(rulings, CLASS, street="310115013", road=road, component="")
    assert found is not None
    assert found.holder == "dl"
    for other in ("羽山路", "羽山路民生路", "羽山路巨野路民生路"):
        assert binding(rulings, CLASS, street="310115013", road=other, component="") is None
    assert binding(rulings, "component:0101", street="310115013", road=road, component="") is None


def test_of_two_rulings_on_a_crossing_the_later_one_counts() -> None:
    rulings = {
        key: Registered(key, holder, "final", "2026-1", at)
        for key, holder, at in [
            (f"road:310115013:羽山路/巨野路:{CLASS}", "dl", 2.0),
            (f"road:310115013:巨野路羽山路:{CLASS}", "tx", 1.0),
        ]
    }
    found = binding(rulings, CLASS, street="310115013", road="羽山路巨野路", component="")
    assert found is not None
    assert found.holder == "dl"


def test_a_ruling_elsewhere_binds_nothing() -> None:
    rulings = registered("area:310115114:component:0123", "ps") | registered("", "tx")
    assert binding(rulings, CLASS, **ABOUT) is None
    assert binding(rulings, CLASS, street="", road="", component="") is None
