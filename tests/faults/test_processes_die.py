"""Processes die at any moment: what was acknowledged is there once, and everything resumes by itself."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from city.state.row_keys import row_key_of
from city.state.sensor_records import alarm_key
from feeds.clients.publisher import Publisher
from feeds.ledger.ledger import Ledger
from feeds.ledger.segments import Row
from tests.invented import WaterFeed, case, device, mirror, publish, reading
from tests.running import Running, wait_for
from tests.walls import Wall

BATCH, PAUSE_S, WAITING = 5, 0.03, 40
CITY = '[sources.iot-water]\nlabel = { zh = "物联-水务", en = "IoT water" }\ninterval_s = 1\n'


class Hotline:
    """A publisher that does not stop: five cases at a time, several batches unanswered at once."""

    def __init__(self, running: Running, name: str) -> None:
        self._running = running
        self._name = name
        self._over = threading.Event()
        self.sent: list[str] = []
        self.acknowledged: list[str] = []
        self.duplicates = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> Self:
        self._thread.start()
        wait_for(lambda: len(self.acknowledged) > 10 * BATCH)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def wait_for_more(self) -> None:
        """Wait until records that are sent from now on are acknowledged."""
        sent = len(self.sent)
        wait_for(lambda: len(self.acknowledged) > sent + BATCH, 120)

    async def _run(self) -> None:
        hotline = Publisher(self._running.gateway, "case", self._running.publisher)
        async with hotline as publisher, asyncio.TaskGroup() as batches:
            while not self._over.is_set():
                if len(self.sent) - len(self.acknowledged) < WAITING * BATCH:  # else the machine is busy
                    batches.create_task(self._send(publisher, len(self.sent)))
                await asyncio.sleep(PAUSE_S)

    async def _send(self, publisher: Publisher, first: int) -> None:
        ids = [f"{self._name}-{first + number}" for number in range(BATCH)]
        self.sent += ids
        ack = await publisher.send([case(one, mirror=mirror("closed", 10)) for one in ids])
        assert ack.accepted + ack.duplicates == BATCH
        self.duplicates += ack.duplicates
        self.acknowledged += ids


def citywall(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console.cli", *arguments, "--data-dir", str(running.data)],
        capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


def facts(running: Running) -> list[dict[str, Any]]:
    done = citywall(running, "audit", "export")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_nothing_lost_or_doubled(running: Running, hotline: Hotline) -> None:
    written = Counter(fact["subject"] for fact in facts(running))
    wanted = [f"case:hotline/{one}" for one in hotline.sent]
    assert sorted(hotline.acknowledged) == sorted(hotline.sent)
    assert {subject: written[subject] for subject in wanted if written[subject] != 1} == {}
    verdict = citywall(running, "audit", "verify")
    assert verdict.returncode == 0, verdict.stderr
    assert verdict.stdout.startswith("good: ")


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        (Path(folder) / "city.toml").write_text(CITY, encoding="utf-8")
        whole = Running(Path(folder))
        try:
            whole.start()
            yield whole
        finally:
            whole.stop()


@pytest.fixture
def wall(running: Running) -> Iterator[Wall]:
    with Wall(running) as listening:
        yield listening


def wait_for_beats(wall: Wall) -> None:
    beats = len(wall.beats)
    wait_for(lambda: len(wall.beats) > beats + 2)


def test_a_killed_log_server_loses_nothing_doubles_nothing_and_all_screens_say_so_until_it_is_back(
    running: Running, wall: Wall
) -> None:
    with Hotline(running, "log") as hotline:
        os.kill(running.servers.log_pid, signal.SIGKILL)
        wait_for(lambda: wall.feed == ("lost", True))
        since = wall.beats[-1]["feed_since"]
        assert wall.beats[-1]["now"] - 60 <= since <= wall.beats[-1]["now"]
        assert "log_down" in running.ready_problems()
        wait_for_beats(wall)  # the publisher has heard the last answers of the server by then
        acknowledged = len(hotline.acknowledged)
        wait_for_beats(wall)  # the wall goes on telling, and nothing is acknowledged
        assert len(hotline.acknowledged) == acknowledged

        wait_for(running.servers.restart_dead)
        hotline.wait_for_more()
    wait_for(lambda: wall.feed == ("live", False))
    running.wait_until_ready()
    assert_nothing_lost_or_doubled(running, hotline)


def test_a_killed_gateway_loses_nothing_and_publishers_and_walls_resume_by_themselves(
    running: Running, wall: Wall
) -> None:
    with Hotline(running, "gateway") as hotline:
        running.kill("gateway")
        wait_for(lambda: wall.feed == ("lost", False))
        assert "feed_lost" in running.ready_problems()
        running.start("gateway")
        hotline.wait_for_more()
    wait_for(lambda: wall.feed == ("live", False))
    running.wait_until_ready()
    assert_nothing_lost_or_doubled(running, hotline)
    publish(running, "case", [case("after", urgency="critical")])
    wait_for(lambda: row_key_of("hotline/after") in wall.rows("queue"))


def test_processes_that_start_before_the_log_server_wait_for_it(running: Running) -> None:
    names = ("gateway", "engine", "console")
    for name in names:
        running.kill(name)
    os.kill(running.servers.log_pid, signal.SIGKILL)
    before = len(running.log_text())
    for name in names:
        running.start(name, wait=False)

    def told() -> list[str]:
        return [line for line in running.log_text()[before:].splitlines() if "log_lost" in line]

    wait_for(lambda: len(told()) >= len(names))
    running.assert_alive()
    wait_for(running.servers.restart_dead)
    running.wait_until_ready()
    publish(running, "case", [case("early-start")])


def test_two_engines_and_one_killed_write_every_fact_once(running: Running, wall: Wall) -> None:
    first = running._children.pop("engine")
    running.start("engine")
    publish(running, "sensor", [reading("g0", 1, 0.0)], token=running.water)
    wait_for(lambda: wall.rows("sources").get("iot-water", {}).get("freshness") == "lost")
    wait_for(lambda: lines(wall) == ["log.source_lost"])
    first.kill()
    first.join()
    water = WaterFeed(running, {"g0": 0.0})
    wait_for(lambda: lines(wall) == ["log.source_back", "log.source_lost"])
    water.die()
    engine = [fact for fact in facts(running) if fact["actor"] == "engine"]
    written = Counter((fact["type"], json.dumps(fact["data"])) for fact in engine)
    assert set(written.values()) == {1}
    assert {fact["type"] for fact in engine} >= {"RosterLoaded", "SourceLost", "SourceBack"}


KILLED_AFTER_S = {"p-before": None, "p-at-once": 0.0, "p-later": 1.2}
"""Gauge → s from the reading that makes a deviation hold to the end of the engine; None = before it."""
LAST, METRIC = "p-last", "water_pressure_mpa"
KINDS = ("AlarmRaised", "CaseReported", "CaseFiled", "CaseDispatched")


class Gauges:
    """Gauges of water pressure that tell of too little, each time that they are heard."""

    def __init__(self, running: Running, *names: str) -> None:
        self._running = running
        self._numbers = itertools.count()
        told = [device(name) | {"class": "water_pressure"} for name in names]
        assert publish(running, "sensor", told).rejected == []

    def deviate(self, *names: str) -> None:
        number = next(self._numbers)
        told = [reading(one, number, 0.05, metric=METRIC, unit="MPa") for one in names]
        assert publish(self._running, "sensor", told).rejected == []

    def deviate_until_dispatched(self, *names: str) -> Counter[tuple[str, str]]:
        """Go on until each has its dispatched case; return how often (type, gauge) is in the ledger."""

        def is_dispatched() -> Counter[tuple[str, str]] | None:
            self.deviate(*names)
            written = self._written()
            return written if all(written["CaseDispatched", name] for name in names) else None

        found: Counter[tuple[str, str]] = wait_for(is_dispatched, 90.0, 1.0, why_not=self._running.log_end)
        return found

    def _written(self) -> Counter[tuple[str, str]]:
        async def rows() -> list[Row]:
            ledger = await Ledger.open(self._running.settings.log_url)
            found, after = [], 0
            while more := await ledger.read(after):
                found += more
                after = more[-1].position
            await ledger.close()
            return found

        bodies = [json.loads(row.body) for row in asyncio.run(rows())]
        of = {f"alarm:{alarm_key(name, METRIC)}": name for name in (*KILLED_AFTER_S, LAST)}
        return Counter(
            (body["type"], name)
            for body in bodies
            for subject, name in of.items()
            if body["subject"] == subject or f"alarm-{name}-" in body["subject"]
        )


def test_an_engine_that_is_killed_between_a_crossing_and_its_case_files_every_case_once(
    running: Running,
) -> None:
    """Before the second deviating reading, at once after it, and about when the case is written."""
    gauges = Gauges(running, *KILLED_AFTER_S, LAST)
    for name, after in KILLED_AFTER_S.items():
        gauges.deviate(name)
        if after is None:
            running.kill("engine")
            gauges.deviate(name)
        else:
            gauges.deviate(name)
            time.sleep(after)  # where in the engine's second it dies is the machine's choice: each is right
            running.kill("engine")
        running.start("engine")
    gauges.deviate_until_dispatched(*KILLED_AFTER_S)
    # Once more, while they deviate: when the last gauge has its case, the others were judged too.
    running.kill("engine")
    running.start("engine")
    written = gauges.deviate_until_dispatched(*KILLED_AFTER_S, LAST)
    wanted = {(kind, name): 1 for kind in KINDS for name in (*KILLED_AFTER_S, LAST)}
    assert {key: n for key, n in written.items() if key[0] in KINDS} == wanted


def lines(wall: Wall) -> list[str]:
    """The lines of the duty log about the water gateway, newest first."""
    rows = [wall.rows("log")[key] for key in wall.views["log"]["order"]]
    return [row["text"] for row in rows if row.get("source") == "iot-water"]
