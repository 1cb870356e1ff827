"""``token``: manages the tokens that publish, subscribe, order and view."""

import time
from pathlib import Path

import click

from city.clocks.timestamps import iso
from console.commands.audit import data_dir_option
from console.deployment.settings import read_settings
from feeds.people.accounts import Accounts
from feeds.people.tokens import TokenStore

__all__ = ["token"]


@click.group()
def token() -> None:
    """Make, list and revoke tokens."""


@token.command()
@click.argument("name")
@click.option(
    "--right", "rights", multiple=True, required=True, help="e.g. publish:case, subscribe:*, view:wall"
)
@click.option("--street", "streets", multiple=True, help="code of a street that it is bound to; none = all")
@click.option("--account", default="", help="whose commands it gives (right command)")
@data_dir_option
def new(
    name: str, rights: tuple[str, ...], streets: tuple[str, ...], account: str, data_dir: Path | None
) -> None:
    """Make a token for the client NAME and print it; nobody can read it again."""
    if bool(account) != ("command" in rights):
        raise click.UsageError("--account: expected with the right command, and only with it")
    with _store(data_dir) as store:
        if account:
            _check_account(read_settings(data_dir=data_dir).data_dir, account)
        click.echo(store.create(name, rights, streets=streets, account=account, now=time.time()))


def _check_account(data_dir: Path, name: str) -> None:
    accounts = Accounts(data_dir)
    found = accounts.get(name)
    accounts.close()
    if found is None or found.disabled_at is not None:
        raise click.UsageError(f"--account: expected the name of a good account, got {name!r}")


@token.command("list")
@data_dir_option
def list_(data_dir: Path | None) -> None:
    """List all tokens, revoked ones too."""
    with _store(data_dir) as store:
        for one in store.list():
            state = "good" if one.revoked_at is None else f"revoked {iso(one.revoked_at)}"
            scope = ",".join(one.streets) or "everywhere"
            columns = (str(one.number), one.client, ",".join(one.rights), scope, one.account or "-", state)
            click.echo("\t".join(columns))


@token.command()
@click.argument("number", type=int)
@data_dir_option
def revoke(number: int, data_dir: Path | None) -> None:
    """Revoke the token of that NUMBER in the list; open sockets are cut within seconds."""
    with _store(data_dir) as store:
        if not store.revoke(number, now=time.time()):
            raise click.ClickException(f"no good token has the number {number}")


class _store:  # noqa: N801  # used like a function
    def __init__(self, data_dir: Path | None) -> None:
        settings = read_settings(data_dir=data_dir)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._store = TokenStore(settings.data_dir)

    def __enter__(self) -> TokenStore:
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()
