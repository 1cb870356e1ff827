import tomllib
from typing import Any

import pytest
from bokeh.document import Document

import static
from layers.atlas.atlas import Atlas
from layers.base.base_map import map_figure
from layers.base.free_space import Side, View, text_box
from layers.contract import Layer
from layers.marks.callouts import Callouts
from layers.marks.sensors import Sensors
from layers.registry import build_layers, map_setting
from tests.seen_factory import NOW, camera, case, readings, seen, storm, units, warning

ATLAS = Atlas.read(static.path("district/atlas"))
LIMITS = tomllib.loads(static.path("district/city.toml").read_text(encoding="utf-8"))["limits"]
SETTING = map_setting(ATLAS, LIMITS)
LAYERS = build_layers(SETTING)
PREFIXES = ("layer", "inset", "beside")
BUSY = seen(
    cases=(case("p", urgency="critical"), case("u", urgency="urgent", place=(121.6, 31.1)), case("n")),
    readings=readings({"value": 30.0}, {"lost": True}), units=units({}, {"lost": True}),
    cameras=(camera(),), warnings=(warning(),), storms=(storm(),),
)  # fmt: skip


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
@pytest.mark.parametrize("state", [BUSY, seen()], ids=["busy", "empty"])
def test_a_layer_draws_exactly_the_columns_of_its_frame(layer: Layer, state: Any) -> None:
    figure = map_figure(ATLAS.drawing.bounds)
    frame = layer.frame(state, NOW)
    for prefix in PREFIXES:
        layer.draw(figure, frame, prefix)
    document = Document()
    document.add_root(figure)
    picture, columns = {"url", "x", "y", "w", "h"}, set(frame.columns)
    expected = {"": picture if "png" in columns else columns, ":picture": picture}
    for source in (renderer.data_source for renderer in figure.renderers):
        prefix, key, beside = source.name.partition(layer.key)
        assert (prefix[:-1] in PREFIXES, key) == (True, layer.key)
        assert set(source.data) == expected[beside]
    assert document.to_json()


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
def test_a_frame_has_columns_that_the_live_socket_can_carry(layer: Layer) -> None:
    frame = layer.frame(BUSY, NOW)
    kinds = {str(getattr(column, "dtype", type(column).__name__)) for column in frame.columns.values()}
    assert kinds <= {"list", "bytes", "float64", "float32", "int32", "uint8"}
    assert frame.key == layer.key
    assert frame.as_of <= NOW


def test_keys_are_unique() -> None:
    assert len({layer.key for layer in LAYERS}) == len(LAYERS)


def test_names_give_way_to_marks_call_outs_and_gauges() -> None:
    gauge = {"device": "g", "name": "陆家嘴水文站", "value": 9.0, "unit": "m"}
    setting = map_setting(ATLAS, {"gauges": {"g": {"red": 5.0}}})
    state = seen(cases=BUSY.cases, readings=readings(gauge))
    frames = {layer.key: layer.frame(state, NOW) for layer in build_layers(setting)}
    view = View(setting)
    names: dict[str, Any] = dict(frames["labels"].columns)
    boxes = [
        text_box(text, view.px(x, y), float(size.removesuffix("px")), Side("center", 0.0, 0.0))
        for x, y, text, size in zip(*(names[name] for name in ("x", "y", "zh", "size")), strict=True)
    ]
    others = [
        *Callouts(setting).occupied(state, NOW, names=False).boxes,
        *Sensors(setting).texts(frames["sensors"]),
    ]  # fmt: skip
    assert len(others) > len(setting.covered) + 2
    assert not any(meets(one, other) for one in boxes for other in others)
    assert len(boxes) >= 36


def meets(one: Any, other: Any) -> bool:
    """Whether two boxes share more than a pixel's rim."""
    across = one[0] + 2 < other[2] and other[0] + 2 < one[2]
    return across and one[1] + 2 < other[3] and other[1] + 2 < one[3]
