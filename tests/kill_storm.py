"""A kill storm: every process is killed again and again, and every record arrives once.

``python -m tests.kill_storm --kills 60 [--seed 1]`` is the long form, to be run manually; a short one stands
in ``tests/faults``. Publishers and subscribers are processes too. Each keeps a journal that survives its own
death: a publisher what it sent and what was acknowledged, a subscriber each message with its cursor, in one
line. Whoever is started again goes on from its journal.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests import invented
from tests.forked import start_function
from tests.running import TOPICS, Running, wait_for

SUBSCRIBERS = {"whole": (*TOPICS, "ops"), "ledger": ("case", "warning", "ops"), "unit": ("unit",)}
"""Each subscriber and its topics."""

KINDS = ("gateway", "log server", "subscriber", "publisher", "engine")
"""Processes that are killed, in turn."""

BATCH, PAUSE_S, UNANSWERED = 5, 0.05, 8
BROKEN = (OSError, ConnectionClosed, InvalidHandshake, TimeoutError)


@dataclass
class Outcome:
    """What a storm left: by (subscriber, topic) the records that never came, and those that came twice."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    lost: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    doubled: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)


# --- what the children do


def records_of(topic: str, number: int) -> list[dict[str, Any]]:
    """The records of a topic's batch ``number``; every tenth batch is large."""
    note = "x" * (20_000 if number % 10 == 0 else 20)
    made = []
    for index in range(BATCH):
        key = f"{topic}-{number}-{index}"
        if topic == "case":
            made.append(invented.case(key, description=note[:4000]))
        elif topic == "warning":
            made.append(invented.warning(key))
        elif topic == "unit":
            made.append({**invented.unit(f"U{index}", number), "id": key, "note": note})
        elif index == 0:  # a registration: a fact of the ledger on a topic of telemetry
            register = invented.device if topic == "sensor" else invented.camera
            made.append({**register(f"{topic}-{number % 7}"), "id": key})
        elif topic == "sensor":
            made.append({**invented.reading(f"sensor-{index}", number, 1.0), "id": key, "note": note})
        else:
            made.append({
                "id": key, "kind": "detection", "at": invented.moment(), "camera": f"camera-{index}",
                "class": "waterlogging", "confidence": 0.9, "note": note,
            })  # fmt: skip
    return made


class Journal:
    """Lines of JSON that outlive the process; a last line that was not ended is cut off."""

    def __init__(self, path: Path) -> None:
        whole = path.read_bytes() if path.exists() else b""
        kept = whole[: whole.rfind(b"\n") + 1]
        self.lines: list[Any] = [json.loads(line) for line in kept.splitlines()]
        self._file = os.open(path, os.O_RDWR | os.O_CREAT)
        os.ftruncate(self._file, len(kept))
        os.lseek(self._file, 0, os.SEEK_END)

    def write(self, line: Any) -> None:
        """Write a line in one call: the process dies before it or behind it."""
        self.lines.append(line)
        os.write(self._file, json.dumps(line).encode() + b"\n")


def publish(url: str, topic: str, token: str, path: Path) -> None:
    """Publish batch after batch until told to stop, then wait for what is not answered."""
    asyncio.run(_publish(url, topic, token, path))


async def _publish(url: str, topic: str, token: str, path: Path) -> None:
    journal = Journal(path)
    answered = {line["answered"] for line in journal.lines if "answered" in line}
    sent = [line["sent"] for line in journal.lines if "sent" in line]
    waiting = [number for number in sent if number not in answered]
    numbers = count(max(sent, default=-1) + 1)
    stopped = stop_of(path).exists
    while waiting or not stopped():
        try:
            async with connect(f"{url}/v1/publish/{topic}", additional_headers=bearer(token)) as socket:
                await _publish_on(socket, topic, journal, waiting, numbers=numbers, stopped=stopped)
        except BROKEN:
            await asyncio.sleep(0.1)


async def _publish_on(
    socket: ClientConnection, topic: str, journal: Journal, waiting: list[int], *,
    numbers: Iterator[int],
    stopped: Callable[[], bool],
) -> None:  # fmt: skip
    under_way: list[int] = []

    async def send(number: int) -> None:
        under_way.append(number)
        await socket.send(json.dumps({"batch": str(number), "records": records_of(topic, number)}))

    async def hear() -> None:
        answer = json.loads(await socket.recv())
        assert answer["ack"] == str(under_way[0]), answer
        assert answer["accepted"] + answer["duplicates"] == BATCH, answer
        journal.write({"answered": under_way[0]})
        waiting.remove(under_way.pop(0))

    for number in list(waiting):
        await send(number)
        if len(under_way) == UNANSWERED:
            await hear()
    while under_way or not stopped():
        while not stopped() and len(under_way) < random.randint(1, UNANSWERED):
            number = next(numbers)
            journal.write({"sent": number})
            waiting.append(number)
            await send(number)
        if under_way:
            await hear()
        await asyncio.sleep(PAUSE_S)


