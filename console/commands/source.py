"""``source``: connects brokers and services to the gateway, as they measure."""

from pathlib import Path

import click

from city.clocks.timestamps import iso
from console.commands.audit import data_dir_option
from console.commands.processes import run_until_stopped
from console.deployment.logs import log_to_stderr
from console.deployment.settings import read_settings, source_secrets

__all__ = ["source"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--gateway", help="ws://host:port of the gateway; the file's own has priority")
@click.option("--check", is_flag=True, help="check the file and its secrets, connect to nothing")
@click.option("--left-out", is_flag=True, help="list what was left out, changed or rejected, and why")
@data_dir_option
def source(file: Path, gateway: str | None, check: bool, left_out: bool, data_dir: Path | None) -> None:
    """Run the live sources of FILE.toml: MQTT, OGC SensorThings, Frigate.

    See docs/how-to/connect-sensors.md.
    """
    settings = read_settings(data_dir=data_dir, gateway_url=gateway)
    # The MQTT client and the readers; other commands do not need them.
    from feeds.sources.live.credentials import read_credentials
    from feeds.sources.live.running import run_sources
    from feeds.sources.live.source_file import read_source_file

    found = read_source_file(file)
    spools = settings.data_dir / "spool"
    if left_out:
        _list_left_out([one.name for one in found.source], spools)
        return
    if not check:
        log_to_stderr(settings.log_format, "source")
    secrets = file.parent / found.secrets if found.secrets else None
    credentials = read_credentials([one.name for one in found.source], secrets, source_secrets())
    if check:
        click.echo(f"{file}: {len(found.source)} source(s), all fields can be used")
        return
    run_until_stopped(
        run_sources(found, credentials, folder=file.parent, spools=spools, gateway=settings.feed_url),
        settings,
    )


def _list_left_out(names: list[str], spools: Path) -> None:
    from feeds.sources.live.running import spool_path
    from feeds.sources.live.spool import Spool

    for name in names:
        path = spool_path(spools, name)
        if not path.exists():
            continue
        spool = Spool(path, only_read=True)
        for one in spool.left_out():
            what = "left out" if one.skipped else "changed"
            value = f", got {one.value}" if one.value else ""
            field = f"{one.field}: " if one.field else ""
            text = (
                f"{name}\t{what} {one.times} ×\t{one.origin}\t{field}{one.reason}{value}"
                f"\t{iso(one.first_at)} … {iso(one.last_at)}"
            )
            # Text from a broker must not send control characters to the terminal.
            click.echo(
                "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
            )
        spool.close()
