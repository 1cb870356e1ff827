from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.clocks.timestamps import iso
from city.dispatch.tables.unit_tasks import UNIT_KINDS
from city.facts.fact import body_of
from city.folding.store import Store
from city.measures.fold_telemetry import UNREGISTERED_INTERVAL, measure
from city.state.ledger_state import CityState
from tests.chains import row

T0 = 1_795_000_000.0


def reading(
    at: float, value: object = 1.0, *, device: str = "d1", metric: str = "level", **more: Any
) -> dict[str, Any]:
    heard = iso(T0 + at + 1)
    told = {"kind": "reading", "device": device, "metric": metric, "value": value}
    return {"id": f"{at}", "at": iso(T0 + at), "received": heard, **told, **more}


def unit(at: float, **more: Any) -> dict[str, Any]:
    return {"id": f"{at}", "at": iso(T0 + at), "received": iso(T0 + at), "unit": "u1", **more}


def camera(kind: str, at: float, **more: Any) -> dict[str, Any]:
    return {"id": f"{at}", "kind": kind, "at": iso(T0 + at), "received": iso(T0 + at), "camera": "c1", **more}


def registered(*bodies: bytes) -> Store:
    store, rows = Store(), []
    for position, body in enumerate(bodies, start=1):
        rows.append(row(position, rows[-1].hash if rows else "0" * 64, body))
    store.commit(rows)
    return store


def device(name: str = "世纪大道下立交") -> bytes:
    record = {
        "device": "d1", "class": "water_level", "name": name, "lon": 121.5, "lat": 31.2, "interval_s": 300,
        "client": "iot", "at": iso(T0), "received": iso(T0),
    }  # fmt: skip
    return body_of("DeviceRegistered", "device:d1", "client:iot", {"record": record, "street": "s1"})


def seen(store: Store) -> dict[str, tuple[float, float]]:
    readings = store.state.measured.readings
    return dict(
        zip(readings.ids, zip(readings.column("at"), readings.column("value"), strict=True), strict=True)
    )


