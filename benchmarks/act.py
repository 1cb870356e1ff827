"""Measures the time from a click to its fact: 50 orders a second on a full Citywall, one desk in Chromium.

``answer_p99_ms``: click on the desk → answer on the same page, through its Panel session. ``seen_p99_ms``:
any order → the row with the new version in another desk's live socket. ``--incidents 30 --tasks 12`` opens
incidents first; then half of the orders are steps of their tasks (``task_answer_p99_ms``: order → answer at
``/v1/command``), seen when a view of the other desk shows the task's new state. ``winners``: how many of 100
simultaneous clicks on one case succeed. ``commands_per_s``: the rate of eight sockets at ``/v1/command``.
``floor``: a plain append – one at a time for p50 and p99, sixteen in parallel for the rate.
``stolen_pct``: the share of processor time that the host did not give to this machine during the orders. At
some per cent, the host causes the slowest answers.
"""

import argparse
import asyncio
import json
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import websockets
from playwright.sync_api import Page

from benchmarks.cost import percentile, processor_time
from benchmarks.linkage import AGENCIES, TaskOrders, open_incidents
from city.facts.fact import body_of
from city.state.row_keys import row_key_of
from feeds.clients.commander import Answer, Commander
from feeds.ledger.ledger import Act, Ledger
from tests.console.browser import chromium
from tests.invented import PLACES, case, publish
from tests.people import Cast
from tests.running import Running, wait_for

ORDERS_A_SECOND, DESK_A_SECOND = 50, 5
PRESSED, ORDERED, OTHERS = 60, 100, 2000
CLICKS, SOCKETS, UNDER_WAY = 100, 8, 8
FLOOR = 500
THROUGHPUT_S, QUICK_S = 10.0, 15.0
ACROSS, APART = 47, 0.001

PRESS = """async ([marks, everyMs, count]) => {
  const { desk } = window.citywall, told = [], open = [];
  const sleep = (ms) => new Promise((done) => setTimeout(done, Math.max(0, ms)));
  const started = performance.now();
  for (let i = 0; i < count; i += 1) {
    // Random offset, so that clicks are not in phase with the console's ticks.
    await sleep(started + (i + Math.random() / 2) * everyMs - performance.now());
    const mark = marks[i % marks.length], row = desk.row(mark), at = performance.now();
    const verb = (row.version ?? 0) % 2 === 0 ? "escalate" : "undo";
    open.push(desk.act(verb, mark, row.version ?? 0, {}).then((answer) => told.push({
      mark, at: (performance.timeOrigin + at) / 1000, ms: performance.now() - at,
      version: answer.done?.version ?? null, refused: answer.refused?.key ?? null })));
  }
  await Promise.all(open);
  return told;
}"""


class Watch:
    """Another desk's live socket: when each row's version first arrived (machine epoch seconds)."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, int], float] = {}
        self.tasks: dict[tuple[str, str], float] = {}
        """(task, state) → when a view first showed it."""
        self.rows = 0

    async def run(self, url: str, cookie: str, origin: str) -> None:
        headers = {"Cookie": cookie}
        async with websockets.connect(
            url, additional_headers=headers, origin=websockets.Origin(origin), max_size=None
        ) as socket:
            async for message in socket:
                if isinstance(message, str):
                    self._take(json.loads(message), time.time())

    def _take(self, message: dict[str, Any], now: float) -> None:
        view = message.get("views", {}).get("desk_queue")
        for mark, row in (view or {}).get("set", {}).items():
            self.rows += 1
            self.seen.setdefault((mark, int(row["version"])), now)
        for other in message.get("views", {}).values():
            for key, row in other.get("set", {}).items():
                if key.startswith("t:") and "state" in row:
                    self.tasks.setdefault((key.removeprefix("t:"), row["state"]), now)


class Ordered:
    """Sends orders to ``/v1/command`` at a constant rate; ``pressed``: (mark, version) → send time."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self.pressed: dict[tuple[str, int], float] = {}
        self.refused: list[str] = []

    async def run(self, keys: list[str], a_second: float, seconds: float) -> None:
        async with Commander(self._url, self._token) as commander:
            started, orders = time.monotonic(), set()
            for number in range(int(a_second * seconds)):
                await asyncio.sleep(max(0.0, started + number / a_second - time.monotonic()))
                version, key = number // len(keys), keys[number % len(keys)]
                orders.add(asyncio.create_task(self._give(commander, key, version)))
            await asyncio.gather(*orders)

    async def _give(self, commander: Commander, key: str, version: int) -> None:
        at = time.time()
        verb = "escalate" if version % 2 == 0 else "undo"
        answer = await commander.send(verb, f"case:hotline/{key}", version, {})
        if answer.done is None:
            self.refused.append(answer.refused.reason if answer.refused else "")
        else:
            self.pressed[row_key_of(f"hotline/{key}"), answer.done.version] = at


