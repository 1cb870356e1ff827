"""More units than are painted one by one are one picture; all of them are shown, each once."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from city.views.linkage_seen import UnitOnTask
from layers.base.free_space import Side, View, text_box
from layers.contract import Frame, MapSetting, same
from layers.marks.many_marks import KEPT, MANY
from layers.marks.mark_picture import Pixels, home_pixels
from layers.marks.units import MOST_LABELS, PICTURE_S, TEXT_PX, Units
from layers.projection import to_mercator
from tests.seen_factory import NOW, PEOPLE_SQUARE, seen, units

X, Y = (float(value) for value in to_mercator(*PEOPLE_SQUARE))
SETTING = MapSetting((X - 30_000.0, Y - 40_000.0, X + 30_000.0, Y + 40_000.0), (600.0, 800.0))


def rows(count: int, moved: float = 0.0, **first: Any) -> list[dict[str, Any]]:
    """Return so many units on a grid, some 400 m from each other; ``first``: what is so of the first one."""
    lon, lat = PEOPLE_SQUARE
    found: list[dict[str, Any]] = [
        {
            "call_sign": f"消防{number}号",
            "lon": lon + (number % 40 - 20) / 200 + moved,
            "lat": lat + (number // 40 - 10) / 200,
        }
        for number in range(count)
    ]
    found[0] |= first
    return found


def on_task(sign: str) -> UnitOnTask:
    return UnitOnTask("t", "i", sign, *PEOPLE_SQUARE, *PEOPLE_SQUARE, 0.0, NOW, lost=False, is_there=False)


def pixels_of(data: Any) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def is_pictured(frame: Frame, x: float, y: float) -> bool:
    row, column = home_pixels(SETTING).at(np.array([x]), np.array([y]))
    return bool(pixels_of(frame.columns["png"])[row[0], column[0], 3])


def test_few_units_are_glyphs_alone() -> None:
    layer = Units(SETTING)
    frame = layer.frame(seen(units=units(*rows(MANY))), NOW)
    assert ("png" in frame.columns, len(frame.columns["x"]), "v" in frame.meta) == (False, MANY, False)
    assert layer.every_s < 1.0


def test_of_many_each_is_a_glyph_or_in_the_picture_and_none_is_both() -> None:
    count = MANY + 200
    state = seen(units=units(*rows(count)))
    layer = Units(SETTING)
    frame = layer.frame(state, NOW)
    glyphs = len(frame.columns["x"])
    assert (glyphs + frame.meta["pictured"], frame.meta["committed"]) == (count, count)
    assert 0 < glyphs <= MOST_LABELS
    x, y = to_mercator(state.units.lon, state.units.lat)
    own = set(zip(*(np.asarray(frame.columns[name]).tolist() for name in "xy"), strict=True))
    assert all(is_pictured(frame, *place) for place in zip(x, y, strict=True) if place not in own)
    alone = [place for place in own if np.hypot(*(np.array([x, y]).T - place).T).min() == 0]
    assert len(alone) == glyphs
    assert layer.every_s == PICTURE_S


def test_a_unit_on_the_task_of_an_incident_stays_a_glyph() -> None:
    state = rows(MANY + 50)
    chosen = state[-1]
    frame = Units(SETTING).frame(seen(units=units(*state), committed=(on_task(chosen["call_sign"]),)), NOW)
    x, y = (float(value) for value in to_mercator(chosen["lon"], chosen["lat"]))
    assert (frame.columns["x"][0], frame.columns["y"][0]) == (x, y)
    assert len(frame.columns["x"]) == MOST_LABELS


def test_the_threshold_is_crossed_both_ways_and_all_are_there() -> None:
    layer, counts = Units(SETTING), (MANY, MANY + 1, MANY, MANY + 1)
    for count in counts:
        frame = layer.frame(seen(units=units(*rows(count))), NOW)
        assert len(frame.columns["x"]) + frame.meta.get("pictured", 0) == count
        assert ("png" in frame.columns) == (count > MANY)


def test_an_unchanged_picture_is_not_encoded_again() -> None:
    layer = Units(SETTING)
    first = layer.frame(seen(units=units(*rows(MANY + 50))), NOW)
    again = layer.frame(seen(units=units(*rows(MANY + 50))), NOW + 5.0)
    assert again.columns["png"] is first.columns["png"]
    assert same(first, again)
    # A pixel of the home view is 100 m: the picture is the same, a nearer view has another one.
    moved = layer.frame(seen(units=units(*rows(MANY + 50, moved=1e-7))), NOW + 10.0)
    assert moved.columns["png"] is first.columns["png"]
    assert moved.meta["v"] != first.meta["v"]


def test_a_unit_that_becomes_lost_changes_the_picture() -> None:
    given = rows(MANY + 50)
    layer = Units(SETTING)
    first = layer.frame(seen(units=units(*given)), NOW)
    given[-1]["lost"] = True
    other = layer.frame(seen(units=units(*given)), NOW + 5.0)
    assert (first.meta["lost"], other.meta["lost"]) == (0, 1)
    assert other.meta["v"] != first.meta["v"]
    changed = (pixels_of(first.columns["png"]) != pixels_of(other.columns["png"])).any(axis=2)
    down, right = np.nonzero(changed)
    x, y = (float(value) for value in to_mercator(given[-1]["lon"], given[-1]["lat"]))
    row, column = home_pixels(SETTING).at(np.array([x]), np.array([y]))
    assert max(abs(down - row[0]).max(), abs(right - column[0]).max()) <= 6


def test_a_call_sign_hides_no_mark_of_the_picture() -> None:
    state = seen(units=units(*rows(MANY + 200)))
    layer = Units(SETTING)
    frame = layer.frame(state, NOW)
    view, columns = View(SETTING), frame.columns
    for x, y, text, align, right in zip(
        *(columns[name] for name in ("x", "y", "text", "align", "right")), strict=True
    ):
        if text:
            box = text_box(text, view.px(x, y), TEXT_PX, Side(align, float(right), 0.0))
            assert not layer.many.hides(box)
    # A grid without a gap leaves no room inside; where there are no other marks, there is.
    free = layer.frame(seen(units=units(*rows(MANY + 200, lon=PEOPLE_SQUARE[0] + 0.2))), NOW)
    assert free.columns["text"][0] == "消防0号"


def test_a_press_tells_the_nearest_mark_and_what_it_is() -> None:
    given = rows(MANY + 50)
    given[-1] |= {"lost": True, "state": "on_scene", "as_of": NOW - 300.0}
    layer = Units(SETTING)
    version = layer.frame(seen(units=units(*given)), NOW).meta["v"]
    x, y = (float(value) for value in to_mercator(given[-1]["lon"], given[-1]["lat"]))
    assert layer.many.nearest(version, (x + 100.0, y), 200.0) == {
        "x": x, "y": y, "call_sign": given[-1]["call_sign"], "state": "on_scene", "as_of": NOW - 300.0,
        "lost": True,
    }  # fmt: skip
    assert layer.many.nearest(version, (x + 100.0, y + 9000.0), 50.0) is None
    assert layer.many.nearest("never", (x, y), 200.0) is None


def test_a_view_has_the_marks_of_its_version_as_long_as_a_page_may_ask() -> None:
    layer = Units(SETTING)
    versions = [
        layer.frame(seen(units=units(*rows(MANY + 50, moved=0.002 * turn))), NOW).meta["v"]
        for turn in range(KEPT + 1)
    ]
    pixels = Pixels(X - 2000.0, Y + 2000.0, 10.0, 400, 400)
    pictures = [layer.many.of_view(version, pixels) for version in versions[1:]]
    assert len(set(pictures)) == KEPT
    with pytest.raises(LookupError):
        layer.many.of_view(versions[0], pixels)
