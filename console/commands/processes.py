"""The processes: ``demo``, and those of the Procfile."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click
import msgspec

import static
from console.commands.district import EXAMPLES, new_district
from console.deployment.district import is_built_in, read_district
from console.deployment.logs import log_to_stderr
from console.deployment.settings import Settings, SettingsError, read_settings

__all__ = ["console", "demo", "engine", "feeds", "gateway", "review"]


def run_until_stopped(work: Coroutine[Any, Any, None], settings: Settings) -> None:
    """Run ``work`` until it ends, SIGINT or SIGTERM arrives, or (if set) the parent process ends."""

    async def guarded() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        parent = settings.parent_pid
        orphaned = asyncio.ensure_future(_end_with_parent(parent, task)) if parent else None
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if orphaned is not None:
            orphaned.cancel()

    asyncio.run(guarded())


async def _end_with_parent(parent: int, task: asyncio.Future[None]) -> None:
    # The parent told its id before it started us: it may have died while we were importing.
    while os.getppid() == parent:  # noqa: ASYNC110  # a killed parent sends no event
        await asyncio.sleep(1.0)
    task.cancel()


def settings_for(process: str) -> Settings:
    """Read the settings of a process that needs both servers; send its logs to stderr."""
    settings = read_settings()
    for name in ("log_url", "pictures_url"):
        if not getattr(settings, name):
            message = f"CITYWALL_{name.upper()}: expected the address of a server, got nothing"
            raise SettingsError(message)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    log_to_stderr(settings.log_format, process)
    return settings


@click.command()
@click.option("--port", type=int, help="port of the console (5006)")
@click.option("--gateway-port", type=int, help="port of the feed gateway (8765)")
@click.option("--data-dir", type=click.Path(path_type=Path), help="folder of the demo's data (data)")
@click.option("--rate", type=float, help="city seconds per second (1)")
@click.option("--scale", type=click.IntRange(1, 20), default=1, show_default=True, help="size of the city")
@click.option("--seed", type=int, default=1, show_default=True, help="which invented city")
@click.option("--district", type=click.Choice(EXAMPLES), help="a shipped example instead; it has no feeds")
@click.option("--no-feeds", is_flag=True, help="start everything but the invented city's feeds")
def demo(**options: Any) -> None:
    """Run everything on this machine: two servers, gateway, engine, console and an invented city."""
    from console.demo.supervisor import Demo, DemoError  # the other processes do not need it

    scale, seed = options.pop("scale"), options.pop("seed")
    feeds, example = not options.pop("no_feeds"), options.pop("district") or ""
    options["city_rate"] = options.pop("rate")
    settings = read_settings(**options)
    log_to_stderr("text", "demo")
    if example and not _is_example(settings.data_dir, example):
        new_district(settings.data_dir, example)
    feeds = feeds and is_built_in(settings.data_dir)
    settings = msgspec.structs.replace(settings, demo=bool(feeds or example))
    try:
        asyncio.run(Demo(settings, scale=scale, seed=seed, feeds=feeds, say=click.echo).run())
    except DemoError as error:
        raise click.ClickException(str(error)) from error


def _is_example(data_dir: Path, example: str) -> bool:
    """Whether a data dir already holds the shipped example: the demo continues."""
    path = data_dir / "city.toml"
    return (
        path.exists()
        and read_district(data_dir).code == read_district(static.path(f"examples/{example}")).code
    )


@click.command()
def console() -> None:
    """Serve the pages."""
    from console.app.serve import serve  # the drawing libraries take seconds to import

    settings = settings_for("console")
    run_until_stopped(serve(settings), settings)


@click.command()
def gateway() -> None:
    """Run the feed gateway."""
    from console.app.gateway_process import run_gateway  # each process imports only what it needs

    settings = settings_for("gateway")
    run_until_stopped(run_gateway(settings), settings)


@click.command()
def engine() -> None:
    """Run the engine: snapshots, anchors, archive, source alarms."""
    from console.engine.engine import run_engine  # as above

    settings = settings_for("engine")
    run_until_stopped(run_engine(settings), settings)


@click.command()
@click.option("--as-it-is", is_flag=True, help="show the history as its files are, not the ledger's")
def review(as_it_is: bool) -> None:
    """Serve the review (复盘): maps and curves of any past period."""
    from console.review.review_process import run_review  # as above

    settings = settings_for("review")
    run_until_stopped(run_review(settings, refresh=not as_it_is), settings)


@click.command(hidden=True)
@click.option("--scale", type=int, default=1)
@click.option("--seed", type=int, default=1)
def feeds(scale: int, seed: int) -> None:
    """Publish the invented city of the demo through the gateway."""
    from console.demo.feeds import run_feeds  # as above

    settings = msgspec.structs.replace(read_settings(), demo=True)
    log_to_stderr(settings.log_format, "feeds")
    run_until_stopped(run_feeds(settings, scale=scale, seed=seed, clock=time.time), settings)
