import copy
import json
import math
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.clocks.timestamps import iso, parse
from city.dispatch.tables.categories import ClassRef
from city.places.datums import from_wgs84
from feeds.protocol.records import Normalised, Rejected, ValidationContext, validate, validate_all
from feeds.protocol.topics import PUBLISHED
from tests.gateways import NOW, case, unit

TERMS = ValidationContext(client="hotline", received=NOW, now_city=parse(NOW))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = SCALARS | st.lists(SCALARS, max_size=5) | st.dictionaries(st.text(), SCALARS, max_size=3)
KNOWN = [
    "id", "at", "lon", "lat", "crs", "channel", "category", "title", "reporter", "external", "kind", "device",
    "metric", "value", "camera", "class", "box", "jpeg", "state", "unit", "identifier", "sender", "sent",
    "storm", "points", "info", "hazard", "description", "address", "class", "quality",
]  # fmt: skip
KINDS = ["device", "reading", "camera", "detection", "health", "snapshot", "track"]


def good(topic: str, kind: str = "") -> dict[str, Any]:
    base: dict[str, Any] = {"id": "1", "at": NOW}
    return {
        "case": case(),
        "unit": unit(),
        "cap": {**base, "identifier": "i", "sender": "s", "sent": NOW, "info": [{"event": "暴雨"}]},
        "track": {
            **base, "kind": "track", "storm": "2614",
            "points": [{"at": "2030-01-01T00:00:00Z", "lon": 125.0, "lat": 25.0, "forecast": True}],
        },
        "device": {**base, "kind": "device", "device": "d", "class": "c", "interval_s": 60},
        "reading": {**base, "kind": "reading", "device": "d", "metric": "m", "value": 1, "quality": "good"},
        "camera": {**base, "kind": "camera", "camera": "k", "azimuth": 10, "privacy": True},
        "detection": {**base, "kind": "detection", "camera": "k", "class": "c", "box": [0, 0, 1, 1.0]},
        "health": {**base, "kind": "health", "camera": "k", "state": "online"},
    }[kind or topic]  # fmt: skip


ALL_GOOD = [
    ("case", "case"), ("unit", "unit"), ("warning", "cap"), ("warning", "track"), ("sensor", "device"),
    ("sensor", "reading"), ("camera", "camera"), ("camera", "detection"), ("camera", "health"),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "kind"), ALL_GOOD)
def test_every_kind_of_record_is_taken_and_its_unknown_fields_are_kept(topic: str, kind: str) -> None:
    record = {**good(topic, kind), "unknown": {"a": [1, "ü"]}}
    answer = validate(topic, record, TERMS)
    assert isinstance(answer, Normalised), answer
    assert answer.kind == kind
    assert answer.record["unknown"] == {"a": [1, "ü"]}
    assert (answer.record["client"], answer.record["received"]) == ("hotline", NOW)


@given(
    st.sampled_from(PUBLISHED), st.sampled_from(ALL_GOOD),
    st.dictionaries(st.sampled_from(KNOWN) | st.text(), VALUES, max_size=4),
    st.none() | st.sampled_from(KINDS),
)  # fmt: skip
def test_any_record_is_taken_or_rejected_with_a_path_a_code_and_a_reason_and_never_raises(
    topic: str, start: tuple[str, str], changes: dict[str, Any], kind: str | None
) -> None:
    record = {**good(*start), **changes}
    if kind:
        record["kind"] = kind
    before = copy.deepcopy(record)
    answer = validate(topic, record, TERMS)
    if isinstance(answer, Rejected):
        json.dumps([answer.path, answer.reason], ensure_ascii=False).encode()
        assert answer.code
        assert repr(record) == repr(before)  # a dead letter holds it as it was sent
    else:
        json.dumps(answer.record, allow_nan=False, ensure_ascii=False).encode()


@given(st.floats(73, 135), st.floats(4, 53), st.sampled_from(["GCJ02", "BD09"]))
def test_conversion_is_within_a_metre(lon: float, lat: float, crs: str) -> None:
    x, y = from_wgs84(lon, lat, crs)
    answer = validate("unit", unit(lon=x, lat=y, crs=crs), TERMS)
    assert isinstance(answer, Normalised)
    east = (answer.record["lon"] - lon) * 111_320 * math.cos(math.radians(lat))
    north = (answer.record["lat"] - lat) * 111_320
    assert math.hypot(east, north) < 1.0
    assert answer.record["original"] == {"crs": crs, "lon": x, "lat": y}