async def floor(log_url: str) -> dict[str, float]:
    ledger = await Ledger.open(log_url)

    async def append(name: str) -> float:
        started = time.perf_counter()
        body = body_of("TableLoaded", "table:bench", "bench", {"table": "bench", "sha256": "0" * 64})
        await ledger.append([Act(f"bench:{name}", (body,))])
        return (time.perf_counter() - started) * 1000

    await append("warm")
    alone = [await append(f"one-{number}") for number in range(FLOOR)]
    started = time.perf_counter()

    async def lane(number: int) -> None:
        for step in range(FLOOR // 4):
            await append(f"{number}-{step}")

    await asyncio.gather(*(lane(number) for number in range(16)))
    rate = 16 * (FLOOR // 4) / (time.perf_counter() - started)
    await ledger.close()
    return {
        "p50_ms": round(percentile(alone, 0.5), 2), "p99_ms": round(percentile(alone, 0.99), 2),
        "per_s": round(rate),
    }  # fmt: skip


async def throughput(url: str, token: str, keys: list[str], seconds: float) -> float:
    """Send comments on changing cases, each as soon as the last is answered; return the rate per second."""
    done = 0
    until = time.monotonic() + seconds

    async def lane(commander: Commander, mine: list[str]) -> None:
        nonlocal done
        sent = 0
        while time.monotonic() < until:
            answer = await commander.send(
                "comment", f"case:hotline/{mine[sent % len(mine)]}", 0, {"text": "x"}
            )
            done += answer.done is not None
            sent += 1

    lanes = SOCKETS * UNDER_WAY
    shares = [keys[number::lanes] for number in range(lanes)]
    commanders = [await Commander(url, token).__aenter__() for _ in range(SOCKETS)]
    started = time.monotonic()
    await asyncio.gather(*(lane(commanders[i % SOCKETS], share) for i, share in enumerate(shares)))
    rate = done / (time.monotonic() - started)
    for commander in commanders:
        await commander.__aexit__()
    return rate


async def winners(url: str, tokens: list[str], key: str) -> tuple[int, int]:
    """Return how many of 100 parallel clicks won, and how many of the others got the winner's name."""
    commanders = [await Commander(url, token).__aenter__() for token in tokens for _ in range(SOCKETS)]
    clicks = [
        commanders[number % len(commanders)].send("escalate", f"case:hotline/{key}", 0, {})
        for number in range(CLICKS)
    ]
    answers: list[Answer] = list(await asyncio.gather(*clicks))
    for commander in commanders:
        await commander.__aexit__()
    told = sum(1 for one in answers if one.refused and one.refused.winner and one.refused.winner.by)
    return sum(1 for one in answers if one.done), told


def paced(
    running: Running, cast: Cast, page: Page, seconds: float, tasks: list[tuple[str, str]]
) -> dict[str, Any]:
    """Send fifty orders a second, five of them by clicks on the desk of ``page``; return the delays.

    With ``tasks`` (id, agency) half of the other orders are their steps.
    """
    url, ordered = running.console.replace("http", "ws"), [f"o{number}" for number in range(ORDERED)]
    cookie = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
    watch, others = Watch(), Ordered(url, cast.tokens["li"])
    working = TaskOrders(url, cast.tokens, tasks)
    beside_desk = ORDERS_A_SECOND - DESK_A_SECOND
    for_tasks = beside_desk / 2 if tasks else 0.0

    async def beside() -> None:
        watching = asyncio.create_task(watch.run(f"{url}/live/desk", cookie, running.console))
        while not watch.rows:  # noqa: ASYNC110  # the socket runs in the same loop
            await asyncio.sleep(0.05)
        await asyncio.gather(
            others.run(ordered, beside_desk - for_tasks, seconds), working.run(for_tasks, seconds)
        )
        await asyncio.sleep(2)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    before = processor_time()
    thread = threading.Thread(target=lambda: asyncio.run(beside()))
    thread.start()
    wait_for(lambda: watch.rows > 0)
    marks = [row_key_of(f"hotline/p{number}") for number in range(PRESSED)]
    presses = page.evaluate(PRESS, [marks, 1000 / DESK_A_SECOND, int(DESK_A_SECOND * seconds)])
    thread.join()
    stolen, all_ = (after - at for after, at in zip(processor_time(), before, strict=True))
    pressed = dict(others.pressed)
    pressed |= {(one["mark"], one["version"]): one["at"] for one in presses if one["version"] is not None}
    answers = [one["ms"] for one in presses if one["version"] is not None]
    seen = [(watch.seen[key] - at) * 1000 for key, at in pressed.items() if key in watch.seen]
    shown = [(watch.tasks[key] - at) * 1000 for key, at in working.pressed.items() if key in watch.tasks]
    about_tasks = {
        "task_answer_p50_ms": round(percentile(working.answers, 0.5), 1),
        "task_answer_p99_ms": round(percentile(working.answers, 0.99), 1),
        "task_answers": len(working.answers),
        "task_seen_p50_ms": round(percentile(shown, 0.5), 1) if shown else None,
        "task_seen_p99_ms": round(percentile(shown, 0.99), 1) if shown else None, "task_seen": len(shown),
        "task_unseen": len(working.pressed) - len(shown), "task_refused": len(working.refused),
    } if tasks else {}  # fmt: skip
    return {
        **about_tasks,
        "answer_p50_ms": round(percentile(answers, 0.5), 1),
        "answer_p99_ms": round(percentile(answers, 0.99), 1), "answers": len(answers),
        "seen_p50_ms": round(percentile(seen, 0.5), 1), "seen_p99_ms": round(percentile(seen, 0.99), 1),
        "seen": len(seen), "unseen": len(pressed) - len(seen),
        "refused": len(others.refused) + sum(1 for one in presses if one["version"] is None),
        "stolen_pct": round(100 * stolen / all_, 1),
    }  # fmt: skip


def measure(running: Running, cast: Cast, seconds: float, incidents: int, tasks: int) -> dict[str, Any]:
    lon, lat = PLACES[1]
    hot = [f"p{n}" for n in range(PRESSED)] + [f"o{n}" for n in range(ORDERED)] + ["one"]
    many = [f"n{number}" for number in range(OTHERS)]
    # Far enough apart that no two cases count as the same place.
    spread = {
        key: {"lon": lon + n % ACROSS * APART, "lat": lat + n // ACROSS * APART}
        for n, key in enumerate([*hot, *many])
    }
    publish(running, "case", [case(key, urgency="critical", **spread[key]) for key in hot])
    for start in range(0, OTHERS, 500):
        publish(running, "case", [case(key, **spread[key]) for key in many[start : start + 500]])
    url = running.console.replace("http", "ws")
    asyncio.run(open_incidents(url, cast.tokens["chen"], incidents, tasks))
    issued = [fact for fact in cast.all_facts() if fact["type"] == "TaskIssued"]
    opened = [(fact["subject"].removeprefix("task:"), fact["data"]["agency"]) for fact in issued]
    with chromium() as browser:
        sight = cast.desk(browser, "chen")
        last = row_key_of(f"hotline/p{PRESSED - 1}")
        sight.wait("(mark) => Boolean(window.citywall?.desk?.row(mark))", 60, last)
        time.sleep(3)
        result = paced(running, cast, sight.page, seconds, opened)
        sight.close()
    told = [cast.tokens[name] for name in ("chen", "li", "gu")]
    won, lost = asyncio.run(winners(url, told, "one"))
    result |= {"winners": won, "told_the_winner": lost}
    result["commands_per_s"] = round(asyncio.run(throughput(url, cast.tokens["gu"], many, THROUGHPUT_S)))
    result["floor"] = asyncio.run(floor(running.settings.log_url))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="less than a minute: orders for 15 seconds")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--incidents", type=int, default=0, help="open incidents, 0 for none")
    parser.add_argument("--tasks", type=int, default=12, help="tasks of each incident")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        running = Running(Path(folder), log_format="json")
        try:
            with Cast(running, {agency: agency for agency in AGENCIES}) as cast:
                running.start()
                seconds = QUICK_S if options.quick else options.seconds
                result = measure(running, cast, seconds, options.incidents, options.tasks)
        finally:
            running.stop()
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
