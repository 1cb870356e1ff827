"""The demo's supervisor: starts all processes on one machine and stops them cleanly at Ctrl-C."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

import msgspec
import structlog

from city.duty.roster import OnDuty, RosterRow, on_duty, posts_at, read_roster
from console.demo.accounts import PUBLISHER, SUBSCRIBER, VIEWER, Secrets, User, demo_secrets, demo_users
from console.demo.baselines import write_baselines
from console.demo.feeds import city_clock
from console.demo.past import generate_past
from console.demo.shifts import first_shifts
from console.demo.villages import write_villages
from console.deployment.district import read_district, read_rows, read_streets
from console.deployment.log_connection import lock_data_dir, socket_dir
from console.deployment.settings import Settings
from feeds.storage.embedded_servers import EmbeddedServers, ServerNotStarted
from feeds.storage.log_file import LogFileDamaged
from layers.atlas.atlas import Atlas

__all__ = ["Demo", "DemoError"]

RESTART_AFTER_S = (0.5, 1.0, 2.0, 5.0, 10.0)
STOP_WAIT_S = 12.0

log = structlog.get_logger(__name__)


class DemoError(Exception):
    """The demo cannot start; the text says why and what to do."""


class Child:
    """One process of the demo, restarted when it dies."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str], log: IO[bytes]) -> None:
        self.name = name
        self._arguments = arguments
        self._environment = environment
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.restarts = 0

    async def keep(self) -> None:
        """Run the process and restart it whenever it ends."""
        while True:
            started = time.monotonic()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "console.cli", *self._arguments,
                env=self._environment, stdout=self._log, stderr=self._log, start_new_session=True,
            )  # fmt: skip
            await self._process.wait()
            if time.monotonic() - started > 60:
                self.restarts = 0
            await asyncio.sleep(RESTART_AFTER_S[min(self.restarts, len(RESTART_AFTER_S) - 1)])
            self.restarts += 1

    async def stop(self) -> None:
        """Terminate the process; kill it after ``STOP_WAIT_S``."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_WAIT_S)
        except TimeoutError:
            process.kill()
            await process.wait()


class Demo:
    """One demo on one data dir."""

    def __init__(
        self, settings: Settings, *, scale: int, seed: int, feeds: bool, say: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._scale = scale
        self._seed = seed
        self._feeds = feeds
        self._say = say
        self._lock: IO[str] | None = None

    async def run(self) -> None:
        """Run until SIGINT or SIGTERM.

        Raises DemoError, DistrictError, UnreadableAtlas, DataDirTaken when it cannot start.
        """
        data = _writable(self._settings.data_dir)
        self._lock = lock_data_dir(data)
        if self._feeds:
            local = datetime.fromtimestamp(time.time(), ZoneInfo(read_district(data).timezone))
            first_shifts(data, local.hour * 60 + local.minute)
            write_baselines(data)
            write_villages(data)
        _check_district(data)
        for name, port in (("console", self._settings.port), ("gateway", self._settings.gateway_port)):
            _check_free(name, port)
        servers = EmbeddedServers(data, socket_dir=socket_dir(data))
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await asyncio.to_thread(servers.start, take_over=True)
        try:
            await self._run(data, servers, stopped)
        finally:
            await asyncio.to_thread(servers.stop)

    async def _run(self, data: Path, servers: EmbeddedServers, stopped: asyncio.Event) -> None:
        kept = await asyncio.to_thread(demo_secrets, data)
        settings = msgspec.structs.replace(
            self._settings, log_url=servers.log_url, pictures_url=servers.pictures_url,
            gateway_token=kept.tokens[SUBSCRIBER], open_loopback=True, parent_pid=os.getpid(),
        )  # fmt: skip
        environment = {**os.environ, **settings.environment()}
        with (data / "demo.log").open("ab") as log:
            names = ["gateway", "engine", "console"]
            children = [Child(name, [name], environment, log) for name in names]
            if self._feeds:
                arguments = ["feeds", "--scale", str(self._scale), "--seed", str(self._seed)]
                children.append(Child("feeds", arguments, environment, log))
            at_work = asyncio.create_task(self._work(settings, children))
            tasks = [
                asyncio.create_task(stopped.wait()),
                asyncio.create_task(_keep_servers(servers)),
                asyncio.create_task(self._announce(kept, settings)),
                at_work,
            ]
            try:
                await asyncio.wait([tasks[0], at_work], return_when=asyncio.FIRST_COMPLETED)
                if at_work.done():
                    at_work.result()  # it ends only by failing
            finally:
                self._say("stopping …")
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                # Publishers first, the gateway last, so that every sent record is accepted.
                for child in reversed(children):
                    await child.stop()

    async def _work(self, settings: Settings, children: list[Child]) -> None:
        """Append a past to an empty ledger, then run the processes."""
        if self._feeds:
            facts = await generate_past(settings, scale=self._scale, seed=self._seed)
            if facts:
                self._say(f"recorded a past week: {facts} facts")
        await asyncio.gather(*(child.keep() for child in children))

    async def _announce(self, kept: Secrets, settings: Settings) -> None:
        console = f"http://{settings.host}:{settings.port}"
        self._say(f"starting (log: {settings.data_dir / 'demo.log'}) …")
        users = await asyncio.to_thread(demo_users, settings.data_dir)
        while not await asyncio.to_thread(_answers, f"{console}/readyz"):  # noqa: ASYNC110  # another process's state
            await asyncio.sleep(0.5)
        clock = await city_clock(settings, kept.tokens[SUBSCRIBER])
        now = clock.at(time.time())
        self._say("\n".join((*_addresses(settings, kept), *_people(settings.data_dir, users, now))))


def _addresses(settings: Settings, kept: Secrets) -> list[str]:
    console = f"http://{settings.host}:{settings.port}"
    gateway = f"ws://{settings.gateway_host}:{settings.gateway_port}"
    tokens, street = kept.tokens, read_streets(read_district(settings.data_dir)).codes[0]
    return [
        "Citywall is running · 演示",
        f"  the wall              {console}/wall          ({console}/wall?lang=en)",
        f"  the desk              {console}/desk          (sign in as somebody on shift, see below)",
        f"  duty and hand-over    {console}/duty",
        f"  police, fire          {console}/agency/ga     {console}/agency/xf",
        f"  sanitation, a street  {console}/agency/lh     {console}/street/{street}",
        f"  checks, workstation   {console}/check     {console}/station     (sign in as checker, village)",
        f"  from another machine  {console}/open/wall?key={tokens[VIEWER]}",
        f"  feed gateway          {gateway}",
        f"  tokens                publish: {tokens[PUBLISHER]}",
        f"                        subscribe: {tokens[SUBSCRIBER]}",
        "  stop with Ctrl-C; the next start goes on where this one was",
    ]


def _people(data: Path, users: list[User], city_now: float) -> list[str]:
    """Return a line per account to sign in with, and the two of the next hand-over.

    ★ marks who is on shift at a city time.
    """
    offset = read_district(data).zone_offset_s(time.time())
    roster = read_roster(read_rows(data, "roster.csv")[0])
    duty = on_duty(roster, city_now, zone_offset_s=offset)
    rotating = posts_at(roster, "rotating_leader", city_now, zone_offset_s=offset)
    posts = (duty.duty_leader, duty.shift_lead, duty.duty_officer, *rotating)
    on_shift = {post.name for post in posts if post}
    lines = ["", "  demo accounts: name, password, PIN for the seat at a wall (★ on shift now)"]
    for user in users:
        star = "★" if user.display in on_shift else " "
        lines.append(f"  {star} {user.name:<11} {user.password}   {user.pin}   {user.display}")
    return [*lines, *_hand_over(roster, users, duty, offset)]


def _hand_over(
    roster: tuple[RosterRow, ...], users: list[User], duty: OnDuty, zone_offset_s: int
) -> list[str]:
    """Return the line that says when the next hand-over is, and which two accounts sign it."""
    if duty.handover_at is None or duty.shift_lead is None:
        return []
    following = on_duty(roster, duty.handover_at + 1.0, zone_offset_s=zone_offset_s).shift_lead
    names = {user.display: user.name for user in users}
    leads = [names.get(post.name, post.name) for post in (duty.shift_lead, following) if post]
    clock = time.strftime("%H:%M", time.gmtime(duty.handover_at + zone_offset_s))
    return [
        f"  hand-over at {clock} city time, at /duty: signed by {' (outgoing) and '.join(leads)} (incoming)"
    ]


async def _keep_servers(servers: EmbeddedServers) -> None:
    """Restart dead servers until cancelled; log each error once."""
    logged = ""
    while True:
        await asyncio.sleep(0.5)
        try:
            await asyncio.to_thread(servers.restart_dead)
            logged = ""
        except (LogFileDamaged, ServerNotStarted) as error:
            if str(error) != logged:
                log.error("server_not_started", error=str(error))
            logged = str(error)


def _writable(data: Path) -> Path:
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            return data.resolve()
    except OSError as error:
        message = f"data dir {data}: cannot be written: {error.strerror}"
        raise DemoError(message) from error


def _check_district(data: Path) -> None:
    """Read the files that every process reads at its start: an unreadable one would make them all fail."""
    district = read_district(data)
    Atlas.read(district.atlas_dir)
    read_streets(district)


def _check_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            option = "--port" if name == "console" else "--gateway-port"
            message = f"port {port} of the {name} is taken; choose another with {option}"
            raise DemoError(message) from error


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except OSError:
        return False