def test_a_points_own_crs_counts_else_the_records() -> None:
    record = {
        **good("warning", "track"), "crs": "GCJ02",
        "points": [
            {"at": NOW, "lon": 121.5, "lat": 31.2}, {"at": NOW, "lon": 150.0, "lat": 20.0, "crs": "WGS84"},
        ],
    }  # fmt: skip
    outside = copy.deepcopy(record)
    answer = validate("warning", record, TERMS)
    assert isinstance(answer, Normalised)
    first, second = answer.record["points"]
    assert first["original"] == {"crs": "GCJ02", "lon": 121.5, "lat": 31.2}
    assert (second["lon"], "original" in second) == (150.0, False)
    assert answer.record["crs"] == first["crs"] == second["crs"] == "WGS84"
    del outside["points"][1]["crs"]
    rejected = validate("warning", outside, TERMS)
    assert (rejected.path, rejected.code) == ("points.1.crs", "outside_china")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("topic", "record", "path", "code"),
    [
        ("unit", "text", "", "wrong_type"),
        ("unit", unit(at=1795304106), "at", "wrong_type"),
        ("unit", unit(at="2026-11-20T10:05:01+08:00"), "at", "future"),
        ("sensor", {**good("sensor", "reading"), "value": "1"}, "value", "not_a_number"),
        ("sensor", {**good("sensor", "reading"), "quality": "fine"}, "quality", "unknown_value"),
        ("sensor", {**good("sensor", "reading"), "kind": "x"}, "kind", "unknown_value"),
        ("sensor", {"id": "1", "at": NOW}, "kind", "missing"),
        ("camera", {**good("camera", "detection"), "box": [0, 0, 1]}, "box", "out_of_range"),
        ("camera", {**good("camera", "detection"), "box": [0, 0, 1, 2]}, "box.3", "out_of_range"),
        ("camera", {**good("camera", "detection"), "confidence": 1.1}, "confidence", "out_of_range"),
        ("case", case(channel="fax"), "channel", "unknown_value"),
        ("case", case(title="字" * 201), "title", "too_long"),
        ("case", case(description="字" * 4001), "description", "too_long"),
        ("case", case(category={}), "category.label", "missing"),
        ("case", case(category={"code": "1", "kind": "event"}), "category.system", "missing"),
        ("case", case(external=[{"system": "12345"}]), "external.0.no", "missing"),
        ("case", case(lon=None, lat=None), "address", "missing"),
        ("case", case(reporter={"phone": 13800000000}), "reporter.phone", "wrong_type"),
        ("warning", {**good("warning", "track"), "points": [{"at": NOW}]}, "points.0.lon", "missing"),
        ("warning", {**good("warning", "cap"), "sent": None}, "sent", "missing"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_where_and_what(topic: str, record: Any, path: str, code: str) -> None:
    answer = validate(topic, copy.deepcopy(record), TERMS)
    assert isinstance(answer, Rejected)
    assert (answer.path, answer.code) == (path, code)
    assert "13800000000" not in answer.reason


MIRROR = {
    "state": "handling", "agency": "市政", "due_at": NOW, "returned_by": ["排水"], "next": "sign",
    "next_at": NOW, "at": NOW, "unknown": 1,
}  # fmt: skip


@pytest.mark.parametrize("mirror", [MIRROR, {}, dict.fromkeys(MIRROR), None])
def test_a_mirror_as_the_protocol_lists_it_is_taken(mirror: Any) -> None:
    answer = validate("case", case(mirror=mirror, road="张杨路"), TERMS)
    assert isinstance(answer, Normalised), answer
    assert (answer.record["mirror"], answer.record["road"]) == (mirror, "张杨路")


@pytest.mark.parametrize(("changes", "path", "code"), [
    ({"mirror": "closed"}, "mirror", "wrong_type"),
    ({"mirror": {"state": "done"}}, "mirror.state", "unknown_value"),
    ({"mirror": {"agency": 7}}, "mirror.agency", "wrong_type"),
    ({"mirror": {"due_at": "tomorrow"}}, "mirror.due_at", "bad_time"),
    ({"mirror": {"due_at": "9999-12-31T23:59:59Z"}}, "mirror.due_at", "out_of_range"),
    ({"mirror": {"at": "2026-11-20 10:00"}}, "mirror.at", "bad_time"),
    ({"mirror": {"next_at": 5}}, "mirror.next_at", "wrong_type"),
    ({"mirror": {"returned_by": "排水"}}, "mirror.returned_by", "wrong_type"),
    ({"mirror": {"returned_by": ["排水", 5]}}, "mirror.returned_by.1", "wrong_type"),
    ({"mirror": {"agency": "字" * 201}}, "mirror.agency", "too_long"),
    ({"road": ["张杨路"]}, "road", "wrong_type"), ({"road": "路" * 201}, "road", "too_long"),
])  # fmt: skip
def test_what_is_wrong_in_a_mirror_or_a_road_is_told_by_its_path(changes: Any, path: str, code: str) -> None:
    answer = validate("case", case(**changes), TERMS)
    assert isinstance(answer, Rejected)
    assert (answer.path, answer.code) == (path, code)


FILLERS = [
    "0001-01-01T00:00:00+08:00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "1753-01-01T00:00:00Z",
    "1899-12-30T00:00:00+08:00", "1900-01-01T00:00:00Z", "1900-01-01T00:00:00-12:00", "1970-01-01T00:00:00Z",
    "1970-01-01T08:00:00+08:00", "1970-01-01T00:00:00.000+08:00",
]  # fmt: skip


@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize(("topic", "kind"), ALL_GOOD)
def test_a_time_that_stands_for_none_is_refused_by_its_path(topic: str, kind: str, filler: str) -> None:
    answer = validate(topic, {**good(topic, kind), "at": filler}, TERMS)
    assert isinstance(answer, Rejected)
    assert (answer.path, answer.code) == ("at", "out_of_range")
    assert filler in answer.reason


@pytest.mark.parametrize("at", ["1900-01-02T12:00:00+08:00", "1970-01-01T00:00:01Z", "1969-12-31T23:59:59Z"])
def test_any_past_but_the_fillers_is_taken(at: str) -> None:
    assert isinstance(validate("unit", unit(at=at), TERMS), Normalised)


@pytest.mark.parametrize("at", ["2200-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])
def test_a_record_from_far_ahead_is_one_of_the_future(at: str) -> None:
    answer = validate("unit", unit(at=at), TERMS)
    assert isinstance(answer, Rejected)
    assert (answer.path, answer.code) == ("at", "future")


def test_the_other_moments_of_a_record_are_no_fillers_either() -> None:
    track = {**good("warning", "track"), "points": [{"at": FILLERS[0], "lon": 1.0, "lat": 1.0}]}
    for topic, record, path in (
        ("warning", {**good("warning", "cap"), "sent": FILLERS[0]}, "sent"),
        ("warning", track, "points.0.at"),
    ):  # fmt: skip
        answer = validate(topic, record, TERMS)
        assert isinstance(answer, Rejected)
        assert (answer.path, answer.code) == (path, "out_of_range")


@given(st.datetimes(timezones=st.timezones()))
def test_whatever_moment_is_taken_can_be_written_in_any_zone(moment: datetime) -> None:
    answer = validate("case", case(mirror={"due_at": moment.isoformat()}), TERMS)
    if isinstance(answer, Normalised):
        epoch = parse(answer.record["mirror"]["due_at"])
        for hours in (-14, 0, 14):
            assert iso(epoch + 3600 * hours)


@pytest.mark.parametrize(("topic", "record", "path"), [
    ("unit", unit(lon=0, lat=0), "lon"), ("unit", unit(lon=0.0, lat=-0.0), "lon"),
    ("case", case(lon=0.0, lat=0.0, address="张杨路"), "lon"),
    ("warning", {**good("warning", "track"), "points": [{"at": NOW, "lon": 0, "lat": 0}]}, "points.0.lon"),
])  # fmt: skip
def test_the_position_0_0_is_refused_as_none(topic: str, record: Any, path: str) -> None:
    answer = validate(topic, record, TERMS)
    assert isinstance(answer, Rejected)
    assert (answer.path, answer.code) == (path, "out_of_range")
    assert "stands for none" in answer.reason


def test_the_equator_and_the_meridian_are_places() -> None:
    for lon, lat in ((0.0, 51.5), (100, 0)):
        assert isinstance(validate("unit", unit(lon=lon, lat=lat), TERMS), Normalised)


def test_exactly_five_minutes_ahead_and_title_of_200_code_points_are_taken() -> None:
    ahead = unit(at="2026-11-20T10:05:00+08:00")
    assert isinstance(validate("unit", ahead, TERMS), Normalised)
    assert isinstance(validate("case", case(title="🚨" * 200), TERMS), Normalised)


COVER, NOISE = ClassRef("component", "0101", "GBT30428.2"), ClassRef("event", "0128", "GBT30428.2")


def mapped(category: dict[str, Any], **tables: Any) -> Any:
    answer = validate("case", case(category=category), ValidationContext("c", NOW, TERMS.now_city, **tables))
    assert isinstance(answer, Normalised)
    return answer.record["category"].get("mapped")


@pytest.mark.parametrize("told", [{}, {"kind": "event"}, {"kind": "component"}, {"mapped": "own"}])
def test_a_label_is_mapped_to_the_kind_and_the_code_of_its_class(told: dict[str, Any]) -> None:
    found = mapped({"label": "井盖", **told}, categories={"井盖": (COVER,)})
    assert found == {"kind": "component", "code": "0101", "system": "GBT30428.2"}


def test_a_label_of_two_classes_is_mapped_by_its_kind_or_not_at_all() -> None:
    both = {"井盖": (COVER, NOISE)}
    assert mapped({"label": "井盖", "kind": "event"}, categories=both) == NOISE._asdict()
    assert mapped({"label": "井盖"}, categories=both) == "unmapped"


@pytest.mark.parametrize(("told", "known"), [
    (COVER, True), (COVER._replace(kind="event"), False), (COVER._replace(system="CJT214-2007"), False),
])  # fmt: skip
def test_a_code_is_known_with_its_kind_and_its_system_only(told: ClassRef, known: bool) -> None:
    assert mapped(told._asdict(), classes=frozenset({COVER, NOISE})) == (None if known else "unmapped")


def test_answers_stand_in_the_order_of_the_records() -> None:
    records = [unit(crs="GCJ02", lon=2.0), unit(), 5, unit(crs="BD09", lat=99), unit(crs="BD09")]
    answers = validate_all("unit", records, TERMS)
    assert [isinstance(answer, Normalised) for answer in answers] == [False, True, False, False, True]


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"status": "actual"}, "status", "unknown_value"), ({"scope": "All"}, "scope", "unknown_value"),
        ({"msgType": "Warn"}, "msgType", "unknown_value"), ({"info": "x"}, "info", "wrong_type"),
        ({"info": [{"area": {"polygon": ["121.5,31.2 121.6,31.2 121.6,31.3"]}}]},
         "info.0.area.polygon.0", "out_of_range"),
        ({"info": {"area": [{"polygon": "north"}]}}, "info.area.0.polygon", "not_a_number"),
        ({"info": [{"area": [{"circle": ["31.2,121.5"]}]}]}, "info.0.area.0.circle.0", "out_of_range"),
        ({"info": [{"area": [{"polygon": [7]}]}]}, "info.0.area.0.polygon.0", "wrong_type"),
        ({"info": [{"parameter": [
            {"valueName": "station", "value": "x"}, {"valueName": "peak_m", "value": "high"},
            {"valueName": "peak_at", "value": NOW},
        ]}]}, "info.0.parameter.1.value", "not_a_number"),
        ({"info": {"parameter": {"valueName": "rain_1h_mm", "value": "12"}}}, "info.parameter", "missing"),
    ],
)  # fmt: skip
def test_what_a_warning_says_in_another_way_than_cap_is_told_by_its_path(
    changes: dict[str, Any], path: str, code: str
) -> None:
    rejected = validate("warning", {**good("warning", "cap"), **changes}, TERMS)
    assert isinstance(rejected, Rejected)
    assert (rejected.path, rejected.code) == (path, code)


def test_a_polygon_with_spaces_behind_its_commas_and_a_circle_are_taken() -> None:
    area = {"polygon": "31.2, 121.5\n31.2, 121.6 31.3, 121.6", "circle": ["31.2,121.5 10", ""]}
    record = {**good("warning", "cap"), "info": [{"event": "x", "area": [area, {"areaDesc": "y"}]}]}
    assert isinstance(validate("warning", record, TERMS), Normalised)
