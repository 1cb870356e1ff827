"""``plan check``: finds what is wrong in a response plan before a process reads it."""

from pathlib import Path

import click

from console.commands.audit import data_dir_option
from console.deployment.district import read_rows
from console.deployment.response_plans import check_plans, plan_paths, read_plan_file
from console.deployment.settings import read_settings

__all__ = ["plan"]


@click.group()
def plan() -> None:
    """The response plans: what each level starts."""


@plan.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@data_dir_option
def check(file: Path | None, data_dir: Path | None) -> None:
    """Name what is wrong in FILE, or in all plans in force: line, field and what is expected."""
    folder = read_settings(data_dir=data_dir).data_dir
    agencies = [row.get("code") or "" for row in read_rows(folder, "agencies.csv")[0]]
    problems = check_plans(folder, agencies) if file is None else read_plan_file(file, agencies)[1]
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise click.ClickException(f"{len(problems)} to mend")
    names = [path.name for path in plan_paths(folder)] if file is None else [file.name]
    click.echo(f"good: {', '.join(names)}")
