"""``people erase``: erases a reporter who asked for it."""

import time
from pathlib import Path

import click

from console.commands.audit import data_dir_option
from console.deployment.settings import read_settings
from feeds.people.reporters import PeopleStore

__all__ = ["people"]


@click.group()
def people() -> None:
    """The people store: who reported, apart from the facts."""


@people.command()
@click.argument("references", nargs=-1, required=True)
@data_dir_option
def erase(references: tuple[str, ...], data_dir: Path | None) -> None:
    """Erase the persons with these REFERENCES (reporter_ref of a case); the facts stay."""
    store = PeopleStore(read_settings(data_dir=data_dir).data_dir)
    try:
        for reference in references:
            known = store.erase(reference, now=time.time())
            click.echo(f"{reference}: {'erased' if known else 'nobody is kept under it'}")
    finally:
        store.close()
