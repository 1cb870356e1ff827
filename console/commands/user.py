"""``user``: manages accounts and roles; every change is written to the ledger, as for tokens."""

import sys
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from city.access import ROLES
from city.clocks.timestamps import iso
from console.commands.audit import data_dir_option
from console.deployment.district import read_district, read_rows, read_streets
from console.deployment.settings import read_settings
from feeds.people.accounts import Account, Accounts
from feeds.people.session_store import SessionStore
from feeds.people.sign_in_attempts import SignInAttempts

__all__ = ["user"]

role_option = click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="again for more")
stdin_option = click.option(
    "--password-stdin", is_flag=True, help="read it from the first line of standard input; else it is asked"
)


@click.group()
def user() -> None:
    """Add, change and close the accounts of people; end their sessions."""


@user.command()
@click.argument("name")
@click.argument("display")
@role_option
@click.option("--agency", default="", help="code of the agency that they act for")
@click.option("--street", default="", help="code of the street that they act for")
@click.option("--within", "streets", multiple=True, help="code of a street that bounds them; none = district")
@click.option("--seat", default="", help="the seat that their acts are signed with")
@click.option("--no-password", is_flag=True, help="no sign-in; only for tokens of other systems")
@stdin_option
@data_dir_option
def add(
    name: str, display: str, roles: tuple[str, ...], data_dir: Path | None, *, no_password: bool,
    password_stdin: bool, **rights: Any,
) -> None:  # fmt: skip
    """Add the account NAME for DISPLAY: surname and title as on the roster, e.g. 陈××（值班员）."""
    _check_codes(data_dir, **rights)
    with _stores(data_dir) as stores:
        secret = "" if no_password else _ask("Password", password_stdin)
        stores.accounts.create(name, display, roles=roles, now=time.time(), password=secret, **rights)


@user.command("list")
@data_dir_option
def list_(data_dir: Path | None) -> None:
    """List all accounts, closed ones too."""
    with _stores(data_dir) as stores:
        for account in stores.accounts.list():
            click.echo(_line(account))


@user.command()
@click.argument("name")
@data_dir_option
def disable(name: str, data_dir: Path | None) -> None:
    """Close the account NAME; its sessions end and its tokens stop working."""
    with _stores(data_dir) as stores:
        closed = stores.accounts.disable(name, now=time.time())
        ended = stores.sessions.end_all(name, now=time.time())
        click.echo(f"{name}: {'closed' if closed else 'was closed already'}, {ended} sessions ended")


@user.command()
@click.argument("name")
@data_dir_option
def enable(name: str, data_dir: Path | None) -> None:
    """Open the closed account NAME again."""
    with _stores(data_dir) as stores:
        opened = stores.accounts.enable(name, now=time.time())
        click.echo(f"{name}: {'open again' if opened else 'was open already'}")


@user.command()
@click.argument("name")
@stdin_option
@data_dir_option
def password(name: str, data_dir: Path | None, password_stdin: bool) -> None:
    """Set a new password for NAME; ends all their sessions and their delay after failed attempts."""
    with _stores(data_dir) as stores:
        stores.accounts.set_password(name, _ask("New password", password_stdin), now=time.time())
        ended = stores.sessions.end_all(name, now=time.time())
        stores.attempts.reset(f"password:{name}")
        click.echo(f"{name}: password set, {ended} sessions ended")


@user.command()
@click.argument("name")
@click.option("--none", "without", is_flag=True, help="take the PIN away")
@stdin_option
@data_dir_option
def pin(name: str, data_dir: Path | None, without: bool, password_stdin: bool) -> None:
    """Set the PIN (6 digits) by which NAME signs in to a seat on a wall."""
    with _stores(data_dir) as stores:
        secret = "" if without else _ask("PIN", password_stdin)
        stores.accounts.set_pin(name, secret, now=time.time())
        stores.attempts.reset(f"pin:{name}")
        click.echo(f"{name}: {'no PIN any more' if without else 'PIN set'}")


