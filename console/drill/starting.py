"""Starts a drill city: its files, servers and processes; stops them at the end."""

import asyncio
import contextlib
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from console.demo.supervisor import Child
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district
from console.deployment.settings import drill_settings, process_environment
from console.drill.accounts import Access, make_access, write_roster
from console.drill.city import DrillCity, DrillError
from console.drill.script import Script
from feeds.sources.demo.people.pictures import store_pictures
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.storage.photo_files import PhotoFiles

__all__ = ["Starter", "prepare", "running_city"]

READY_S: Final = 180.0
BEFORE_S: Final = 600.0
"""How long before the first line the city's clock begins."""

Starter = Callable[[str, dict[str, str], Path], Any]
"""Starts a process by name, environment and file of its log; returns what can be terminated and joined."""


def prepare(data: Path, script: Script, *, with_people: bool, people: frozenset[str] = frozenset()) -> Access:
    """Write the files of a new drill city: roster, accounts and tokens, photos of its people."""
    write_roster(data, script)
    rules = read_decision_rules(read_district(data), data, on=script.landfall[:10])
    store_pictures(PhotoFiles(data))
    agencies = {code: agency.short for code, agency in rules.agencies.items()}
    return make_access(data, script, agencies, rules.streets, with_people=with_people, people_of=people)


@asynccontextmanager
async def running_city(
    data: Path,
    script: Script,
    *,
    port: int,
    gateway_port: int,
    rate: float = 0.0,
    with_people: bool = False,
    people: frozenset[str] = frozenset(),
    start: Starter | None = None,
) -> AsyncIterator[DrillCity]:
    """Run a drill city in an empty data dir: two servers, gateway, engine, console.

    Raises SettingsError where the environment names the real city's servers or data; DrillError.
    ``people``: accounts that people play beside those of the centre; ``start``: starts one of the processes,
    by default as the command line does.
    """
    drill_settings(data)  # refuse before anything is made
    access = await asyncio.to_thread(prepare, data, script, with_people=with_people, people=people)
    servers = EmbeddedServers(data)
    await asyncio.to_thread(servers.start)
    try:
        settings = drill_settings(
            data, log_url=servers.log_url, pictures_url=servers.pictures_url, port=port,
            gateway_port=gateway_port, gateway_token=access.subscriber, city_rate=rate,
            open_loopback=with_people,
        )  # fmt: skip
        city = DrillCity(settings, script, access, rate)
        begin = script.t0 + script.line[0].offset_s - BEFORE_S
        await city.open(begin)
        environment = process_environment(settings)
        async with _processes(environment, data, start):
            await asyncio.to_thread(_wait_until_ready, f"http://{settings.host}:{port}/healthz")
            await city.start(begin)
            following = asyncio.create_task(city.follow())
            try:
                yield city
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                await city.close()
    finally:
        await asyncio.to_thread(servers.stop)


def _wait_until_ready(url: str) -> None:
    """Wait until a console serves; its first pictures may still be drawn. Raises DrillError."""
    last = time.monotonic() + READY_S
    while time.monotonic() < last:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise DrillError(f"the console did not answer within {READY_S:.0f} s (a port that is taken? --port)")


@asynccontextmanager
async def _processes(environment: dict[str, str], data: Path, start: Starter | None) -> AsyncIterator[None]:
    names = ("gateway", "engine", "console")
    with (data / "processes.log").open("ab") as log:
        children = [] if start else [Child(name, [name], environment, log) for name in names]
        started = [start(name, environment, data / "processes.log") for name in names] if start else []
        tasks = [asyncio.create_task(child.keep()) for child in children]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for child in reversed(children):
                with contextlib.suppress(ProcessLookupError):
                    await child.stop()
            for process in reversed(started):
                process.terminate()
                await asyncio.to_thread(process.join, 15)
