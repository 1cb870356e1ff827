"""``drill``: plays an exercise against a city of its own."""

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

import static
from console.deployment.logs import log_to_stderr
from console.drill.script import Line, Script, read_script

__all__ = ["drill"]

SHIPPED = "typhoon"
PEOPLE_SPEED = 10.0
HOLDERS = ("agency", "duty", "street", "inspector")


@click.group()
def drill() -> None:
    """Play an exercise in a city of its own; it reaches nothing of the real one."""


@drill.command("check")
@click.argument("script", default=SHIPPED)
def check(script: str) -> None:
    """Check a script, shipped (typhoon) or a file; name each fault by its line."""
    read = read_script(_path(script))
    checks = sum(bool(line.check) for line in read.line)
    click.echo(f"good: {len(read.line)} lines, {checks} checkpoints")


@drill.command("run")
@click.argument("script", default=SHIPPED)
@click.option("--step", is_flag=True, help="wait for Enter before each line")
@click.option(
    "--speed", type=float, help="city seconds per second; default: jump from one due moment to the next"
)
@click.option(
    "--with-people",
    is_flag=True,
    help=f"people act on the pages beside the script (speed {PEOPLE_SPEED:.0f})",
)
@click.option(
    "--people",
    default="",
    metavar="NAME,…",
    help="accounts that people play: the script waits for their acts, with a standing clock",
)
@click.option("--port", type=int, default=5106, show_default=True, help="port of the drill's console")
@click.option("--gateway-port", type=int, default=8865, show_default=True, help="port of the drill's gateway")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="write the after-action report (.html or .pdf); may be given twice",
)
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="of the report"
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="keep the drill city's data in this new folder",
)
def run(script: str, **options: Any) -> None:
    """Play SCRIPT (typhoon, or a file) in a city of its own and assert its checkpoints.

    Ends with 0 when every line and checkpoint was good, 1 otherwise, 2 when the drill could not be played.
    """
    from console.drill.running import DrillFailed, play_drill  # the whole program; check needs none of it

    read = read_script(_path(script))
    people = _people(read, options.pop("people"))
    # Who waits for somebody, for Enter or for a person's act, must not let the time run away meanwhile.
    runs = options["with_people"] and not (people or options["step"])
    speed = options.pop("speed") or (PEOPLE_SPEED if runs else 0.0)
    options["with_people"] |= bool(people)
    if speed < 0:
        raise click.BadParameter("expected a positive number", param_hint="--speed")
    before = _wait_for_enter(read) if options.pop("step") else None
    log_to_stderr("text", "drill")
    with _folder(options.pop("keep")) as data:
        try:
            good = asyncio.run(
                play_drill(data, read, rate=speed, say=click.echo, before=before, people=people, **options)
            )
        except DrillFailed as error:
            raise click.UsageError(str(error)) from error
    if not good:
        raise click.exceptions.Exit(1)


def _people(script: Script, names: str) -> frozenset[str]:
    """Return the accounts that people play; a name that the script does not have is refused."""
    chosen = frozenset(name.strip() for name in names.split(",") if name.strip())
    known = {person.key for person in script.person}
    wrong = [name for name in chosen - known if name.partition("-")[0] not in HOLDERS]
    if wrong:
        expected = f"{', '.join(sorted(known))}, or {', '.join(f'{kind}-<code>' for kind in HOLDERS)}"
        raise click.BadParameter(f"expected some of {expected}; got {wrong[0]!r}", param_hint="--people")
    return chosen


def _path(script: str) -> Path:
    return static.path(f"drills/{script}.toml") if script == SHIPPED else Path(script)


@contextlib.contextmanager
def _folder(keep: Path | None) -> Any:
    """Yield an empty folder: a temporary one, or the new one to keep."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="citywall-drill-") as folder:
            yield Path(folder)
        return
    if keep.exists() and any(keep.iterdir()):
        raise click.BadParameter(
            f"{keep} is not empty: a drill never uses existing data", param_hint="--keep"
        )
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


def _wait_for_enter(script: Script) -> Callable[[Line], Awaitable[None]]:
    async def before(line: Line) -> None:
        clock = datetime.fromtimestamp(script.t0 + line.offset_s, ZoneInfo("Asia/Shanghai"))
        what = line.text.get("zh") or line.order or line.check or line.kind
        await asyncio.to_thread(input, f"[Enter] {line.at} · {clock:%m-%d %H:%M} · {what} ")

    return before
