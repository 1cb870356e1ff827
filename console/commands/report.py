"""``report``: the after-action report on a response, from the ledger."""

import asyncio
from pathlib import Path

import click

from console.commands.audit import data_dir_option
from console.deployment.district import read_district
from console.deployment.log_connection import open_ledger
from console.deployment.settings import Settings, read_settings

__all__ = ["report"]


@click.command()
@click.argument("activation", default="latest")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="write it as HTML")
@click.option(
    "--pdf", type=click.Path(path_type=Path, dir_okay=False), help="write it as PDF (needs citywall[pdf])"
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@data_dir_option
def report(activation: str, html: Path | None, pdf: Path | None, lang: str, data_dir: Path | None) -> None:
    """Write the after-action report on the response that ACTIVATION belongs to (an id, or latest).

    Without --html and --pdf the HTML goes to standard output.
    """
    from console.after_action.episode import NoActivation  # the map libraries take seconds to import
    from console.after_action.report import write_report

    try:
        text = asyncio.run(_html(read_settings(data_dir=data_dir), activation, lang))
    except NoActivation as error:
        raise click.UsageError(str(error)) from error
    for path in (html, pdf):
        if path is not None:
            write_report(text, path if path is html else path.with_suffix(".pdf"))
            click.echo(f"written: {path}")
    if html is None and pdf is None:
        click.echo(text)


async def _html(settings: Settings, activation: str, lang: str) -> str:
    from console.after_action.history import read_history  # as above
    from console.after_action.report import report_html

    async with open_ledger(settings) as ledger:
        history = await read_history(ledger)
    return report_html(history, settings, read_district(settings.data_dir), activation, lang=lang)
