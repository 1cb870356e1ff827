"""``audit verify``, ``audit export``, ``backup``, ``restore``: verify and copy the ledger."""

import asyncio
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import click

from city.clocks.timestamps import parse
from console.deployment.district import read_district
from console.deployment.log_connection import open_ledger
from console.deployment.settings import Settings, read_settings
from feeds.ledger.anchors import Anchors
from feeds.ledger.audit import Verdict, verify_ledger
from feeds.ledger.audit_export import Filter, export
from feeds.ledger.backup_files import Manifest
from feeds.ledger.segments import Segments

__all__ = ["audit", "backup", "data_dir_option", "restore"]

data_dir_option = click.option(
    "--data-dir", type=click.Path(path_type=Path), help="folder of the district's data"
)


@click.group()
def audit() -> None:
    """Verify and export the ledger."""


@audit.command("verify")
@data_dir_option
def verify(data_dir: Path | None) -> None:
    """Verify the whole chain; name the first row that was changed, deleted, moved or cut off."""
    verdict = asyncio.run(_verify(read_settings(data_dir=data_dir)))
    _say(verdict)


@audit.command("check-backup")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def check(folder: Path) -> None:
    """Verify a backup where it lies, with no server."""
    from feeds.ledger.backup import check_backup  # only this command and restore need it

    _say(check_backup(folder)[1])


def _say(verdict: Verdict) -> None:
    if verdict.bad is not None:
        bad = verdict.bad
        message = f"position {bad.position} ({bad.recorded_at}): {bad.reason}"
        raise click.ClickException(message)
    click.echo(f"good: {verdict.position} facts, head {verdict.hash}, {verdict.anchors} anchors met")


async def _verify(settings: Settings) -> Verdict:
    data = settings.data_dir
    async with open_ledger(settings) as ledger:
        anchors = Anchors(data / "anchors.log").read()
        return await verify_ledger(ledger, Segments(data / "ledger"), anchors)


class Moment(click.ParamType[str]):
    """A day in the district's time zone (``2026-11-22``), or ISO 8601 with an offset."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the form only: a day's time zone is known only with the data dir."""
        try:
            date.fromisoformat(value)
        except ValueError:
            try:
                parse(value)
            except ValueError:
                self.fail(f"expected 2026-11-22 or 2026-11-22T08:00:00+08:00, got {value!r}", param, ctx)
        return str(value)


@audit.command("export")
@data_dir_option
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--after", type=int, default=0, help="only facts behind this position")
@click.option("--case", default="", help="only facts on this case (its key, or its mark from a screen)")
@click.option("--since", type=Moment(), help="only facts recorded then or later (a day or ISO 8601)")
@click.option("--until", type=Moment(), help="only facts recorded before then")
@click.option("--type", "types", multiple=True, help="only facts of this type; may be given again")
@click.option("--people", is_flag=True, help="who was shown which personal field: a line for each")
def export_(data_dir: Path | None, form: str, **only: Any) -> None:
    """Write the ledger to standard output, as docs/how-to/audit.md says."""
    settings = read_settings(data_dir=data_dir)
    zone = ZoneInfo(read_district(settings.data_dir).timezone)
    since, until = (_epoch(only.pop(name), zone) for name in ("since", "until"))
    asked = Filter(since=since, until=until, types=frozenset(only.pop("types")), **only)
    asyncio.run(_export(settings, "csv" if form == "csv" else "jsonl", asked))


def _epoch(text: str | None, zone: ZoneInfo) -> float | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()


async def _export(settings: Settings, form: Literal["csv", "jsonl"], only: Filter) -> None:
    async with open_ledger(settings) as ledger:
        segments = Segments(settings.data_dir / "ledger")
        async for line in export(ledger, segments, form=form, only=only):
            click.echo(line, nl=False)


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--with-archive", is_flag=True, help="the telemetry archive (archive/) too; it may be large")
@data_dir_option
def backup(target: Path, data_dir: Path | None, with_archive: bool) -> None:
    """Copy a city, running or not, into the new folder TARGET (docs/how-to/back-up.md)."""
    settings = read_settings(data_dir=data_dir)

    async def work() -> Manifest:
        from feeds.ledger.backup import backup  # as above

        async with open_ledger(settings) as ledger:
            return await backup(settings.data_dir, ledger, target, now=time.time(), archive=with_archive)

    for line in _contents(target, asyncio.run(work()), with_archive=with_archive):
        click.echo(line)


def _contents(target: Path, manifest: Manifest, *, with_archive: bool) -> Iterator[str]:
    """Yield what a backup contains and what it leaves out."""
    archived = sum(name.startswith("files/archive/") for name in manifest.files)
    settings = sum(name.startswith("files/") for name in manifest.files) - archived
    size = sum(copied.bytes for copied in manifest.files.values()) / 1e6
    yield f"{target}: {manifest.position} facts, head {manifest.hash}"
    holds = [f"the ledger, {settings} files of the data dir (accounts, people, anchors, settings, tables)"]
    if with_archive:
        holds.append(f"the telemetry archive ({archived} files)")
    yield f"holds: {', '.join(holds)}; {size:.1f} MB"
    without = "" if with_archive else "the telemetry archive (archive/; --with-archive takes it), "
    yield f"leaves out: {without}telemetry and pictures in memory, snapshots (they are made again)"


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@data_dir_option
def restore(source: Path, data_dir: Path | None) -> None:
    """Put the backup SOURCE back into an empty data dir and an empty ledger."""
    settings = read_settings(data_dir=data_dir)
    settings.data_dir.mkdir(parents=True, exist_ok=True)

    async def work() -> str:
        from feeds.ledger.backup import restore  # as above

        async with open_ledger(settings) as ledger:
            return await restore(source, settings.data_dir, ledger)

    click.echo(f"restored; the new epoch is {asyncio.run(work())}")