def subscribe(url: str, topics: str, token: str, path: Path) -> None:
    """Subscribe for ever, going on from the last cursor in the journal."""
    asyncio.run(_subscribe(url, topics, token, path))


async def _subscribe(url: str, topics: str, token: str, path: Path) -> None:
    journal = Journal(path)
    cursors = (line["cursor"] for line in reversed(journal.lines) if line["cursor"])
    cursor = next(cursors, None)
    while True:
        since = f"&since={cursor}" if cursor else ""
        try:
            async with connect(
                f"{url}/v1/subscribe?topics={topics}{since}", additional_headers=bearer(token), max_size=None
            ) as socket:
                while True:
                    message = json.loads(await asyncio.wait_for(socket.recv(), 60))
                    told = message.get("beat") or message.get("snapshot") or message
                    cursor = told.get("cursor") or cursor
                    records = told.get("records", ())
                    journal.write({
                        "cursor": told.get("cursor"), "topic": told.get("topic", ""),
                        "ids": [str(record.get("id", record.get("position"))) for record in records],
                        "positions": [fact["position"] for fact in told.get("facts", ())],
                        "gap": message.get("gap"),
                    })  # fmt: skip
        except BROKEN:
            await asyncio.sleep(0.1)


def stop_of(journal: Path) -> Path:
    """The file that tells a publisher to end."""
    return journal.with_suffix(".stop")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


# --- the storm


