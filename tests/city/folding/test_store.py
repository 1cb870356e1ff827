import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.clocks.timestamps import parse
from city.facts.chain import canonical
from city.facts.fact import body_of
from city.folding.fold import HANDLERS
from city.folding.store import ChainBroken, Store, read_snapshot, write_snapshot
from city.state.ledger_state import SourceState
from city.warnings.in_force import in_force
from feeds.ledger.segments import Row
from tests.chains import DAY, chained, row

FOLDER = Path(__file__).parents[2] / "recordings" / "facts"
RECORDED: dict[str, dict[str, Any]] = {
    p.name.split(".")[0]: json.loads(p.read_bytes()) for p in sorted(FOLDER.glob("*.json"))
}

WORDS = st.sampled_from(
    ["", "a", "b", "12345", "normal", "critical", "closed", "handling", "Cancel", "Ack", "路"]
)
MOMENTS = st.sampled_from([f"2026-11-{day:02d}T08:00:00+08:00" for day in range(1, 6)])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats(allow_nan=False)
    | WORDS
    | MOMENTS
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A recorded fact with one value, anywhere, replaced."""
    body = json.loads(json.dumps(RECORDED[draw(st.sampled_from(sorted(RECORDED)))]))
    inner: Any = body["data"]
    key = draw(st.sampled_from(sorted(inner)))
    while isinstance(inner[key], dict | list) and inner[key] and draw(st.integers(0, 4)):
        inner = inner[key]
        key = draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
    inner[key] = draw(ANYTHING)
    return json.dumps(body).encode()


@st.composite
def cases(draw: st.DrawFn) -> bytes:
    """A case, often a later status of one that is known by its external number."""
    record = dict(RECORDED["CaseReported"]["data"]["record"])
    number = draw(st.integers(0, 3))
    record["external"] = draw(st.sampled_from([[], [{"system": "12345", "no": str(number)}]]))
    record["urgency"] = draw(st.sampled_from(["normal", "urgent", "critical"]))
    state = draw(st.sampled_from(["reported", "handling", "closed", "returned"]))
    record["mirror"] = {"state": state, "at": draw(MOMENTS)}
    if draw(st.booleans()):
        del record["lon"], record["lat"]
    subject = f"case:hotline/{draw(st.integers(0, 9))}"
    return body_of("CaseReported", subject, "client:hotline", {"record": record, "street": "s"})


@st.composite
def warnings(draw: st.DrawFn) -> bytes:
    record = dict(RECORDED["WarningReceived"]["data"]["record"])
    identifier = draw(WORDS)
    record |= {"identifier": identifier, "sent": draw(MOMENTS)}
    record["msgType"] = draw(st.sampled_from(["Alert", "Update", "Cancel", "Ack"]))
    record["references"] = f"sh-weather,{draw(WORDS)},2026-11-01T00:00:00+08:00"
    return body_of("WarningReceived", f"warning:sh-weather/{identifier}", "client:w", {"record": record})


UNKNOWN = st.builds(
    lambda v, data: canonical({"type": "CaseTeleported", "v": v, "data": data}),
    st.integers(1, 3),
    st.dictionaries(WORDS, WORDS, max_size=2),
)
NO_FACTS = st.sampled_from([b"", b"[]", b"{}", b'{"type":1}', b'{"type":"CaseReported","data":[]}', b"\xff"])
RECORDINGS = st.sampled_from([canonical(body) for body in RECORDED.values()])
BODIES = st.lists(cases() | warnings() | RECORDINGS | UNKNOWN | NO_FACTS | spoilt(), max_size=25)


def rows_of(bodies: list[bytes], days: list[int] | None = None) -> list[Row]:
    """The rows of bodies, recorded on one day, or each so many days after the one before."""
    rows: list[Row] = []
    day = date.fromisoformat(DAY)
    for position, body in enumerate(bodies, start=1):
        day += timedelta(days[position - 1] if days else 0)
        rows.append(row(position, rows[-1].hash if rows else "0" * 64, body, day.isoformat()))
    return rows


def told(store: Store) -> bytes:
    return write_snapshot(store.state.ledger, "cursor")


def folded(rows: list[Row]) -> Store:
    store = Store()
    store.commit(rows)
    return store


@settings(max_examples=60, deadline=None)
@given(BODIES, st.data())
def test_a_snapshot_and_the_tail_make_the_whole_fold(bodies: list[bytes], data: st.DataObject) -> None:
    rows = rows_of(bodies)
    whole = folded(rows)
    cut = data.draw(st.integers(0, len(rows)))
    ledger, cursor = read_snapshot(told(folded(rows[:cut])))
    resumed = Store(ledger)
    assert cursor == "cursor"
    assert resumed.commit(rows[cut:]) == len(rows) - cut
    assert told(resumed) == told(whole)
    assert (whole.state.ledger.position, whole.state.ledger.hash) == (
        (len(rows), rows[-1].hash) if rows else (0, "0" * 64)
    )


@settings(max_examples=40, deadline=None)
@given(BODIES, st.data())
def test_a_snapshot_and_the_tail_make_the_whole_fold_also_when_cases_leave(
    bodies: list[bytes], data: st.DataObject
) -> None:
    days = data.draw(st.lists(st.sampled_from([0, 1, 20, 40]), min_size=25, max_size=25))
    rows = rows_of(bodies, days)
    whole, half = Store(keep_days=35.0), Store(keep_days=35.0)
    whole.commit(rows)
    cut = data.draw(st.integers(0, len(rows)))
    half.commit(rows[:cut])
    resumed = Store(read_snapshot(told(half))[0])
    resumed.commit(rows[cut:])
    assert told(resumed) == told(whole)


@settings(max_examples=60, deadline=None)
@given(BODIES, st.data())
def test_repeats_change_nothing_however_the_facts_arrive(bodies: list[bytes], data: st.DataObject) -> None:
    rows = rows_of(bodies)
    whole, store = folded(rows), Store()
    while store.state.ledger.position < len(rows):
        here = store.state.ledger.position
        start = data.draw(st.integers(0, here))
        store.commit(rows[start : data.draw(st.integers(here + 1, len(rows)))])
    revisions = dict(store.state.revisions)
    assert store.commit(rows) == store.commit(rows[len(rows) // 2 :]) == 0
    assert store.state.revisions == revisions
    assert told(store) == told(whole)


@given(BODIES, st.lists(UNKNOWN, min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_unknown_facts_are_counted_and_change_nothing_else(bodies: list[bytes], unknown: list[bytes]) -> None:
    rows = rows_of(bodies + unknown)
    store = folded(rows[: len(bodies)])
    before = msgspec.to_builtins(store.state.ledger)
    revisions = dict(store.state.revisions)
    store.commit(rows)
    after = msgspec.to_builtins(store.state.ledger)
    known = sum(before["unknown"].values())
    assert sum(after["unknown"].values()) == known + len(unknown)
    assert store.state.revisions == revisions
    for name in ("position", "hash", "unknown"):
        del before[name], after[name]
    assert repr(after) == repr(before)  # compared as text: an unknown place is NaN, which equals nothing


@given(BODIES.filter(bool), st.data())
@settings(max_examples=40, deadline=None)
def test_a_changed_body_breaks_the_chain_and_folds_nothing(bodies: list[bytes], data: st.DataObject) -> None:
    rows = rows_of(bodies)
    at = data.draw(st.integers(0, len(rows) - 1))
    rows[at] = msgspec.structs.replace(rows[at], body=rows[at].body + b" ")
    store = Store()
    with pytest.raises(ChainBroken) as raised:
        store.commit(rows)
    assert raised.value.broken.position == at + 1
    assert told(store) == told(Store())
    assert store.state.revisions == {}


@given(st.lists(spoilt(), min_size=1, max_size=10))
@settings(max_examples=120, deadline=None)
def test_the_fold_is_total_a_spoilt_fact_stops_nothing_behind_it(bodies: list[bytes]) -> None:
    good = canonical(RECORDED["DeviceRegistered"])
    store = folded(rows_of([*bodies, good]))
    assert store.state.ledger.devices["wl-0001"].kind == "water_level"
    assert read_snapshot(told(store))[0].position == len(bodies) + 1


def test_a_gap_breaks_the_chain() -> None:
    rows = chained(5)
    store = folded(rows[:2])
    with pytest.raises(ChainBroken, match="expected position 3, found 4"):
        store.commit(rows[3:])
    assert store.state.ledger.position == 2


def test_a_body_that_is_no_fact_is_counted_as_refused() -> None:
    store = folded(rows_of([b"[]", canonical({"type": "Noted", "v": 1, "data": {}})]))
    assert (store.state.ledger.refused, store.state.ledger.unknown) == ({"?": 1}, {"Noted/1": 1})
    assert store.state.ledger.position == 2


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in HANDLERS if "record" in RECORDED[kind]["data"]}))
def test_a_fact_without_its_record_is_refused_and_changes_nothing(kind: str) -> None:
    store = folded(rows_of([body_of(kind, "x:1", "client:x", {})]))
    assert store.state.ledger.refused == {f"{kind}/1": 1}
    assert store.state.revisions == {}


def test_an_exercise_or_an_acknowledgement_takes_no_real_warning_away() -> None:
    record = RECORDED["WarningReceived"]["data"]["record"]
    key = f"{record['sender']}/{record['identifier']}"
    references = f"{record['sender']},{record['identifier']},{record['sent']}"

    def later(**more: str) -> bytes:
        changed = {**record, "identifier": "later", "sent": "2026-11-21T16:00:00+08:00", **more}
        return body_of("WarningReceived", "warning:sh-weather/later", "client:w", {"record": changed})

    def stands(body: bytes) -> bool:
        store = folded(rows_of([canonical(RECORDED["WarningReceived"]), body]))
        messages = store.state.ledger.warnings.values()
        return key in {one.warned.key for one in in_force(messages, parse("2026-11-21T17:00:00+08:00"))}

    assert not stands(later())
    assert not stands(later(msgType="Cancel", references=references))
    assert stands(later(status="Exercise", references=references))
    assert stands(later(status="Test", references=references))
    assert stands(later(scope="Private", references=references))
    assert stands(later(msgType="Ack", references=references))


@pytest.mark.parametrize(
    "data", [b"", b"\xc1", msgspec.msgpack.encode([99, {}, ""]), msgspec.msgpack.encode([1, 2])]
)
def test_a_snapshot_that_is_damaged_or_of_another_schema_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="snapshot"):
        read_snapshot(data)


def test_what_is_heard_of_sources_is_news_only_when_it_changed() -> None:
    store = Store()
    source = SourceState("hotline", 1.8e9, 60.0)
    store.set_sources([source])
    store.set_sources([source])
    assert store.state.revision("sources") == (1,)
    assert store.state.measured.sources == {"hotline": source}
