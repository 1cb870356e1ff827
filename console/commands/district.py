"""``district new``: writes the starter files of a district into a folder."""

import shutil
from pathlib import Path

import click

import static
from city.dispatch.tables.linkage_tables import KINDS_FILE
from console.deployment.table_files import TABLES

__all__ = ["EXAMPLES", "district", "new_district"]

EXAMPLES = tuple(sorted(path.name for path in static.path("examples").iterdir() if path.is_dir()))
"""The shipped invented districts, each with its map."""


@click.group()
def district() -> None:
    """A district of your own."""


@district.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--example", type=click.Choice(EXAMPLES), help="a whole invented district instead, to look at")
def new(folder: Path, example: str | None) -> None:
    """Write commented starter files into FOLDER, which becomes a district's data dir."""
    new_district(folder, example or "")
    click.echo(f"{folder}: see README.md there, and docs/how-to/add-a-district.md")


def new_district(folder: Path, example: str = "") -> None:
    """Write the starter files into a missing or empty folder; an example replaces them and adds its map.

    Raises click.ClickException when the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder}: expected an empty folder; nothing was written")
    shutil.copytree(static.path("starter"), folder, dirs_exist_ok=True)
    for name in TABLES:
        if not (folder / name).exists():
            shutil.copyfile(static.path(f"tables/{name}"), folder / name)
    shutil.copyfile(static.path(f"tables/{KINDS_FILE}"), folder / KINDS_FILE)
    shutil.copytree(static.path("tables/linkage"), folder / "linkage")
    if example:
        from console.commands.atlas import write_atlas  # the processes import this module, and draw no atlas

        shutil.copytree(static.path(f"examples/{example}"), folder, dirs_exist_ok=True)
        write_atlas(folder / "map", folder)
