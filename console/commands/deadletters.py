"""``deadletters``: lists rejected records and sends them again."""

import asyncio
from pathlib import Path

import click

from city.clocks.timestamps import iso
from console.commands.audit import data_dir_option
from console.deployment.settings import Settings, read_settings
from feeds.gateway.dead_letters import DeadLetters
from feeds.people.encryption import Encryption

__all__ = ["deadletters"]


@click.group()
def deadletters() -> None:
    """Rejected records, stored completely with the reason."""


@deadletters.command("list")
@click.option("--count", type=int, default=50, show_default=True)
@click.option("--whole", is_flag=True, help="print the records too; they may name persons")
@data_dir_option
def list_(count: int, whole: bool, data_dir: Path | None) -> None:
    """List the newest ones."""
    letters = _open(read_settings(data_dir=data_dir))
    for one in letters.list(count=count):
        click.echo(
            f"{one.number}\t{iso(one.received_at)}\t{one.topic}\t{one.client}\t{one.path}\t{one.reason}"
        )
        if whole:
            click.echo(f"\t{one.text}")
    letters.close()


@deadletters.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.option("--token", required=True, help="token of the client that sent them")
@data_dir_option
def resend(numbers: tuple[int, ...], token: str, data_dir: Path | None) -> None:
    """Send the records with these NUMBERS again; accepted ones are deleted from the list."""
    settings = read_settings(data_dir=data_dir)
    letters = _open(settings)
    try:
        for number in numbers:
            click.echo(f"{number}: {asyncio.run(_resend(settings, letters, number, token))}")
    finally:
        letters.close()


async def _resend(settings: Settings, letters: DeadLetters, number: int, token: str) -> str:
    from feeds.clients.publisher import Publisher  # only this command needs a connection

    found = letters.list(before=number + 1, count=1)
    if not found or found[0].number != number:
        return "no such letter"
    async with Publisher(settings.feed_url, found[0].topic, token) as publisher:
        ack = await letters.resend(number, publisher)
    return f"rejected again: {ack.rejected[0].reason}" if ack.rejected else "taken"


def _open(settings: Settings) -> DeadLetters:
    return DeadLetters(settings.data_dir, Encryption.from_file(settings.data_dir / "people.key"))
