"""A ledger of any size with a city's mix of facts, made in bulk for benchmarks.

The facts are those of the demo's past (the real rules, reports and acts of an invented week), multiplied:
each copy has its own case numbers and reporters. In all copies but the last one only cases that came to their
end remain. Warnings and registrations are added in the proportion of a district.
"""

import asyncio
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

import redis

from city.clocks.timestamps import iso
from city.facts.chain import GENESIS, digest, link
from city.facts.fact import body_of
from city.state.case_file import CLOSED
from console.demo.accounts import demo_secrets
from console.demo.past import Past
from feeds.ledger.ledger import HEAD, STREAM
from feeds.ledger.segments import Row
from feeds.sources.demo.district import DemoDistrict

__all__ = ["CityLedger", "load"]

DEVICES, CAMERAS, WARNINGS_PER_COPY = 2000, 400, 4
DAYS = 30.0
_OWN = re.compile(rb'([A-Z]{2}\d{8}-\d{4}-\d-[0-9A-Z]+)|((?<="[cp]_)[0-9a-f]{4})')
_PIPE = 2000


class CityLedger:
    """``mix`` counts the types of the rows given so far."""

    def __init__(self, now: float, *, every: int) -> None:
        self.mix = Counter[str]()
        self._now = now
        with tempfile.TemporaryDirectory(prefix="citywall-bench-") as folder:
            data = Path(folder)
            demo_secrets(data)
            past = Past(data, now, seed=1)
            stories = DemoDistrict.shipped().past(now)[::every]
            moments = asyncio.run(past.generate(stories))
            past.close()
        self._all = [body for _, acts in moments for act in acts for body in act.bodies]
        cases = past.store.state.ledger.cases.values()
        over = {f"case:{case.key}" for case in cases if case.state in CLOSED}
        kinds = [json.loads(body) for body in self._all]
        self._first = [
            b for b, kind in zip(self._all, kinds, strict=True) if not kind["subject"].startswith("case:")
        ]
        self._over = [b for b, kind in zip(self._all, kinds, strict=True) if kind["subject"] in over]
        self._types = {body: kind["type"] for body, kind in zip(self._all, kinds, strict=True)}

    def rows(self, count: int, *, after: Row | None = None, first: int = 0) -> Iterator[Row]:
        """Yield ``count`` chained rows after a row; ``first`` numbers the first copy, so that ids are new."""
        position, previous = (after.position, after.hash) if after else (0, GENESIS)
        for body in islice(self._bodies(count, first), count):
            position += 1
            at = iso(self._now - DAYS * 86_400 * (1 - position / (position + count)))
            found = link(previous, at, digest(body))
            yield Row(position, at, found, previous, body)
            previous = found

    def _bodies(self, count: int, first: int) -> Iterator[bytes]:
        begin = [*self._copy(self._first, 0), *self._registrations()] if first == 0 else []
        room = count - len(begin) - len(self._all) - WARNINGS_PER_COPY
        copies = max(0, room // (len(self._over) + WARNINGS_PER_COPY))
        over = (self._copy(self._over, first + number) for number in range(1, copies + 1))
        return chain(begin, chain.from_iterable(over), self._last(first + copies + 1))

    def _last(self, number: int) -> Iterator[bytes]:
        """Yield the copy with the open cases, and more copies of closed ones for what is still missing."""
        yield from self._copy(self._all, number)
        while True:
            number += 100_000
            yield from self._copy(self._over, number)

    def _copy(self, bodies: list[bytes], number: int) -> Iterator[bytes]:
        def own(found: re.Match[bytes]) -> bytes:
            return b"%b~%d" % (found[1], number) if found[1] else b"%04x" % (number % 65_536)

        for body in bodies:
            self.mix[self._types[body]] += 1
            yield _OWN.sub(own, body)
        for serial in range(WARNINGS_PER_COPY):
            self.mix["WarningReceived"] += 1
            yield self._warning(f"w-{number}-{serial}", serial % 2 == 0)

    def _warning(self, identifier: str, lifts: bool) -> bytes:
        at = iso(self._now - 20 * 86_400)
        info = {
            "language": "zh-CN", "category": ["Met"], "event": "暴雨",
            "urgency": "Past" if lifts else "Expected", "severity": "Minor",
            "certainty": "Likely", "headline": "气象台发布暴雨蓝色预警",
            "expires": iso(self._now - 19 * 86_400), "area": [{"areaDesc": "浦东新区"}],
        }  # fmt: skip
        record = {
            "id": identifier, "identifier": identifier, "sender": "met.invalid", "sent": at, "at": at,
            "client": "weather", "received": at, "status": "Actual", "msgType": "Alert", "scope": "Public",
            "info": [info],
        }  # fmt: skip
        subject = f"warning:met.invalid/{identifier}"
        return body_of("WarningReceived", subject, "client:weather", {"record": record})

    def _registrations(self) -> Iterator[bytes]:
        for kind, name, count in (
            ("device", "DeviceRegistered", DEVICES),
            ("camera", "CameraRegistered", CAMERAS),
        ):
            for number in range(count):
                self.mix[name] += 1
                record = {
                    "id": f"reg-{kind}-{number}", "at": iso(self._now - 40 * 86_400), "kind": kind,
                    kind: f"{kind}-{number}", "class": "water_level", "client": "iot",
                    "received": iso(self._now), "lon": 121.5 + number / 1e5, "lat": 31.2,
                    "crs": "WGS84", "name": f"点位 {number}",
                }  # fmt: skip
                data = {"record": record, "street": "310115004"}
                yield body_of(name, f"{kind}:{kind}-{number}", "client:iot", data)


def load(url: str, rows: Iterator[Row], each: Callable[[Row], object] = lambda _: None) -> Row:
    """Put rows into an empty ledger, or after its last one, as the append script would; return the last."""
    last: Row | None = None
    with redis.Redis.from_url(url) as client:
        while some := list(islice(rows, _PIPE)):
            with client.pipeline(transaction=False) as pipe:
                for row in some:
                    fact = {"b": row.body, "r": row.recorded_at, "h": row.hash}
                    pipe.xadd(STREAM, fact, id=f"{row.position}-0")
                    each(row)
                last = some[-1]
                pipe.hset(HEAD, mapping={"n": last.position, "h": last.hash, "r": last.recorded_at})
                pipe.execute()
    if last is None:
        raise ValueError("expected at least one row, got none")
    return last
