"""``history``: the case history that the review shows."""

import asyncio
import time
from pathlib import Path

import click
from tqdm import tqdm

from console.commands.audit import data_dir_option
from console.deployment.settings import read_settings

__all__ = ["history"]


@click.group()
def history() -> None:
    """Write the case history that the review (复盘) shows."""


@history.command()
@data_dir_option
def update(data_dir: Path | None) -> None:
    """Write the history anew from the ledger; the review does it at its start, too."""
    from console.review.case_history import update_history  # imports the drawing libraries

    settings = read_settings(data_dir=data_dir)
    click.echo(f"{asyncio.run(update_history(settings))} cases")


@history.command()
@data_dir_option
@click.option("--cases", type=click.IntRange(1, 100_000_000), default=1_000_000, show_default=True)
@click.option("--days", type=click.IntRange(1, 3660), default=730, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def invent(data_dir: Path | None, cases: int, days: int, seed: int) -> None:
    """Write an invented history of the demo's city, to try the review with many cases.

    It replaces the files of the folder; ``citywall review --as-it-is`` shows it.
    """
    from console.review.case_history import history_folder
    from feeds.history.case_columns import SCHEMA
    from feeds.history.month_files import add_rows, write_months
    from feeds.sources.demo.district import DemoDistrict

    folder = history_folder(read_settings(data_dir=data_dir).data_dir)
    write_months(SCHEMA.empty_table(), folder)
    tables = DemoDistrict.shipped(seed=seed).history(cases=cases, days=days, until=time.time())
    with tqdm(total=cases, unit="cases", disable=None) as bar:
        for number, (month, table) in enumerate(tables):
            add_rows(table, folder, month, f"{number:06d}")
            bar.update(len(table))
    click.echo(f"{cases} invented cases in {folder}")
