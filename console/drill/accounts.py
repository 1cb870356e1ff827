"""The accounts, tokens and roster of a drill city: nobody of the real city has one in it."""

import csv
import io
import secrets
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

import static
from console.drill.records import CLIENTS
from console.drill.script import Script
from feeds.people.accounts import Accounts
from feeds.people.tokens import TokenStore

__all__ = ["Access", "make_access", "write_roster"]

SHIFT: Final = ("duty_officer", "shift_lead", "duty_leader", "rotating_leader")
BEGINS: Final = "08:30"
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class Access(msgspec.Struct, frozen=True):
    """The secrets of a drill city: tokens of its publishers, of its subscriber and of its people's accounts;
    account → password of those who may sign in."""

    publishers: dict[str, str]
    subscriber: str
    people: dict[str, str]
    passwords: dict[str, str] = {}


def make_access(
    data: Path, script: Script, agencies: Mapping[str, str], streets: Mapping[str, str], *,
    with_people: bool, people_of: frozenset[str] = frozenset(),
) -> Access:  # fmt: skip
    """Create all accounts and tokens of a drill city; ``agencies`` and ``streets``: code → short name.

    ``with_people``: those of the centre get passwords, and the accounts of ``people_of``.
    """
    now = time.time()
    accounts, tokens = Accounts(data), TokenStore(data)
    people, passwords = {}, {}
    try:
        for name, display, roles, rights, is_central in _people(script, agencies, streets):
            password = _password() if with_people and (is_central or name in people_of) else ""
            accounts.create(name, display, now=now, roles=roles, password=password, **rights)
            people[name] = tokens.create(name, ("command",), now=now, account=name)
            if password:
                passwords[name] = password
        publishers = {
            client: tokens.create(client, (f"publish:{topic}",), now=now) for topic, client in CLIENTS.items()
        }
        subscriber = tokens.create("console", ("subscribe:*",), now=now)
    finally:
        accounts.close()
        tokens.close()
    return Access(publishers, subscriber, people, passwords)


def write_roster(data: Path, script: Script) -> None:
    """Write the drill's roster: the people of its centre are on duty all the time, the seats as shipped."""
    text = static.path("tables/roster.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = list(rows[0])
    ours = [
        {"role": role, "name": one.name, "deputy": one.deputy, "from": BEGINS, "to": BEGINS}
        for one in script.person
        if one.shift
        for role in one.roles
        if role in SHIFT
    ]
    with (data / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, restval="")
        table.writeheader()
        table.writerows(ours)
        table.writerows(row for row in rows if row["role"] not in SHIFT)


def _people(
    script: Script, agencies: Mapping[str, str], streets: Mapping[str, str]
) -> Iterator[tuple[str, str, tuple[str, ...], dict[str, Any], bool]]:
    """Yield account, display name, roles, rights, and whether it is of the centre."""
    for one in script.person:
        yield one.key, one.name, one.roles, ({"agency": one.agency} if one.agency else {}), True
    for code, name in agencies.items():
        yield f"agency-{code}", f"{name}值班员（演练）", ("agency_operator",), {"agency": code}, False
        yield f"duty-{code}", f"{name}带班负责人（演练）", ("agency_duty_leader",), {"agency": code}, False
    for code, name in streets.items():
        yield f"street-{code}", f"{name}值班员（演练）", ("street_operator",), {"street": code}, False
        yield f"inspector-{code}", f"{name}监督员（演练）", ("inspector",), {"streets": (code,)}, False


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
