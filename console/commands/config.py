"""``config check``: what is wrong with a district's own files, before the program meets it."""

from collections.abc import Collection, Iterator
from pathlib import Path

import click

from city.dispatch.check import check_tables
from city.duty import read_roster
from console.calendars import read_calendars, strange_holders
from console.commands.audit import data_dir_option
from console.district import (
    GRIDS,
    District,
    DistrictError,
    grids_told,
    read_district,
    read_rows,
    read_streets,
)
from console.names import names_of
from console.outbox import read_adapters
from console.settings import read_settings
from console.terms import case_numbers, today

__all__ = ["config"]


@click.group()
def config() -> None:
    """The district's settings and tables."""


@config.command()
@data_dir_option
def check(data_dir: Path | None) -> None:
    """Name what is wrong in city.toml, the tables, the atlas and the unit grids."""
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
    try:
        read_adapters(data_dir)
    except (ValueError, OSError) as error:
        yield str(error)
    try:
        names_of(read_settings(data_dir=data_dir), district)
    except DistrictError as error:
        yield str(error)
    yield from _rule_problems(district, data_dir)
    for problem in check_atlas(district.atlas_dir, in_china=district.in_china):
        yield f"{problem.where}: {problem.what}"
    yield from _grid_problems(data_dir)


def _grid_problems(data_dir: Path) -> Iterator[str]:
    from layers.district_check import check_grids  # the geographic libraries take seconds

    try:
        told = grids_told(data_dir)
    except DistrictError as error:
        yield str(error)
        return
    if told is not None:
        yield from (f"{GRIDS}: {problem}" for problem in check_grids(told))


def _rule_problems(district: District, data_dir: Path) -> Iterator[str]:
    """Name what is wrong in the tables that cases are dispatched by, and in the numbers of ``[cases]``."""
    try:
        case_numbers(district.cases)
    except DistrictError as error:
        yield str(error)
    try:
        streets = read_streets(district).codes
    except DistrictError:
        streets = ()  # the atlas is named by itself
    yield from _calendar_problems(data_dir, streets)
    for problem in check_tables(
        lambda name: read_rows(data_dir, name)[0], streets=streets, on=today(district)
    ):
        yield str(problem)


def _calendar_problems(data_dir: Path, streets: Collection[str]) -> Iterator[str]:
    """Name what is wrong in the calendars; ``streets`` are the district's codes, () = not known."""
    try:
        agencies = {row.get("code") or "" for row in read_rows(data_dir, "agencies.csv")[0]}
    except (DistrictError, OSError):
        return  # it is named with the other tables
    try:
        read_calendars(data_dir)
        if streets:
            yield from strange_holders(data_dir, {*agencies, *streets} - {""})
    except (DistrictError, OSError) as error:
        yield str(error)
