"""``replay``: a recording sent through the gateway like anyone else's records."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from console.commands.audit import data_dir_option
from console.district import read_district
from console.settings import Settings, read_settings

__all__ = ["replay"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--token", help="token with the right to publish (default: the demo's)")
@click.option("--gateway", help="ws://host:port of the gateway")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), help="mapping file of a table")
@click.option("--shift", type=click.Choice(["now"]), help="move all times so that the newest is now")
@click.option("--rate", type=float, help="60 tells an hour in a minute; default as fast as it is taken")
@click.option("--onto-district", is_flag=True, help="transplant positions onto this district")
@click.option("--lon", type=float, help="place of a single camera or device")
@click.option("--lat", type=float, help="place of a single camera or device")
@click.option("--name", default="", help="name of a single camera or device")
@click.option("--loops", type=int, default=1, show_default=True, help="how often a video is played")
@click.option("--unfold", is_flag=True, help="tell a history step by step instead of its last state")
@data_dir_option
def replay(file: Path, **options: Any) -> None:
    """Send FILE through the gateway: cases, Open311, readings, storms, warnings, CAP, video."""
    settings = read_settings(data_dir=options["data_dir"], gateway_url=options["gateway"])
    token = options["token"] or _demo_token(settings)
    report = asyncio.run(_replay(file, settings, token, options))
    click.echo(
        f"{report.name}: {report.sent} sent, {report.accepted} accepted, {report.duplicates} known already, "
        f"{report.rejected} rejected, {report.skipped} of the file left out"
    )
    for reason in report.reasons:
        click.echo(f"  rejected: {reason}", err=True)
    for reason, count in report.skipped_by_reason().items():
        click.echo(f"  left out: {count} × {reason}", err=True)


async def _replay(file: Path, settings: Settings, token: str, options: dict[str, Any]) -> Any:
    # The sources import pandas, PyAV and more: seconds that no other command should pay.
    from feeds.publisher import Publisher
    from feeds.sources.contract import OpenOptions
    from feeds.sources.registry import open_source
    from feeds.sources.replay import ReplayOptions, replay
    from feeds.sources.shifting import District

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
    how = ReplayOptions(shift_to=now if options["shift"] else None, rate=options["rate"], district=district)
    with tqdm(total=source.total, unit=" records", desc=source.name, dynamic_ncols=True) as bar:

        def progress(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return await replay(
            source, lambda topic: Publisher(settings.feed_url, topic, token), options=how, progress=progress
        )


def _demo_token(settings: Settings) -> str:
    from console.demo_accounts import PUBLISHER, demo_secrets  # only when no token is given

    if not (settings.data_dir / "demo-tokens.json").exists():
        message = "--token: expected a token with the right to publish (citywall token new …)"
        raise click.UsageError(message)
    return demo_secrets(settings.data_dir).tokens[PUBLISHER]
