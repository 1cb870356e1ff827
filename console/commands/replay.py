"""``replay``: sends a recording through the gateway, like any publisher."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from console.commands.audit import data_dir_option
from console.deployment.district import read_district
from console.deployment.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeds.sources.replay.report import Report

__all__ = ["replay"]

GROUPS = 20
SOME_NOT_TAKEN = 3


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--token", help="token with the right to publish (default: the demo's)")
@click.option("--gateway", help="ws://host:port of the gateway")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), help="mapping file of a table")
@click.option("--shift", type=click.Choice(["now"]), help="move all times so that the newest is now")
@click.option("--rate", type=float, help="60 sends an hour in a minute; default: as fast as possible")
@click.option("--onto-district", is_flag=True, help="transplant positions onto this district")
@click.option("--lon", type=float, help="place of a single camera or device")
@click.option("--lat", type=float, help="place of a single camera or device")
@click.option("--name", default="", help="name of a single camera or device")
@click.option("--loops", type=int, default=1, show_default=True, help="how often a video is played")
@click.option("--unfold", is_flag=True, help="send a history step by step instead of its last state")
@click.option("--wait", type=float, default=30.0, show_default=True, help="seconds for an absent gateway")
@click.option("--dry-run", is_flag=True, help="read and validate all, send nothing")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of all that was not taken as it stands",
)
@data_dir_option
def replay(file: Path, **options: Any) -> None:
    """Send FILE through the gateway: cases, Open311, readings, storms, warnings, CAP, video.

    Ends with 0 when every item was accepted or known already, 3 when some were left out or refused, 1 when
    none was taken or an error ended it, 2 when the command itself is wrong.
    """
    settings = read_settings(data_dir=options["data_dir"], gateway_url=options["gateway"])
    token = "" if options["dry_run"] else options["token"] or _demo_token(settings)
    # The sources import pandas, PyAV and more, which takes seconds; other commands do not need them.
    from feeds.clients.publisher import PublishRefused
    from feeds.sources.contract import SourceError
    from feeds.sources.replay.report import Report, write_csv

    if options["report"]:
        write_csv(options["report"], ())  # an unwritable path fails before anything is sent
    so_far = Report(file.stem, "")

    def keep(report: Report) -> None:
        nonlocal so_far
        so_far = report

    error = None
    try:
        asyncio.run(_replay(file, settings, token, options, keep))
    except (PublishRefused, SourceError) as failure:
        error = failure
    if options["report"]:
        write_csv(options["report"], so_far.entries())
    if so_far.read:
        click.echo(("dry run, nothing was sent: " if options["dry_run"] else "") + str(so_far))
    groups = so_far.groups()
    for group in groups[:GROUPS]:
        click.echo(f"  {group}", err=True)
    if len(groups) > GROUPS:
        click.echo(f"  {len(groups) - GROUPS} more reasons: --report FILE.csv names all", err=True)
    if error is not None:
        raise click.ClickException(str(error))
    if not so_far.accepted + so_far.known:
        raise click.ClickException("nothing was taken")
    if so_far.refused or so_far.left_out:
        sys.exit(SOME_NOT_TAKEN)


async def _replay(
    file: Path, settings: Settings, token: str, options: dict[str, Any], keep: "Callable[[Report], None]"
) -> None:
    from feeds.clients.publisher import Publisher
    from feeds.sources.contract import OpenOptions
    from feeds.sources.registry import open_source
    from feeds.sources.replay.dry_run import DryRun
    from feeds.sources.replay.replay import ReplayOptions, replay
    from feeds.sources.replay.shifting import District

    now = time.time()
    source = open_source(
        file,
        OpenOptions(
            start=now, mapping=options["mapping"], name=options["name"], lon=options["lon"],
            lat=options["lat"], loops=options["loops"], unfold=options["unfold"],
        ),
    )  # fmt: skip
    district = None
    if options["onto_district"]:
        path = read_district(settings.data_dir).atlas_dir / "streets.geojson"
        district = District(json.loads(path.read_text(encoding="utf-8")))
    how = ReplayOptions(
        shift_to=now if options["shift"] else None,
        rate=options["rate"],
        district=district,
        sleep=_no_pause if options["dry_run"] else asyncio.sleep,
    )

    def sender(topic: str) -> Any:
        if options["dry_run"]:
            # A source that plays in real time has records with future times.
            return DryRun.publisher(topic, float("inf") if source.rate else now)
        return Publisher(settings.feed_url, topic, token, wait_s=options["wait"])

    with tqdm(total=source.total, unit=" records", desc=source.name, dynamic_ncols=True) as bar:

        def progress(report: "Report", total: int | None) -> None:
            keep(report)
            bar.total = total
            bar.update(report.done - bar.n)

        await replay(source, sender, options=how, progress=progress)


async def _no_pause(_: float) -> None:
    await asyncio.sleep(0)


def _demo_token(settings: Settings) -> str:
    from console.demo.accounts import PUBLISHER, demo_secrets  # only when no token is given

    if not (settings.data_dir / "demo-tokens.json").exists():
        message = "--token: expected a token with the right to publish (citywall token new …)"
        raise click.UsageError(message)
    return demo_secrets(settings.data_dir).tokens[PUBLISHER]
