"""The engine takes sightings into the screening: once, also with two engines and after a new start."""

import time
from collections import Counter
from typing import Any

from city.clocks.timestamps import iso
from city.facts.fact import body_of
from city.folding.store import Store
from city.measures.fold_telemetry import measure
from console.engine.detection_watch import DetectionWatch
from console.engine.subject_timers import SubjectTimers
from feeds.ledger.ledger import Act, Ledger
from tests.lives import shipped_rules


class Engine:
    """One engine's fold of a ledger and its telemetry."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.store = ledger, Store()
        self.timers = SubjectTimers(
            self.store, ledger, shipped_rules(), clock=time.time, watches=(DetectionWatch(),)
        )

    def hear(self, number: int, *, ago_s: float = 0.0, **told: Any) -> None:
        at = iso(time.time() - ago_s)
        record = {
            "id": f"d{number}", "client": "vms", "kind": "detection", "camera": "K1", "class": "店外经营",
            "confidence": 0.9, "at": at, "received": at, "algorithm": "street", "version": "3", **told,
        }  # fmt: skip
        measure(self.store.state, "camera", [record])

    async def fold(self) -> None:
        while entries := await self.ledger.read(self.store.state.ledger.position):
            self.store.commit(entries)

    async def round(self) -> int:
        await self.fold()
        written = await self.timers.step()
        await self.fold()
        return written


async def engine(ledger: Ledger) -> Engine:
    at = iso(time.time())
    record = {"camera": "K1", "kind": "camera", "at": at, "received": at, "lon": 121.52, "lat": 31.22}
    body = body_of("CameraRegistered", "camera:K1", "client:vms", {"record": record, "street": "310115005"})
    await ledger.append([Act("pub:camera:vms:K1", (body,))])
    return Engine(ledger)


async def received(ledger: Ledger) -> Counter[str]:
    entries = await ledger.read(0)
    return Counter((b'"DetectionReceived"' in entry.body and "received") or "other" for entry in entries)


async def test_two_engines_that_hear_different_records_of_an_event_write_it_once(ledger: Ledger) -> None:
    one = await engine(ledger)
    other = Engine(ledger)
    one.hear(1)
    other.hear(2)
    await one.fold()
    await other.fold()
    assert await one.timers.step() + await other.timers.step() == 1
    for each in (one, other):
        assert await each.round() == 0
        assert len(each.store.state.ledger.detections) == 1
    assert (await received(ledger))["received"] == 1


async def test_an_engine_that_starts_again_and_hears_the_record_again_writes_nothing(ledger: Ledger) -> None:
    before = await engine(ledger)
    before.hear(1, ago_s=5)
    assert await before.round() == 1
    after = Engine(ledger)
    after.hear(1, ago_s=5)
    assert await after.round() == 0
    assert (await received(ledger))["received"] == 1


async def test_what_stays_telemetry_is_not_tried_again(ledger: Ledger) -> None:
    here = await engine(ledger)
    here.hear(1, confidence=0.2)
    here.hear(2, **{"class": "cat"})
    here.hear(3, camera="unknown")
    assert await here.round() == 0
    assert (await received(ledger))["received"] == 0
    here.hear(4)
    assert await here.round() == 1
