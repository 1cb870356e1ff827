"""Totals add up for any file: read = accepted + known + refused + left out."""

import asyncio
import copy
import csv
import io
import json
import random
import re
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.sources.contract import OpenOptions, SourceError
from feeds.sources.registry import SOURCES, open_source
from feeds.sources.replay.replay import ReplayOptions, replay
from tests.feeds.sources.replay.test_replay import Ack, Rejection

RECORDINGS = Path(__file__).parents[2] / "recordings" / "sources"
UNFORESEEN = re.compile(r"cannot be read: \w+$")

rubbish_text = st.sampled_from(
    ["", " ", "NaN", "nan", "-999", "-9999.0", "9999", "0", "0.0", "1e400", "1_0", "2.02611E+15",
     "0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1900/01/01 00:00:00",
     "1970-01-01", "24:00", "2026-11-29T24:00:00+08:00", "181.5", "-180", "=1+1", '"', '"a', 'b"',
     "\x1b[2J", "字" * 300, "a,b;c\td"]
) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)  # fmt: skip
rubbish = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | rubbish_text
    | st.sampled_from([2**53, 10**400, 1e308, 1.7e12, -9999, 0, 0.0]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(rubbish_text, inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
quick = settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)


class RandomGateway:
    """A gateway that accepts, knows and refuses at random."""

    def __init__(self, seed):
        self._chance = random.Random(seed)
        self.sent = []

    @asynccontextmanager
    async def publisher(self, topic):
        yield self

    async def send(self, records, /):
        self.sent += records
        moods = [self._chance.choice(["taken", "known", "refused"]) for _ in records]
        refused = [
            Rejection(n, "at", "as I like, got 1") for n, mood in enumerate(moods) if mood == "refused"
        ]
        return Ack(moods.count("taken"), moods.count("known"), refused)


def sent(content, suffix, *, seed=0, mapping=None, shift_to=None, **options):
    """Replay a file of this content; return the gateway and the report, None of a refused file."""
    gateway = RandomGateway(seed)
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(content)
        file.flush()
        try:
            source = open_source(Path(file.name), OpenOptions(mapping=mapping, **options))
            report = asyncio.run(replay(source, gateway.publisher, options=ReplayOptions(shift_to=shift_to)))
        except SourceError:
            return gateway, None
    return gateway, report


def adds_up(report):
    told = report.accepted + report.known + len(report.refused)
    return report.read == told + report.left_out + report.later


def changed(data, value):
    """Return a JSON value with some of its parts replaced by rubbish, doubled or taken away."""
    value = copy.deepcopy(value)
    for _ in range(data.draw(st.integers(1, 6))):
        parents = list(_containers(value))
        parent = data.draw(st.sampled_from(parents))
        keys = sorted(parent) if isinstance(parent, dict) else list(range(len(parent)))
        if not keys:
            continue
        key = data.draw(st.sampled_from(keys))
        match data.draw(st.sampled_from(["replace", "remove", "double"])):
            case "replace":
                parent[key] = data.draw(rubbish)
            case "remove":
                del parent[key]
            case "double" if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[key]))
    return value


def _containers(value):
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _containers(inner)


def holds(data, content, suffix, **options):
    """Check the totals of a file, and that nothing was left out for a reason that nobody thought of."""
    options["shift_to"] = data.draw(st.sampled_from([None, 1.8e9]))
    gateway, report = sent(content, suffix, seed=data.draw(st.integers(0, 9)), **options)
    if report is None:
        return
    assert adds_up(report), str(report)
    assert (report.further, report.unsent) == (0, 0)
    assert report.answered == len(gateway.sent)
    assert not [remark for remark in report.remarks if UNFORESEEN.search(remark.reason)]


@pytest.mark.parametrize(
    "name", ["requests.json", "thing.json", "events.json", "notices.json", "storm.geojson"]
)
@quick
@given(data=st.data())
def test_of_any_list_of_objects(name, data):
    value = changed(data, json.loads((RECORDINGS / name).read_text(encoding="utf-8")))
    place = data.draw(st.sampled_from([{}, {"lon": 121.5, "lat": 31.2}]))
    holds(data, json.dumps(value).encode(), ".json", **place)


