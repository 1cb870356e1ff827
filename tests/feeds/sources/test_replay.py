"""A replay sends a recording through the gateway, like any publisher."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from city.chain import canonical
from city.moments import iso, parse
from feeds.sources.contract import OpenOptions, Remark
from feeds.sources.registry import open_source
from feeds.sources.replay import ReplayOptions, replay

RECORDINGS = Path(__file__).parents[2] / "recordings" / "sources"


class Rejection(msgspec.Struct, frozen=True):
    index: int
    path: str
    reason: str


class Ack(msgspec.Struct, frozen=True):
    accepted: int
    duplicates: int
    rejected: list[Rejection]


class Gateway:
    """Remembers ids as the gateway does, rejects what is at sea, and tells when it was asked."""

    def __init__(self):
        self.known, self.batches, self.topics, self.now, self.asked = set(), [], [], 0.0, []

    @asynccontextmanager
    async def publisher(self, topic):
        self.topics.append(topic)
        yield self

    async def send(self, records, /):
        self.batches.append(records)
        self.asked.append(self.now)
        bad = [n for n, record in enumerate(records) if record.get("lon") == 0.0]
        good = {r["id"] for n, r in enumerate(records) if n not in bad}
        new = good - self.known
        self.known |= new
        refused = [Rejection(n, "lon", "at sea, got 0.0") for n in bad]
        return Ack(len(new), len(good) - len(new), refused)

    async def sleep(self, seconds):
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def records(self):
        return [record for batch in self.batches for record in batch]


class Recording:
    """A source of given records."""

    name, topic, rate = "recording", "unit", None

    def __init__(self, records, rate=None):
        self.given, self.rate, self.total = records, rate, len(records)
        self.read, self.remarks = 0, []

    def records(self):
        self.read, self.remarks = len(self.given) + 1, [Remark("row 9", "lat", "is missing")]
        yield from self.given


def fixes(count, step=1.0, **more):
    return [{"id": str(n), "at": iso(1000.0 + n * step), **more} for n in range(count)]


@pytest.fixture
def gateway():
    return Gateway()


async def test_the_report_counts_what_became_of_every_record(gateway):
    records = [*fixes(3), {"id": "sea", "at": iso(2000.0), "lon": 0.0, "lat": 0.0}]
    seen = []
    report = await replay(
        Recording(records),
        gateway.publisher,
        options=ReplayOptions(),
        progress=lambda report, total: seen.append((report.done, total)),
    )
    assert gateway.topics == ["unit"]
    assert str(report) == ("recording: read 5 = 3 accepted + 0 known already + 1 refused + 1 left out")
    assert report.refused == [Remark("sea", "lon", "at sea", value="0.0")]
    assert [str(group) for group in report.groups()] == [
        "left out 1 × lat: is missing (row 9)",
        "refused 1 × lon: at sea (sea: 0.0)",
    ]
    assert seen == [(1, 5), (5, 5), (5, 5)]


async def test_a_second_replay_changes_nothing_whatever_it_is_shifted_to(gateway):
    mapping = RECORDINGS / "complaints.toml"

    async def told(shift_to):
        source = open_source(RECORDINGS / "complaints.csv", OpenOptions(mapping=mapping))
        options = ReplayOptions(shift_to=shift_to)
        return await replay(source, gateway.publisher, options=options)

    first, second, third = await told(None), await told(1.8e9), await told(1.9e9)
    assert (first.accepted, first.known) == (4, 0)
    assert (second.accepted, second.known) == (0, 4)
    assert (third.accepted, third.known) == (0, 4)


async def test_batches_hold_at_most_500_records(gateway):
    await replay(Recording(fixes(1201)), gateway.publisher, options=ReplayOptions())
    assert [len(batch) for batch in gateway.batches] == [500, 500, 201]


async def test_batches_stay_below_one_mebibyte(gateway):
    await replay(Recording(fixes(5, jpeg="x" * 400_000)), gateway.publisher, options=ReplayOptions())
    assert [len(batch) for batch in gateway.batches] == [2, 2, 1]
    assert all(len(canonical(batch)) < 1 << 20 for batch in gateway.batches)


async def test_a_rate_tells_a_minute_in_a_second_and_keeps_the_rhythm(gateway):
    options = ReplayOptions(rate=60.0, clock=lambda: gateway.now, sleep=gateway.sleep)
    await replay(Recording(fixes(4, step=30.0)), gateway.publisher, options=options)
    assert [round(at, 3) for at in gateway.asked] == [0.0, 0.5, 1.0, 1.5]


async def test_records_due_together_travel_together(gateway):
    options = ReplayOptions(rate=1.0, clock=lambda: gateway.now, sleep=gateway.sleep)
    await replay(Recording(fixes(10, step=0.01)), gateway.publisher, options=options)
    assert [len(batch) for batch in gateway.batches] == [6, 4]


async def test_a_live_source_keeps_its_own_pace_and_todays_times(gateway):
    options = ReplayOptions(shift_to=9e8, clock=lambda: gateway.now, sleep=gateway.sleep)
    await replay(Recording(fixes(3), rate=1.0), gateway.publisher, options=options)
    assert gateway.asked == [0.0, 1.0, 2.0]
    assert gateway.records == fixes(3)


async def test_a_shift_puts_the_newest_moment_at_now(gateway):
    now = parse("2026-11-21T12:00:00+00:00")
    await replay(Recording(fixes(3)), gateway.publisher, options=ReplayOptions(shift_to=now))
    assert [parse(record["at"]) - now for record in gateway.records] == [-2.0, -1.0, 0.0]


async def test_a_shifted_unfolded_history_tells_only_the_steps_that_happened(gateway):
    options = OpenOptions(mapping=RECORDINGS / "complaints.toml", unfold=True)
    source = open_source(RECORDINGS / "complaints.csv", options)
    now = parse("2026-11-20T10:00:00+08:00")
    report = await replay(source, gateway.publisher, options=ReplayOptions(shift_to=now))
    told = [(r["external"][0]["no"], r["mirror"]["state"]) for r in gateway.records]
    assert told == [
        ("P-1", "dispatched"),
        ("P-2", "filed"),
        ("P-3", "handling"),
        ("P-1", "closed"),
        ("P-8", "closed"),
    ]
    assert report.later == 0


async def test_a_status_that_is_still_to_come_is_counted(gateway, tmp_path):
    """Two rows of one case, the newest report is now, the second row's status is of an hour later."""
    header, row, *_ = (RECORDINGS / "complaints.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "table.csv"
    path.write_text("\n".join([header, row.replace("已办结", "处置中"), row]), encoding="utf-8")
    source = open_source(path, OpenOptions(mapping=RECORDINGS / "complaints.toml"))
    now = parse("2026-11-20T10:00:00+08:00")
    report = await replay(source, gateway.publisher, options=ReplayOptions(shift_to=now))
    assert str(report) == (
        "table: read 2 = 1 accepted + 0 known already + 0 refused + 0 left out + 1 still to come"
    )
