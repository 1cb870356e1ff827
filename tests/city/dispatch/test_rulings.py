"""Under which keys rulings bind the next case."""

import pytest

from city.dispatch.rulings import binding, ruling_key
from city.state import Registered

ABOUT = {"street": "310115013", "road": "羽山路巨野路", "component": "3101150123000004"}
CLASS = "component:0123"


def registered(key: str, holder: str) -> dict[str, Registered]:
    return {key: Registered(key, holder, "final", "2026-1", 0.0)}


@pytest.mark.parametrize(
    ("scope", "key"),
    [
        ("this_component", "component:3101150123000004"),
        ("this_road_segment", "road:310115013:羽山路巨野路:component:0123"),
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


def test_a_ruling_elsewhere_binds_nothing() -> None:
    rulings = registered("area:310115114:component:0123", "ps") | registered("", "tx")
    assert binding(rulings, CLASS, **ABOUT) is None
    assert binding(rulings, CLASS, street="", road="", component="") is None