READINGS = st.lists(
    st.tuples(st.sampled_from(["d1", "d2"]), st.sampled_from(["level", "flow"]), st.integers(0, 10**6)),
    unique=True, max_size=30,
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(READINGS, st.data())
def test_the_newest_wins_in_whatever_order_readings_come(
    told: list[tuple[str, str, int]], data: st.DataObject
) -> None:
    records = [reading(at, at, device=d, metric=m) for d, m, at in told]
    store, other = Store(), Store()
    store.measure("sensor", records)
    other.measure("sensor", data.draw(st.permutations(records)))
    other.measure("sensor", data.draw(st.permutations(records)))
    assert seen(store) == seen(other)
    for d, m, _ in told:
        newest = max(when for dd, mm, when in told if (dd, mm) == (d, m))
        assert seen(store)[f"{d}\x1f{m}"] == (T0 + newest, float(newest))


@pytest.mark.parametrize(("value", "quality"), [
    (-999, "bad"), (-9999.0, "bad"), (-999.9, "bad"), (-99999, "bad"), (-998.9, "good"),
    (-99.0, "good"), (0, "good"),
])  # fmt: skip
def test_what_gauges_write_for_no_value_is_of_bad_quality(value: float, quality: str) -> None:
    store = Store()
    store.measure("sensor", [reading(0, value, quality="good")])
    assert list(store.state.measured.readings.column("quality")) == [quality]


def test_a_reading_knows_its_device_whether_it_came_before_or_after_its_registration() -> None:
    after = registered(device())
    after.measure("sensor", [reading(1)])
    before = Store()
    before.measure("sensor", [reading(1)])
    assert before.state.measured.readings.column("interval").tolist() == [UNREGISTERED_INTERVAL]
    before.commit([row(1, "0" * 64, device())])
    for store in (before, after):
        r = store.state.measured.readings
        place = (r.column("lon")[0], r.column("lat")[0], r.column("street")[0])
        assert place == (121.5, 31.2, "s1")
        assert (r.column("kind")[0], r.column("interval")[0]) == ("water_level", 300.0)


@pytest.mark.parametrize("kind", UNIT_KINDS)
def test_a_units_kind_and_state_are_whole_and_its_name_is_as_short_as_a_wall_has_room(kind: str) -> None:
    """``garbage_truck`` was cut to 12 characters, so that no such unit fitted any work."""
    state = CityState()
    record = {
        "unit": "u1", "at": "2026-09-15T12:30:55+00:00", "received": "2026-09-15T12:30:55+00:00",
        "kind": kind, "state": "out_of_service", "call_sign": "x" * 40,
    }  # fmt: skip
    measure(state, "unit", [record])
    told = [state.measured.units.column(name)[0] for name in ("kind", "state", "call_sign")]
    assert told == [kind, "out_of_service", "x" * 11 + "…"]


def test_a_unit_is_where_it_was_last_and_what_it_does_not_say_is_unknown() -> None:
    store = Store()
    store.measure("unit", [unit(5, lon=121.5, lat=31.2, state="en_route", call_sign="城管01")])
    store.measure("unit", [unit(3, lon=0, lat=0)])
    units = store.state.measured.units
    assert (units.column("lon")[0], units.column("state")[0], units.column("call_sign")[0]) == (
        121.5, "en_route", "城管01"
    )  # fmt: skip
    assert np.isnan(units.column("speed")[0])
    assert store.state.revision("units") == (2,)


def test_a_detection_lies_where_its_camera_stands_and_an_unknown_cameras_nowhere() -> None:
    record = {"camera": "c1", "lon": 121.5, "lat": 31.2, "at": iso(T0), "received": iso(T0)}
    store = registered(body_of("CameraRegistered", "camera:c1", "client:v", {"record": record}))
    store.measure(
        "camera", [camera("detection", 1, **{"class": "car"}), {**camera("detection", 2), "camera": "?"}]
    )
    ring = store.state.measured.detections
    assert (ring.column("lon").tolist(), ring.column("at").tolist()) == ([121.5], [T0 + 1])


def test_a_cameras_health_and_picture_are_heard_apart() -> None:
    store = Store()
    store.measure("camera", [camera("health", 2, state="online"), camera("snapshot", 4, sha256="ab")])
    store.measure("camera", [camera("snapshot", 3, sha256="old")])
    cameras = store.state.measured.cameras
    assert (cameras.column("state")[0], cameras.column("at")[0]) == ("online", T0 + 2)
    assert (cameras.column("picture_at")[0], cameras.column("sha256")[0]) == (T0 + 4, "ab")


@pytest.mark.parametrize(("topic", "bad"), [
    ("sensor", reading(2, "much")), ("sensor", reading(2, 10**400)), ("sensor", {"kind": "reading"}),
    ("sensor", {"kind": []}), ("sensor", {**reading(2), "at": "noon"}), ("sensor", {**reading(2), "at": 5}),
    ("unit", {"unit": "u9"}), ("unit", unit(2, lon=10**400)), ("camera", camera("health", 2)),
    ("camera", camera("snapshot", 2)), ("camera", {"kind": "detection"}),
])  # fmt: skip
def test_a_record_without_its_shape_is_counted_and_leaves_no_trace(topic: str, bad: dict[str, Any]) -> None:
    store = Store()
    store.measure(
        topic, [bad, unit(3)] if topic == "unit" else [bad, reading(3), camera("health", 3, state="x")]
    )
    measured = store.state.measured
    assert measured.refused == {topic: 1}
    assert len(measured.readings) == (topic == "sensor")
    assert len(measured.units) == (topic == "unit")
    assert len(measured.cameras) == (topic == "camera")


def test_what_is_of_no_kind_that_we_fold_changes_nothing() -> None:
    store = Store()
    store.measure("sensor", [{"kind": "device"}, {"kind": "new"}, {}])
    store.measure("weather", [reading(1)])
    assert (store.state.revisions, store.state.measured.refused) == ({}, {})
