"""Property: a snapshot and the facts after it give the same rows as all facts."""

import random
from typing import Any

import msgspec
import pytest

from city.facts.chain import GENESIS
from city.facts.fact import body_of
from feeds.gateway.deliveries import fact_of
from feeds.gateway.ledger_rows import LedgerRows, read_rows, write_rows
from feeds.ledger.segments import Row
from tests.chains import row

KEEP_S = 5 * 86_400.0
DAYS = [f"2026-{month:02d}-{day:02d}" for month in (10, 11, 12) for day in range(1, 29)]


def _body(rng: random.Random, number: int) -> bytes:
    client = rng.choice(("hotline", "police"))
    at = f"2026-11-20T10:{rng.randrange(60):02d}:00+08:00"
    record: dict[str, Any] = {
        "id": f"r{number}", "client": client, "at": at, "received": at, "lon": 121.5, "lat": 31.2,
        "reporter_ref": rng.choice(("", "p-1")), "external": [{"system": "s", "no": str(rng.randrange(5))}],
        "mirror": rng.choice((None, {"state": "handling"}, {"state": "closed"})),
    }  # fmt: skip
    some = rng.randrange(12)
    actor = rng.choice((f"client:{client}", "user:wang"))
    kind = rng.choice(("case", "warning", "device", "camera", "clock", "note", "noise"))
    if kind == "case":
        return body_of("CaseReported", f"case:{client}/{some}", actor, {"record": record, "street": ""})
    if kind == "warning":
        return body_of("WarningReceived", f"warning:cma/{some}", actor, {"record": record})
    if kind in ("device", "camera"):
        told = {**record, "kind": kind, kind: f"{kind}-{some}"}
        name = "DeviceRegistered" if kind == "device" else "CameraRegistered"
        return body_of(name, f"{kind}:{kind}-{some}", actor, {"record": told, "street": ""})
    if kind == "clock":
        data = {"city0": at, "machine0": at, "rate": rng.choice((1.0, 60.0))}
        return body_of("CityClockSet", "city:clock", "system:engine", data)
    act = rng.choice(("CaseFiled", "CaseClosed", "CaseClosed", "CommentAdded", "CallerCalledBack"))
    return body_of(act, f"case:{client}/{some}", actor, {}) if kind == "note" else b"no fact"


def _facts(rng: random.Random, count: int) -> list[Row]:
    days = sorted(rng.choices(DAYS, k=count))
    rows: list[Row] = []
    for number in range(count):
        previous = rows[-1].hash if rows else GENESIS
        rows.append(row(number + 1, previous, _body(rng, number), days[number]))
    return rows


def _fold(ledger: LedgerRows, rows: list[Row]) -> LedgerRows:
    for one in rows:
        ledger.fold(one, fact_of(one))
    return ledger


def _content(ledger: LedgerRows) -> list[Any]:
    """Everything in order, so that a snapshot in another log order is a difference too."""
    rows = {topic: list(rows.items()) for topic, rows in ledger.rows.items()}
    return [
        ledger.position, ledger.hash, ledger.clock, rows, sorted(ledger.heard.items()),
        list(ledger.ids.items()), ledger.day, list(ledger.cases.over.items()),
        sorted(ledger.cases.first_of.items()), sorted(ledger.cases.later_of.items()),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_a_snapshot_and_the_tail_are_the_whole_fold(seed: int) -> None:
    rng = random.Random(seed)
    facts = _facts(rng, 300)
    whole = _fold(LedgerRows(KEEP_S), facts)
    cut = rng.randrange(len(facts) + 1)
    before = _fold(LedgerRows(KEEP_S), facts[:cut])
    pieces = list(write_rows(before.copy(), "epoch-1"))
    epoch, again = read_rows(iter(pieces))
    again.keep_s = KEEP_S  # as the process that starts from it was told
    assert epoch == "epoch-1"
    assert _content(again) == _content(before)
    assert _content(_fold(again, facts[cut:])) == _content(whole)
    told = {fact.subject for fact in map(fact_of, facts) if fact.topic == "case"}
    assert len(whole.rows["case"]) < len(told)  # some cases have left
    assert len(whole.ids) < sum(b"Registered" in one.body and b"client:" in one.body for one in facts)


def test_a_copy_does_not_follow() -> None:
    facts = _facts(random.Random(1), 60)
    ledger = _fold(LedgerRows(), facts[:30])
    copy, was = ledger.copy(), msgspec.json.encode(_content(ledger))
    _fold(ledger, facts[30:])
    assert msgspec.json.encode(_content(copy)) == was


def test_a_snapshot_that_lacks_rows_is_not_read() -> None:
    ledger = _fold(LedgerRows(), _facts(random.Random(2), 60))
    first, *rest = write_rows(ledger, "e")
    for pieces in ([first, *rest[1:]], [b"x", *rest], []):
        with pytest.raises(ValueError, match="snapshot"):
            read_rows(iter(pieces))