@pytest.mark.parametrize("name", ["gale.cap", "feed.atom"])
@quick
@given(data=st.data())
def test_of_any_warning_in_xml(name, data):
    parts = re.split(r"(?<=>)([^<>]+)(?=</)", (RECORDINGS / name).read_text(encoding="utf-8"))
    words = st.sampled_from(range(1, len(parts), 2))
    for at in data.draw(st.lists(words, max_size=4)):
        kept = "".join(c for c in data.draw(rubbish_text) if c.isprintable() and c not in "<>&")
        parts[at] = kept
    holds(data, "".join(parts).encode(), ".xml")


@pytest.mark.parametrize(
    ("name", "mapping"), [("complaints.csv", "complaints.toml"), ("levels.csv", "levels.toml")]
)
@quick
@given(data=st.data())
def test_of_any_table(name, mapping, data):
    text = (RECORDINGS / name).read_text(encoding="utf-8")
    delimiter = ";" if name == "levels.csv" else ","
    header, *rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    for _ in range(data.draw(st.integers(1, 8))):
        row = data.draw(st.sampled_from(rows))
        match data.draw(st.sampled_from(["cell", "short", "long", "double", "empty"])):
            case "cell":
                row[data.draw(st.integers(0, len(row) - 1))] = data.draw(rubbish_text)
            case "short" if len(row) > 1:
                row.pop()
            case "long":
                row.append(data.draw(rubbish_text))
            case "double":
                rows.append(list(row))
            case "empty":
                rows.append([""] * len(row))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([header, *rows])
    content = bytearray(out.getvalue().encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))))
    for at in data.draw(st.lists(st.integers(len(content) // 4, len(content) - 1), max_size=2)):
        content[at] = data.draw(st.sampled_from(b'"\xff\n,;a'))
    holds(data, bytes(content), ".csv", mapping=RECORDINGS / mapping)


@quick
@given(data=st.data())
def test_of_a_table_told_step_by_step(data):
    """Every record beyond the first of a case is a further step."""
    text = (RECORDINGS / "complaints.csv").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    chosen = data.draw(st.lists(st.sampled_from(lines[1:]), max_size=12, unique=True))
    gateway, report = sent(
        "".join([lines[0], *chosen]).encode(), ".csv", mapping=RECORDINGS / "complaints.toml", unfold=True
    )
    cases = {record["external"][0]["no"] for record in gateway.sent}
    assert report.further == len(gateway.sent) - len(cases)
    assert report.read + report.further == report.answered + report.left_out
    assert report.unsent == 0


@pytest.mark.parametrize("name", ["storm.geojson", "requests.json"])
def test_of_what_else_is_told_step_by_step(name):
    whole, _ = sent((RECORDINGS / name).read_bytes(), ".json")
    gateway, report = sent((RECORDINGS / name).read_bytes(), ".json", unfold=True)
    assert len(gateway.sent) > len(whole.sent)
    assert report.read + report.further == len(gateway.sent) + report.left_out
    assert report.answered == len(gateway.sent)


def test_of_a_film(film):
    gateway, report = sent(film.read_bytes(), ".mp4", fps=5.0)
    assert adds_up(report)
    assert report.read == len(gateway.sent) > 1


def test_of_every_kind_there_is():
    """A new kind of source gets its test above."""
    assert [kind.title.split(" (")[0] for kind in SOURCES] == [
        "video", "CAP 1.1/1.2 warnings", "storm track", "Open311 GeoReport v2 requests",
        "official warning notices", "OGC SensorThings 1.1", "Frigate events",
        "table of cases or readings with a mapping",
    ]  # fmt: skip


def test_a_record_that_no_frame_can_hold_is_refused_alone():
    requests = json.loads((RECORDINGS / "requests.json").read_text(encoding="utf-8"))["service_requests"]
    requests[0]["address"] = "x" * 1_000_000
    gateway, report = sent(msgspec.json.encode(requests), ".json")
    assert adds_up(report)
    assert len(gateway.sent) == 1
    assert [remark.reason for remark in report.refused if not remark.column] == [
        "is larger than a frame may be"
    ]