@user.command()
@click.argument("name")
@click.option("--display", default=None, help="surname and title, as on the roster")
@click.option("--agency", default=None, help="code of an agency, '' = none")
@click.option("--street", default=None, help="code of a street, '' = none")
@click.option("--within", "streets", multiple=True, help="codes of streets that bound them")
@click.option("--anywhere", is_flag=True, help="bound to no street")
@click.option("--seat", default=None)
@data_dir_option
def change(name: str, data_dir: Path | None, *, anywhere: bool, **given: Any) -> None:
    """Change the agency, street, seat or bounds of NAME; given values replace old ones at the next act."""
    fields = {key: value for key, value in given.items() if value not in (None, ())}
    if anywhere:
        fields["streets"] = ()
    _check_codes(data_dir, **fields)
    with _stores(data_dir) as stores:
        click.echo(_line(stores.accounts.change(name, now=time.time(), **fields)))


@user.command()
@click.argument("name")
@click.argument("roles", nargs=-1, required=True, type=click.Choice(ROLES))
@data_dir_option
def roles(name: str, roles: tuple[str, ...], data_dir: Path | None) -> None:
    """Replace the roles of NAME with these ROLES, from the next act on."""
    with _stores(data_dir) as stores:
        click.echo(_line(stores.accounts.change(name, now=time.time(), roles=roles)))


@user.command()
@click.argument("name", default="")
@click.option("--ended", is_flag=True, help="those that ended too")
@data_dir_option
def sessions(name: str, data_dir: Path | None, ended: bool) -> None:
    """List the sessions of NAME, or of everybody: number, account, address, opened, last used."""
    with _stores(data_dir) as stores:
        for row in stores.sessions.list(name):
            if ended or row.ended_at is None:
                over = f"\tended {iso(row.ended_at)}" if row.ended_at is not None else ""
                times = f"{iso(row.created_at)}\t{iso(row.used_at)}"
                click.echo(f"{row.number}\t{row.account}\t{row.remote}\t{times}{over}")


@user.command()
@click.argument("which")
@data_dir_option
def revoke(which: str, data_dir: Path | None) -> None:
    """End the session with the number WHICH, or all sessions of the account WHICH; sockets are cut in 5 s."""
    with _stores(data_dir) as stores:
        now = time.time()
        if which.isdigit() and stores.accounts.get(which) is None:
            count = int(stores.sessions.end(int(which), now=now))
        else:
            count = stores.sessions.end_all(which, now=now)
        if not count:
            message = f"no open session is {which!r}"
            raise click.ClickException(message)
        click.echo(f"{count} sessions ended")


class _Stores:
    def __init__(self, data_dir: Path) -> None:
        self.accounts, self.sessions = Accounts(data_dir), SessionStore(data_dir)
        self.attempts = SignInAttempts(data_dir)


@contextmanager
def _stores(data_dir: Path | None) -> Iterator[_Stores]:
    settings = read_settings(data_dir=data_dir)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    stores = _Stores(settings.data_dir)
    try:
        yield stores
    finally:
        for store in (stores.accounts, stores.sessions, stores.attempts):
            store.close()


def _check_codes(
    data_dir: Path | None, *, agency: str = "", street: str = "", streets: Iterable[str] = (), **_: Any
) -> None:
    """Refuse codes that are in no table. Raises ClickException, DistrictError."""
    folder = read_settings(data_dir=data_dir).data_dir
    if agency:
        known = [row.get("code") or "" for row in read_rows(folder, "agencies.csv")[0]]
        _check_code("--agency: there is no agency", agency, known)
    if street or streets:
        codes = read_streets(read_district(folder)).codes
        for option, code in (("street", street), *(("within", code) for code in streets)):
            _check_code(f"--{option}: there is no street", code, codes)


def _check_code(wrong: str, code: str, known: Collection[str]) -> None:
    if code and code not in known:
        message = f"{wrong} {code!r}"
        raise click.ClickException(message)


def _ask(what: str, from_stdin: bool) -> str:
    """Return a secret. It is never an argument: everybody on the machine can read those."""
    if from_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
        if not secret:
            message = f"{what}: standard input is empty"
            raise click.ClickException(message)
        return secret
    return str(click.prompt(what, hide_input=True, confirmation_prompt=True))


def _line(account: Account) -> str:
    rights = account.rights
    ways = [w for w, has in (("password", account.has_password), ("pin", account.has_pin)) if has]
    state = "open" if account.disabled_at is None else f"closed {iso(account.disabled_at)}"
    return "\t".join((
        account.name, rights.display, ",".join(rights.roles), rights.agency or rights.street or "centre",
        ",".join(rights.streets) or "everywhere", ",".join(ways) or "no way in",
        "automated" if account.automated else "person", state,
    ))  # fmt: skip