class Storm:
    """A running Citywall with publishers on every topic and subscribers that resume."""

    def __init__(self, running: Running, folder: Path, seed: int) -> None:
        self._running = running
        self._folder = folder
        self._draw = random.Random(seed)
        self._children: dict[str, BaseProcess] = {}
        self.outcome = Outcome()

    def start(self) -> None:
        """Subscribers first: each has a cursor before anything is published."""
        self._running.start("gateway")
        for name in SUBSCRIBERS:
            self._start(f"subscriber {name}")
        self._wait_for_none(
            lambda: [name for name in SUBSCRIBERS if not any(line["cursor"] for line in self._heard(name))],
        )
        self._running.start("engine")  # writes facts as soon as it runs
        for topic in TOPICS:
            self._start(f"publisher {topic}")

    def kill(self, number: int) -> None:
        """Kill somebody; now and then a second one before the first is back."""
        victims = [KINDS[number % len(KINDS)]]
        if self._draw.random() < 0.25:
            victims.append(self._draw.choice([kind for kind in KINDS if kind != victims[0]]))
        if number % 4:  # else the next one dies before all is well again
            self._wait_for_answers()
        time.sleep(self._draw.uniform(0.0, 2.5))
        names = [self._victim(kind) for kind in victims]
        for name in names:
            self._kill(name)
        time.sleep(self._draw.choice((0.0, 0.0, 0.3, 1.0)))
        for name in names:
            self._start(name)
        self.outcome.kills.update(victims)

    def _wait_for_answers(self) -> None:
        """Wait until every publisher was answered once more."""
        before = self._answered()
        self._wait_for_none(lambda: [name for name, now in self._answered().items() if now == before[name]])

    def _wait_for_none(self, missing: Callable[[], list[str]], seconds: float = 240) -> None:
        """Wait until none is missing; fail at once if a process ended that nobody killed."""

        def is_none_missing() -> bool:
            ended = {name: child.exitcode for name, child in self._children.items()}
            ended = {name: status for name, status in ended.items() if status is not None}
            assert not ended, f"ended by themselves: {ended}\n{self._running.log_end()}"
            self._running.assert_alive()
            return not missing()

        wait_for(is_none_missing, seconds, 0.2, why_not=lambda: f"for {missing()}\n{self._running.log_end()}")

    def _answered(self) -> dict[str, int]:
        paths = {name: self._path(name) for name in (f"publisher {topic}" for topic in TOPICS)}
        return {
            name: path.read_bytes().count(b"answered") if path.exists() else 0 for name, path in paths.items()
        }

    def _victim(self, kind: str) -> str:
        if kind in ("subscriber", "publisher"):
            return self._draw.choice([name for name in self._children if name.startswith(kind)])
        return kind

    def _kill(self, name: str) -> None:
        if name == "log server":
            os.kill(self._running.servers.log_pid, signal.SIGKILL)
        elif name in self._children:
            self._children[name].kill()
            self._children[name].join()
        else:
            self._running.kill(name)

    def _start(self, name: str) -> None:
        kind, _, which = name.partition(" ")
        if name == "log server":
            wait_for(self._running.servers.restart_dead)
        elif kind in ("subscriber", "publisher"):
            reading = kind == "subscriber"
            token = self._running.subscriber if reading else self._running.publisher
            what = ",".join(SUBSCRIBERS[which]) if reading else which
            self._children[name] = start_function(
                self._folder / "processes.log", subscribe if reading else publish,
                self._running.gateway, what, token, self._path(name),
            )  # fmt: skip
        else:
            self._running.start(name)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name.replace(' ', '-')}.jsonl"

    def _lines(self, name: str) -> list[Any]:
        path = self._path(name)
        whole = path.read_bytes() if path.exists() else b""
        return [json.loads(line) for line in whole[: whole.rfind(b"\n") + 1].splitlines()]

    def _heard(self, name: str) -> list[Any]:
        return self._lines(f"subscriber {name}")

    def end(self) -> Outcome:
        """Let the publishers end and the subscribers catch up; count."""
        for topic in TOPICS:
            stop_of(self._path(f"publisher {topic}")).touch()
        publishers = {topic: self._children.pop(f"publisher {topic}") for topic in TOPICS}
        try:
            self._wait_for_none(lambda: [topic for topic, one in publishers.items() if one.is_alive()])
        finally:
            for child in publishers.values():
                child.kill()
                child.join()
        ended = {topic: child.exitcode for topic, child in publishers.items()}
        assert set(ended.values()) == {0}, f"publishers ended with {ended}\n{self._running.log_end()}"
        wanted: dict[str, list[str]] = {}
        for topic in TOPICS:
            lines = self._lines(f"publisher {topic}")
            numbers = [line["answered"] for line in lines if "answered" in line]
            wanted[topic] = [f"{topic}-{number}-{index}" for number in numbers for index in range(BATCH)]
            self.outcome.acknowledged[topic] = len(wanted[topic])
        self._wait_for_quiet(wanted)
        for child in self._children.values():
            child.kill()
            child.join()
        for name in SUBSCRIBERS:
            self._judge(name, wanted)
        return self.outcome

    def _wait_for_quiet(self, wanted: dict[str, list[str]]) -> None:
        """Wait until all came, or until nothing has come for a while."""
        until = time.monotonic() + 30
        seen = -1
        while time.monotonic() < until:
            counts = [self._counts(name) for name in SUBSCRIBERS]
            now = sum(sum(found.values()) for some in counts for found in some.values())
            if now != seen:
                seen, until = now, time.monotonic() + 30
            if all(
                set(wanted[topic]) <= set(found.get(topic, ()))
                for found, topics in zip(counts, SUBSCRIBERS.values(), strict=True)
                for topic in topics
                if topic != "ops"
            ):
                time.sleep(3.0)  # what comes twice comes now
                return
            time.sleep(0.5)

    def _counts(self, name: str) -> dict[str, Counter[str]]:
        counts: dict[str, Counter[str]] = {}
        for line in self._heard(name):
            counts.setdefault(line["topic"], Counter()).update(line["ids"])
        return counts

    def _judge(self, name: str, wanted: dict[str, list[str]]) -> None:
        counts = self._counts(name)
        for topic in SUBSCRIBERS[name]:
            found = counts.get(topic, Counter())
            self.outcome.lost[name, topic] = [one for one in wanted.get(topic, ()) if not found[one]]
            self.outcome.doubled[name, topic] = [one for one, times in found.items() if times > 1]
        self.outcome.gaps += [f"{name}: {line['gap']}" for line in self._heard(name) if line["gap"]]
        if {"case", "warning", "ops"} <= set(SUBSCRIBERS[name]):  # together they see every fact
            positions = Counter(int(one) for one in counts.get("ops", Counter()).elements())
            for line in self._heard(name):
                positions.update(map(int, line["positions"]))
            last = max(positions, default=0)
            self.outcome.lost[name, "facts"] = [str(n) for n in range(1, last + 1) if not positions[n]]
            self.outcome.doubled[name, "facts"] = [str(n) for n, times in positions.items() if times > 1]


def storm(kills: int, seed: int, *, data: Path) -> Outcome:
    """Run a storm of so many kills on a fresh Citywall in the folder ``data``; what it left."""
    running = Running(data)
    whole = Storm(running, data, seed)
    try:
        whole.start()
        for number in range(kills):
            whole.kill(number)
        return whole.end()
    finally:
        for child in whole._children.values():
            child.kill()
            child.join()
        running.stop()


def main() -> None:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citywall-storm-") as folder:
        outcome = storm(options.kills, options.seed, data=Path(folder))
    # ruff: noqa: T201  # the long form talks to the person who runs it
    print("kills", dict(outcome.kills), "acknowledged", dict(outcome.acknowledged), "gaps", outcome.gaps)
    for (name, topic), lost in outcome.lost.items():
        doubled = outcome.doubled[name, topic]
        print(f"{name:8} {topic:8} lost {len(lost)} doubled {len(doubled)}", lost[:5], doubled[:5])


if __name__ == "__main__":
    main()
