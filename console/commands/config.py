"""``config check``: finds the errors in a district's own files before a process reads them."""

import time
from collections.abc import Collection, Iterator
from pathlib import Path

import click

from city.dispatch.checks.linkage_checks import Surroundings, check_linkage
from city.dispatch.checks.sensor_checks import check_sensor_tables
from city.dispatch.checks.table_checks import check_tables
from city.duty.roster_checks import roster_faults, told
from console.commands.audit import data_dir_option
from console.deployment.calendars import read_calendars, unknown_holders
from console.deployment.camera_streams import CAMERAS_FILE, SECRETS_FILE, CameraFileError, read_streams
from console.deployment.contacts import CALL, read_contacts
from console.deployment.decision_rules import today
from console.deployment.display_names import names_of
from console.deployment.district import (
    GRIDS,
    District,
    DistrictError,
    grids_document,
    read_district,
    read_rows,
    read_streets,
)
from console.deployment.numbers import case_numbers, duty_numbers, linkage_numbers, video_numbers
from console.deployment.response_plans import check_plans
from console.deployment.settings import read_settings
from console.deployment.table_files import linkage_files
from console.engine.outgoing_queue import read_adapters
from layouts.catalogues import LANGUAGES, own_words

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
    from layers.atlas.checks import check_atlas  # the geographic libraries take seconds
    from layers.normal_limits import limits_of, lines_of  # as above

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
    yield from _roster_problems(district, data_dir)
    try:
        read_contacts(data_dir, district.duty.get("call", CALL))
    except DistrictError as error:
        yield str(error)
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


def _roster_problems(district: District, data_dir: Path) -> Iterator[str]:
    """Yield the roster's faults, and its gaps in the next seven days."""
    now = time.time()
    try:
        agencies = read_rows(data_dir, "agencies.csv")[0]
    except (ValueError, OSError):
        return  # the check of the tables reports it
    try:
        rows = read_rows(data_dir, "roster.csv")[0]
        codes = {row["short_zh"]: row["code"] for row in agencies}
        faults = roster_faults(rows, (), now, codes=codes, zone_offset_s=district.zone_offset_s(now))
    except (ValueError, KeyError, OSError) as error:
        yield f"roster.csv: {error}"
        return
    yield from (f"roster.csv: {told(fault)}" for fault in faults)


def _grid_problems(data_dir: Path) -> Iterator[str]:
    from layers.atlas.checks import check_grids  # the geographic libraries take seconds

    try:
        document = grids_document(data_dir)
    except DistrictError as error:
        yield str(error)
        return
    if document is not None:
        yield from (f"{GRIDS}: {problem}" for problem in check_grids(document))


def _rule_problems(district: District, data_dir: Path) -> Iterator[str]:
    """Yield the errors in the tables of dispatch and linkage, and in the numbers of city.toml."""
    for numbers, given in (
        (case_numbers, district.cases), (linkage_numbers, district.linkage), (duty_numbers, district.duty),
        (video_numbers, district.video),
    ):  # fmt: skip
        try:
            numbers(given)
        except DistrictError as error:
            yield str(error)
    try:
        streets = read_streets(district).codes
    except DistrictError:
        streets = ()  # the check of the atlas reports it
    yield from _calendar_problems(data_dir, streets)
    for problem in check_tables(
        lambda name: read_rows(data_dir, name)[0], streets=streets, on=today(district)
    ):
        yield str(problem)
    yield from _linkage_problems(data_dir, today(district))
    yield from _plan_problems(data_dir)
    yield from _sensor_problems(data_dir, streets, today(district))
    yield from _camera_problems(data_dir)


def _sensor_problems(data_dir: Path, streets: Collection[str], on: str) -> Iterator[str]:
    """Yield the errors in the tables of metrics, thresholds and baselines."""
    try:
        categories = read_rows(data_dir, "categories.csv")[0]
    except (DistrictError, OSError):
        return  # the check of the tables reports it
    classes = {f"{row.get('kind') or ''}:{row.get('code') or ''}" for row in categories}
    for problem in check_sensor_tables(
        lambda name: read_rows(data_dir, name)[0], classes=classes, streets=streets, on=on
    ):
        yield str(problem)


def _camera_problems(data_dir: Path) -> Iterator[str]:
    """Yield the error in the files of camera streams, if there are any."""
    cameras = data_dir / CAMERAS_FILE
    if not cameras.exists():
        return
    try:
        read_streams(cameras, data_dir / SECRETS_FILE)
    except (CameraFileError, OSError) as error:
        yield str(error)


def _linkage_problems(data_dir: Path, on: str) -> Iterator[str]:
    """Yield the errors in the incident types and task templates."""
    try:
        agencies = read_rows(data_dir, "agencies.csv")[0]
        roster = read_rows(data_dir, "roster.csv")[0]
    except (DistrictError, OSError):
        return  # the other checks report it
    around = Surroundings(
        words={lang: own_words(lang) for lang in LANGUAGES},
        seats={row.get("seat") or "" for row in roster if row.get("role") == "seat"},
        stationed={row.get("code") or "" for row in agencies if row.get("stationed") == "yes"},
        files=linkage_files(data_dir),
    )
    for problem in check_linkage(lambda name: read_rows(data_dir, name)[0], around, on=on):
        yield str(problem)


def _plan_problems(data_dir: Path) -> Iterator[str]:
    """Yield the errors in the response plans."""
    try:
        agencies = {row.get("code") or "" for row in read_rows(data_dir, "agencies.csv")[0]}
    except (DistrictError, OSError):
        return  # the check of the tables reports it
    yield from map(str, check_plans(data_dir, agencies))


def _calendar_problems(data_dir: Path, streets: Collection[str]) -> Iterator[str]:
    """Yield the errors in the calendars; ``streets`` are the district's codes, () = unknown."""
    try:
        agencies = {row.get("code") or "" for row in read_rows(data_dir, "agencies.csv")[0]}
    except (DistrictError, OSError):
        return  # the check of the tables reports it
    try:
        read_calendars(data_dir)
        if streets:
            yield from unknown_holders(data_dir, {*agencies, *streets} - {""})
    except (DistrictError, OSError) as error:
        yield str(error)
