"""No text reaches a wall's bytes but roads, classes and names of units: any text in any field of a record."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city.clocks.timestamps import parse
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.categories import labels
from city.facts.fact import Fact
from city.folding.fold import apply
from city.measures.fold_telemetry import measure
from city.state.ledger_state import CityState, Show
from city.views.wall_view import WallView
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district
from console.live.encoding import encode_frame, encode_text
from feeds.gateway.publish_jobs import _FACTS
from feeds.protocol.records import Normalised, validate_all
from feeds.protocol.records import ValidationContext as Judging
from layers.atlas.atlas import Atlas
from layers.contract import Layer
from layers.fields.heat import Heat
from layers.marks.names import Names
from layers.registry import build_layers, map_setting
from layouts.contract import View
from layouts.pages import CARDS_OF
from tests.invented import camera, case, device, mirror, moment, reading, unit, warning

SECRET = "張三豐"
ENDS = "路街桥道速架交隧高公大下环步快口"
"""What makes of the characters before it the name of a road: such a text is one, whoever wrote it."""

AROUND = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
BEHIND = AROUND.filter(lambda text: not any(end in text for end in ENDS))
TEXTS = st.builds(lambda before, behind: f"{before}{SECRET}{behind}", AROUND, BEHIND)
PLACED = st.builds(
    lambda text, form: form.format(text),
    TEXTS,
    st.sampled_from(["{}", "世纪大道{}", "世纪大道 {}", "{}，世纪大道12号", "世纪大道{}家", "张杨路1弄{}"]),
)  # fmt: skip


@cache
def district() -> tuple[DecisionRules, list[Layer]]:
    """Return the built-in district's rules, and the layers of its wall that cost little to draw."""
    empty = Path("/nonexistent")
    known = read_district(empty)
    layers = build_layers(map_setting(Atlas.read(known.atlas_dir), known.limits))
    return read_decision_rules(known, empty), [
        layer for layer in layers if not isinstance(layer, Heat | Names)
    ]


def told(state: CityState, topic: str, records: list[dict[str, Any]]) -> None:
    """Take records as a gateway does, and fold what it would append."""
    classes = district()[0].categories.values()
    at = moment()
    judging = Judging(
        "client", at, parse(at), categories=labels(classes), classes=frozenset(one.ref for one in classes)
    )
    for found in validate_all(topic, records, judging):
        assert isinstance(found, Normalised), found
        record = msgspec.json.decode(msgspec.json.encode(found.record))
        if found.kind not in _FACTS:
            assert measure(state, topic, [record])
            continue
        subject = f"{topic}:client/{found.id}"
        data = {"record": record, "street": "310115004"}
        position = state.ledger.position + 1
        fact = Fact(position, parse(at), _FACTS[found.kind], 1, subject, "client:client", data)
        state.touch(*apply(state.ledger, fact))
        state.ledger.position = position
    assert state.ledger.refused == {}


def wall(state: CityState) -> bytes:
    """Return all that a wall is sent of a state."""
    rules, layers = district()
    now = parse(moment())
    seen = WallView(rules=rules).see(state, now)
    views = {card.key: card.view(seen, now) for card in CARDS_OF["wall"]}
    texts = encode_text({"views": {key: _plain(view) for key, view in views.items()}})
    frames = [layer.frame(seen, now) for layer in layers]
    return b"\n".join([texts, *map(encode_frame, frames)])


def _plain(view: View) -> Mapping[str, Any]:
    return {"scalars": view.scalars, "rows": list(view.rows)}


def shown(kind: str, key: str) -> Show:
    return Show(wall="hall", kind=kind, id=key, view=None, by="陈××", at=0.0, until=4e9)


def is_told(text: str, everything: bytes) -> bool:
    return text.encode() in everything or msgspec.json.encode(text)[1:-1] in everything


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=20)
@given(PLACED, TEXTS, TEXTS)
def test_no_word_of_a_report_reaches_a_wall(placed: str, text: str, other: str) -> None:
    state = CityState()
    words: dict[str, Any] = {
        "title": placed, "description": placed, "component": text, "urgency": "critical",
        "reporter": {"name": text, "phone": other, "wants_reply": True},
        "external": [{"system": text, "no": other, "url": text}],
    }  # fmt: skip
    plain = words | {"external": []}
    told(state, "case", [
        case("road", **words, road=placed, address=text),
        case("address", **plain, road=None, address=placed),
        case(f"{text}3", **plain, road=placed, category={"label": text, "kind": other}),
        case("4", **plain, place=1, category={"kind": "event", "code": text, "system": other}),
        case("5", **plain, place=2, road="世纪大道", mirror=mirror("handling", 5, next=text)),
    ])  # fmt: skip
    state.ledger.shows = {"hall": shown("case", "client/road"), "other": shown("case", f"client/{text}3")}
    everything = wall(state)
    assert not is_told(SECRET, everything)
    assert is_told("世纪大道", everything)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=15)
@given(TEXTS, PLACED)
def test_no_word_of_a_device_a_camera_or_a_unit_reaches_a_wall_but_its_call_sign(
    text: str, placed: str
) -> None:
    state = CityState()
    told(state, "sensor", [
        device(text, name=placed, owner=text, datum=text), reading(text, 1, 40.0, unit="cm"),
        device("gauge", **{"class": text}, name=placed), reading("gauge", 1, 9.9, metric=text, unit=text),
    ])  # fmt: skip
    told(state, "camera", [
        camera("c", name=placed, stream=text),
        {"id": "h", "kind": "health", "at": moment(), "camera": "c", "state": text},
    ])  # fmt: skip
    told(state, "unit", [unit(text, 1, call_sign="抢险01", place=3, kind=text), unit("b", 2, state=text)])
    state.ledger.shows = {"hall": shown("camera", "c")}
    everything = wall(state)
    assert not is_told(SECRET, everything)
    assert is_told("抢险01", everything)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=15)
@given(TEXTS)
def test_of_a_warning_the_headline_alone_is_told(text: str) -> None:
    state = CityState()
    info = {"description": text, "instruction": text, "contact": text, "senderName": text, "audience": text}
    told(state, "warning", [warning("w", note=text, info={**info, "headline": "暴雨橙色预警"})])
    everything = wall(state)
    assert not is_told(SECRET, everything)
    assert is_told("暴雨橙色预警", everything)


def test_a_known_road_is_told_without_whoever_stands_before_it() -> None:
    state = CityState()
    told(state, "case", [case("1", urgency="critical", road="张三世纪大道12号")])
    everything = wall(state)
    assert is_told("世纪大道", everything)
    assert not is_told("张三", everything)


def test_of_labels_those_of_the_shipped_mappings_are_told() -> None:
    state = CityState()
    told(state, "case", [
        case("1", urgency="critical", category={"label": "违章停车"}),
        case("2", place=1, urgency="critical", category={"label": "张三家的事"}),
    ])  # fmt: skip
    everything = wall(state)
    assert is_told("违章停车", everything)
    assert not is_told("张三", everything)
