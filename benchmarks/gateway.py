"""Measures the gateway's rate and latency: ``python -m benchmarks.gateway [--quick] [--json]``.

One publisher and one subscriber with one socket each, a gateway process and a real Valkey, all on this
machine. Latency is from send to delivery; CPU is that of the gateway process.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feeds.clients.publisher import Publisher
from feeds.clients.subscriber import Subscriber
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers


def batch_of(number: int, size: int) -> list[dict[str, Any]]:
    at = datetime.now(UTC).isoformat()
    return [
        {
            "id": f"{number}-{i}", "at": at, "unit": f"unit-{number * size % 2000 + i}",
            "lon": 121.5 + i / 1e3, "lat": 31.2, "speed": 35.2, "heading": 120,
            "state": "patrol", "kind": "patrol_car",
        }
        for i in range(size)
    ]  # fmt: skip


async def listen(subscriber: Subscriber, arrived: dict[str, float], total: int) -> None:
    async for message in subscriber.messages():
        now = time.perf_counter()
        for record in message.get("records", ()):
            arrived[record["id"]] = now
        if len(arrived) >= total:
            return


async def measure(url: str, token: str, *, rate: int, size: int, seconds: float) -> dict[str, Any]:
    arrived: dict[str, float] = {}
    sent: dict[str, float] = {}
    batches = int(rate * seconds / size)
    listening = asyncio.create_task(
        listen(Subscriber(url, ["unit"], token, since="now"), arrived, batches * size)
    )
    await asyncio.sleep(0.5)
    acks: list[float] = []
    async with Publisher(url, "unit", token) as publisher:

        async def send(number: int) -> None:
            records = batch_of(number, size)
            start = time.perf_counter()
            sent.update((record["id"], start) for record in records)
            answer = await publisher.send(records)
            assert answer.accepted == size, answer
            acks.append(time.perf_counter() - start)

        begin = time.perf_counter()
        tasks = []
        for number in range(batches):
            await asyncio.sleep(max(0.0, begin + number * size / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(send(number)))
        await asyncio.gather(*tasks)
        await asyncio.wait_for(listening, 30)
    took = max(arrived.values()) - begin
    delays = sorted(arrived[id_] - sent[id_] for id_ in arrived)
    return {
        "records": len(arrived),
        "records_per_s": round(len(arrived) / took),
        "ack_p99_ms": round(sorted(acks)[int(len(acks) * 0.99)] * 1000, 1),
        "p50_ms": round(delays[len(delays) // 2] * 1000, 1),
        "p99_ms": round(delays[int(len(delays) * 0.99)] * 1000, 1),
    }


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    return ticks / 100


def run(rate: int, size: int, seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="citywall-bench-") as folder:
        data = Path(folder)
        servers = EmbeddedServers(data)
        servers.start()
        tokens = TokenStore(data)
        token = tokens.create("bench", ["publish:unit", "subscribe:*"], now=time.time())
        command = [
            sys.executable,
            "-m",
            "tests.gateways",
            str(data),
            servers.log_url,
            servers.pictures_url,
            "0",
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as gateway:
            assert gateway.stdout is not None
            port = int(next(line for line in gateway.stdout if line.strip().isdigit()))
            url = f"ws://127.0.0.1:{port}"
            before, own = cpu_of(gateway.pid), resource.getrusage(resource.RUSAGE_SELF).ru_utime
            begin = time.perf_counter()
            result = asyncio.run(measure(url, token, rate=rate, size=size, seconds=seconds))
            took = time.perf_counter() - begin
            result["gateway_cpu_percent"] = round((cpu_of(gateway.pid) - before) / took * 100, 1)
            client = resource.getrusage(resource.RUSAGE_SELF).ru_utime - own
            result["client_cpu_percent"] = round(client / took * 100, 1)
            gateway.kill()
        servers.stop()
    return {"rate": rate, "batch": size, **result}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="five seconds of each rate")
    parser.add_argument("--seconds", type=float, default=8.0)
    options = parser.parse_args()
    seconds = 5.0 if options.quick else options.seconds
    runs = [run(5000, 50, seconds), run(1000, 50, seconds)]
    if options.json:
        print(json.dumps({"gateway": runs}))
        return
    for result in runs:
        print("  ".join(f"{name} {value}" for name, value in result.items()))


if __name__ == "__main__":
    main()
