"""Names of the main map: each language has its own places, and nothing stands over them."""

import tomllib
from itertools import combinations
from typing import Any

import pytest

import static
from city.state.warning_records import Landfall
from layers.atlas.atlas import Atlas
from layers.base.base_map import draw_base, map_figure
from layers.base.free_space import HIGH, Box, View
from layers.base.label_placing import text_width
from layers.base.name_glyphs import Lettering, source_name
from layers.marks.callouts import Callouts
from layers.marks.names import EnglishNames, Names
from layers.marks.strips import CHIP_PX
from layers.registry import map_setting
from tests.seen_factory import NOW, case, seen, storm

ATLAS = Atlas.read(static.path("district/atlas"))
LIMITS = tomllib.loads(static.path("district/city.toml").read_text(encoding="utf-8"))["limits"]
SIZE = (736.0, 990.0)
SETTING = map_setting(ATLAS, LIMITS, size=SIZE)
BUSY = seen(
    cases=(case("p", urgency="critical"), case("q", urgency="critical", place=(121.62, 31.12))),
    storms=(storm(),),
)
KINDS = pytest.mark.parametrize("kind", [Names, EnglishNames])


def boxes(layer: Names, state: Any) -> dict[str, Box]:
    """Return the box of each name as it is written, in CSS px of the home view."""
    columns: dict[str, Any] = dict(layer.frame(state, NOW).columns)
    view, found = View(SETTING), {}
    for x, y, text, size in zip(*(columns[name] for name in ("x", "y", layer.lang, "size")), strict=True):
        px, (left, top) = float(size.removesuffix("px")), view.px(x, y)
        half, high = text_width(text, px) / 2, px * HIGH / 2
        found[text] = (left - half, top - high, left + half, top + high)
    return found


def meet(one: Box, other: Box) -> bool:
    across = one[0] + 2 < other[2] and other[0] + 2 < one[2]
    return across and one[1] + 2 < other[3] and other[1] + 2 < one[3]


@KINDS
@pytest.mark.parametrize("state", [seen(), BUSY], ids=["calm", "busy"])
def test_no_name_meets_another_is_cut_off_or_stands_under_anything(kind: type[Names], state: Any) -> None:
    found = boxes(kind(SETTING), state)
    assert len(found) >= 36
    assert not any(meet(*pair) for pair in combinations(found.values(), 2))
    assert all(
        b[0] >= -1 and b[1] >= -1 and b[2] <= SIZE[0] + 1 and b[3] <= SIZE[1] + 1 for b in found.values()
    )
    hidden = [View(SETTING).box(extent) for extent in SETTING.covered]
    hidden += Callouts(SETTING).occupied(state, NOW, names=False).boxes
    left, top, right, high = CHIP_PX
    hidden += [(left, top, right, top + high)] * len(state.storms)
    assert not any(meet(box, other) for box in found.values() for other in hidden)


@KINDS
def test_the_sea_and_the_river_are_named(kind: type[Names]) -> None:
    found = boxes(kind(SETTING), seen())
    assert {"zh": {"东海", "黄浦江", "杭州湾"}, "en": {"East China Sea", "Huangpu River"}}[kind.lang] <= set(
        found
    )


@KINDS
def test_a_page_draws_the_names_of_its_language_from_the_frame_of_that_language(kind: type[Names]) -> None:
    sources = draw_base(map_figure(ATLAS.drawing.bounds), ATLAS, Lettering(80.0, kind.lang))
    assert source_name(kind.lang) == f"layer:{kind.key}"
    assert {name for name in sources if name.startswith("layer:")} == {source_name(kind.lang)}
    assert set(sources[source_name(kind.lang)].data) == set(kind(SETTING).frame(seen(), NOW).columns)


def test_names_are_not_placed_anew_while_nothing_moved() -> None:
    layer = Names(SETTING)
    assert layer.frame(BUSY, NOW).columns is layer.frame(BUSY, NOW + 2.0).columns


@KINDS
def test_twenty_storms_take_the_room_of_two_lines_and_one_that_counts(kind: type[Names]) -> None:
    three, twenty = (boxes(kind(SETTING), seen(storms=(storm(),) * n)) for n in (3, 20))
    left, top, right, high = CHIP_PX
    assert three == twenty
    assert not any(meet(box, (left, top, right, top + 3 * high)) for box in three.values())


def test_a_landfall_makes_a_storms_chip_higher() -> None:
    landed = storm(landfall=Landfall(NOW, 121.9, 30.9, "临港"))
    left, top, right, high = CHIP_PX
    found = boxes(Names(SETTING), seen(storms=(landed,)))
    assert not any(meet(box, (left, top, right, top + 2 * high)) for box in found.values())
