"""Measures what opening a page costs: processor time, memory that stays, and a reconnect of all.

``open_cpu_ms``: the console's processor time for one wall that opens: page, document by its websocket, first
whole views by the live socket. ``reconnect50_s``: fifty walls at once, until the last has all three.
``rss_mb_per_1000``: growth of the memory of the console by a thousand open live sockets that take what they
are sent. ``left_mb_per_1000``: growth by walls that were opened and left, when all sessions of theirs are
over. ``page_kb`` and ``document_kb``: sizes of one page and of its session's document.
"""

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import websockets

from benchmarks.cost import cpu_seconds
from tests.running import Running, wait_for

WARM, AT_ONCE, ROUNDS = 5, 50, 5
OPENED = 20
LEFT = 300
HELD, HELD_AT_ONCE, HELD_S = 500, 50, 4.0
"""Live sockets of a round, how many open at one time, and how long the server then works for them."""
OVER_S = 180.0


def rss_mb(pid: int) -> float:
    """Resident memory of a process."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]  # every process has it


def page_of(url: str) -> str:
    with urllib.request.urlopen(f"{url}/wall", timeout=60) as answer:
        return str(answer.read().decode())


async def open_wall(url: str) -> tuple[int, int]:
    """Open a wall as a browser does, then leave; return the sizes of its page and document in bytes."""
    page = await asyncio.to_thread(page_of, url)
    token = re.search(r'"token":\s*"([^"]+)"', page)
    assert token is not None, page[:200]
    socket = url.replace("http", "ws")
    protocols: Any = ["bokeh", token[1]]
    origin = websockets.Origin(url)
    async with (
        websockets.connect(
            f"{socket}/wall/ws", subprotocols=protocols, origin=origin, max_size=None, max_queue=None
        ) as session,
        websockets.connect(f"{socket}/live/wall", origin=origin, max_size=None, max_queue=None) as live,
    ):
        await session.recv()
        for part in (json.dumps({"msgid": "1", "msgtype": "PULL-DOC-REQ"}), "{}", "{}"):
            await session.send(part)
        document = 0
        while document == 0:
            answer = await session.recv()
            document = len(answer) if '"roots"' in str(answer) else 0
        while "whole" not in str(await live.recv()):
            pass
    return len(page.encode()), document


async def open_cpu_ms(url: str, pid: int, rounds: int) -> tuple[float, tuple[int, int]]:
    """Return the console's processor time for one wall (median of rounds, without what it needs idle)."""
    sizes = [await open_wall(url) for _ in range(WARM)]
    found = []
    for _ in range(rounds):
        before, began = cpu_seconds(pid), time.monotonic()
        await asyncio.sleep(2.0)
        idle = (cpu_seconds(pid) - before) / (time.monotonic() - began)
        before, began = cpu_seconds(pid), time.monotonic()
        for _ in range(OPENED):
            await open_wall(url)
        spent = cpu_seconds(pid) - before - idle * (time.monotonic() - began)
        found.append(spent / OPENED * 1000)
    return statistics.median(found), sizes[-1]


def sessions(running: Running) -> int:
    found = re.search(r"^citywall_sessions (\S+)", running.get("/metrics")[1].decode(), re.M)
    return int(float(found[1])) if found else -1


async def hold(url: str) -> asyncio.StreamWriter:
    """Open a wall's live socket and read away what it is sent."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"GET /live/wall HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {url}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\n\r\n".encode()
    )
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in answer, answer

    async def drain() -> None:
        while await reader.read(65_536):
            pass

    writer.drained = asyncio.create_task(drain())  # type: ignore[attr-defined]  # it lives as long as the socket
    return writer


async def rss_mb_per_1000(url: str, pid: int, rounds: int) -> float:
    """Return the growth by open live sockets, the median of some rounds of new ones."""

    async def more() -> list[asyncio.StreamWriter]:
        opened: list[asyncio.StreamWriter] = []
        for _ in range(HELD // HELD_AT_ONCE):
            opened += await asyncio.gather(*(hold(url) for _ in range(HELD_AT_ONCE)))
        await asyncio.sleep(HELD_S)
        return opened

    held = await more()  # what the first ones make grow is not theirs
    found = []
    for _ in range(rounds):
        before = rss_mb(pid)
        held += await more()
        found.append((rss_mb(pid) - before) * 1000 / HELD)
    for one in held:
        one.close()
    return statistics.median(found)


def left_mb_per_1000(running: Running, pid: int, left: int) -> float:
    """Return the growth between two rounds of walls that were opened and left."""

    async def leave() -> None:
        for _ in range(left // 10):
            await asyncio.gather(*(open_wall(running.console) for _ in range(10)))

    kept = []
    for _ in range(2):
        asyncio.run(leave())
        wait_for(lambda: sessions(running) == 0, OVER_S, 1.0)
        kept.append(rss_mb(pid))
    return (kept[1] - kept[0]) * 1000 / left


async def reconnect(url: str) -> float:
    began = time.monotonic()
    await asyncio.gather(*(open_wall(url) for _ in range(AT_ONCE)))
    return time.monotonic() - began


def measure(running: Running, *, quick: bool) -> dict[str, Any]:
    pid = running.pids()["console"]
    cost, (page, document) = asyncio.run(open_cpu_ms(running.console, pid, 3 if quick else ROUNDS))
    again = [asyncio.run(reconnect(running.console)) for _ in range(1 if quick else 3)]
    result = {
        "open_cpu_ms": round(cost, 1), "reconnect50_s": round(statistics.median(again), 2),
        "page_kb": round(page / 1000, 1), "document_kb": round(document / 1000, 1),
    }  # fmt: skip
    held = rss_mb_per_1000(running.console, pid, 1 if quick else 3)
    result["rss_mb_per_1000"] = round(asyncio.run(held), 1)
    if not quick:  # sessions end some minutes after their page was left
        result["left_mb_per_1000"] = round(left_mb_per_1000(running, pid, LEFT), 1)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="less than a minute: without left_mb_per_1000")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        running = Running(Path(folder), log_format="json")
        running.start()
        try:
            result = measure(running, quick=options.quick)
        finally:
            running.stop()
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
