"""``config check``: what is wrong with a district's own files, before the program meets it."""

from collections.abc import Iterator
from pathlib import Path

import click

from city.duty import read_roster
from console.commands.audit import data_dir_option
from console.district import DistrictError, read_district, read_rows
from console.settings import read_settings

__all__ = ["config"]


@click.group()
def config() -> None:
    """The district's settings and tables."""


@config.command()
@data_dir_option
def check(data_dir: Path | None) -> None:
    """Name what is wrong in city.toml, the tables and the atlas."""
    problems = list(_problems(read_settings(data_dir=data_dir).data_dir))
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise click.ClickException(f"{len(problems)} to mend")
    click.echo("good")


def _problems(data_dir: Path) -> Iterator[str]:
    from layers.district_check import check_atlas  # the geographic libraries take seconds
    from layers.limits import limits_of, lines_of  # as above

    try:
        district = read_district(data_dir)
    except DistrictError as error:
        yield str(error)
        return
    for read in (limits_of, lines_of):
        try:
            read(district.limits)
        except ValueError as error:
            yield f"city.toml: {error}"
    try:
        read_roster(read_rows(data_dir, "roster.csv")[0])
    except (ValueError, KeyError) as error:
        yield f"roster.csv: {error}"
    for problem in check_atlas(district.atlas_dir):
        yield f"{problem.where}: {problem.what}"
