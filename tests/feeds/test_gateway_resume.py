"""A client written from the protocol page alone: websockets, JSON, and nothing of ours."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from tests.gateways import NOW
from tests.running import PATIENCE_S, free_port

TOPICS = ("case", "sensor", "unit")
BATCHES, SIZE = 134, 50  # of each topic: 20,100 records
CONTENT = {
    "case": {
        "channel": "inspector", "category": {"label": "x"}, "title": "t", "lon": 121.5, "lat": 31.2,
    },
    "sensor": {"kind": "reading", "device": "d", "metric": "m", "value": 1},
    "unit": {"unit": "u", "lon": 121.5, "lat": 31.2},
}  # fmt: skip


def start_gateway(data: Path, servers: EmbeddedServers, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.gateways", str(data), servers.log_url, servers.pictures_url, str(port)],
        stdout=subprocess.DEVNULL,
    )


async def publish_all(url: str, topic: str, headers: dict[str, str]) -> list[str]:
    """Publish with up to eight batches unanswered, again after every break; return the ids acknowledged."""
    batches = [
        [{**CONTENT[topic], "id": f"{topic}-{n}-{i}", "at": NOW} for i in range(SIZE)] for n in range(BATCHES)
    ]
    waiting = list(range(BATCHES))
    taken: list[str] = []
    while waiting:
        try:
            async with connect(f"{url}/v1/publish/{topic}", additional_headers=headers) as socket:
                sent: list[int] = []
                queue = list(waiting)
                while queue or sent:
                    while queue and len(sent) < 8:
                        number = queue.pop(0)
                        await socket.send(json.dumps({"batch": str(number), "records": batches[number]}))
                        sent.append(number)
                    answer = json.loads(await socket.recv())
                    assert answer["ack"] == str(sent[0])  # in the order of the batches
                    assert answer["accepted"] + answer["duplicates"] == SIZE
                    taken += [record["id"] for record in batches[sent[0]]]
                    waiting.remove(sent.pop(0))
        except (OSError, ConnectionClosed, InvalidHandshake):
            await asyncio.sleep(0.1)
    return taken


async def listen(
    url: str, headers: dict[str, str], got: list[str], total: int, *, ready: asyncio.Event
) -> None:
    """Subscribe from the start, go on from the last cursor after every break."""
    cursor = ""
    while len(got) < total:
        since = f"&since={cursor}" if cursor else ""
        try:
            async with connect(
                f"{url}/v1/subscribe?topics={','.join(TOPICS)}{since}",
                additional_headers=headers,
                max_size=None,
            ) as socket:
                while len(got) < total:
                    message = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))
                    assert "gap" not in message
                    got += [record["id"] for record in message.get("records", ())]
                    got += [record["id"] for record in message.get("snapshot", {}).get("records", ())]
                    cursor = message.get("beat", message).get("cursor") or cursor
                    if cursor:
                        ready.set()
        except (OSError, ConnectionClosed, InvalidHandshake):
            await asyncio.sleep(0.1)


async def test_20000_records_over_three_topics_survive_kills_of_the_gateway_once_each(
    logs: EmbeddedServers, tmp_path: Path
) -> None:
    tokens = TokenStore(tmp_path)
    rights = [f"publish:{topic}" for topic in TOPICS]
    headers: list[dict[str, Any]] = [
        {"Authorization": f"Bearer {tokens.create(name, granted, now=0.0)}"}
        for name, granted in (("hotline", rights), ("console", ["subscribe:*"]))
    ]
    tokens.close()
    port = free_port()
    url = f"ws://127.0.0.1:{port}"
    total = len(TOPICS) * BATCHES * SIZE
    got: list[str] = []
    gateway = start_gateway(tmp_path, logs, port)
    try:
        ready = asyncio.Event()
        listening = asyncio.create_task(listen(url, headers[1], got, total, ready=ready))
        await asyncio.wait_for(ready.wait(), 2 * PATIENCE_S)
        publishing = [asyncio.create_task(publish_all(url, topic, headers[0])) for topic in TOPICS]
        for share in (5, 2):
            while len(got) < total // share:  # noqa: ASYNC110  # ``got`` is filled as a client would
                await asyncio.sleep(0.02)
            gateway.send_signal(signal.SIGKILL)
            gateway.wait()
            gateway = start_gateway(tmp_path, logs, port)
        lists = await asyncio.wait_for(asyncio.gather(*publishing), 4 * PATIENCE_S)
        taken = [id_ for some in lists for id_ in some]
        await asyncio.wait_for(listening, 4 * PATIENCE_S)
    finally:
        gateway.kill()
        gateway.wait()
    assert len(taken) == len(set(taken)) == total
    assert len(got) == len(set(got)) == total  # nothing lost, nothing doubled
    assert set(got) == set(taken)
    for topic in TOPICS:
        mine = [id_ for id_ in got if id_.startswith(topic)]
        assert mine == [f"{topic}-{n}-{i}" for n in range(BATCHES) for i in range(SIZE)]
