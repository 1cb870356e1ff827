"""``atlas import``: makes a district's map from GeoJSON."""

import csv
import shutil
import time
from pathlib import Path
from typing import cast, get_args

import click

from city.places.datums import Crs
from console.commands.audit import data_dir_option
from console.deployment.settings import read_settings

__all__ = ["atlas", "write_atlas"]


@click.group()
def atlas() -> None:
    """The map of the district."""


@atlas.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--crs", type=click.Choice(get_args(Crs)), help="datum of the files, unless atlas.toml says")
@data_dir_option
def import_(folder: Path, crs: str | None, data_dir: Path | None) -> None:
    """Turn the GeoJSON boundaries, roads and lines in FOLDER into the data dir's atlas."""
    settings = read_settings(data_dir=data_dir)
    write_atlas(folder, settings.data_dir, crs=cast("Crs | None", crs))


def write_atlas(folder: Path, data_dir: Path, *, crs: Crs | None = None) -> None:
    """Make the atlas of a data dir from a folder of GeoJSON; print what was left out to stderr.

    Raises AtlasError when no map can be made; the existing atlas then stays.
    """
    from layers.atlas.checks import check_atlas  # the geographic libraries take seconds to import
    from layers.atlas.importing import import_folder  # as above

    done = import_folder(folder, crs)
    made = done.atlas
    for remark in done.remarks:
        click.echo(str(remark), err=True)
    target, partial = data_dir / "atlas", data_dir / "atlas.new"
    shutil.rmtree(partial, ignore_errors=True)
    made.write(partial)
    with (partial / "streets.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["code", "name", "short", "english"])
        rows.writerows([s.code, s.name, s.short, s.english] for s in made.drawing.streets)
    problems = check_atlas(partial)
    if target.exists():
        target.rename(data_dir / f"atlas.until-{int(time.time())}")
    partial.rename(target)
    for problem in problems:
        click.echo(f"{problem.where}: {problem.what}", err=True)
    click.echo(done.summary)
    click.echo(f"{target}: {len(made.drawing.streets)} streets, sha256 {made.sha256}")
