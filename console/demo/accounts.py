"""The demo's accounts, created at its first start: tokens of feeds and stand-ins, and accounts to sign in."""

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from city.duty.roster import RosterRow, read_roster
from console.demo.villages import FIRST
from console.deployment.district import DistrictError, is_built_in, read_district, read_rows, read_streets
from feeds.people.accounts import Accounts
from feeds.people.passwords import check_pin
from feeds.people.tokens import TokenStore
from feeds.sources.demo.clients import CLIENTS
from feeds.sources.demo.people.people import Actor, People

__all__ = [
    "PUBLISHER", "SUBSCRIBER", "VIEWER", "Secrets", "User", "demo_secrets", "demo_users", "people_of",
]  # fmt: skip

SUBSCRIBER, VIEWER, PUBLISHER = "console", "hall-wall", "replay"
FILE: Final = "demo-tokens.json"
_TOPICS: Final = ("case", "sensor", "camera", "unit", "warning")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_SHIFTS: Final = (
    ("duty_officer", "officer{}"), ("shift_lead", "lead{}"), ("duty_leader", "leader{}"),
    ("rotating_leader", "rotating{}"),
)  # fmt: skip
_STAFF: Final = (
    Actor("intake", "贾××（受理员）", ("intake_officer",)),
    Actor("dispatcher", "石××（派遣员）", ("dispatcher",)),
    Actor("inspector", "丁××（监督员）", ("inspector",)),
    Actor("presenter", "梅××（讲解员）", ("presenter",)),
    Actor("commander", "杭××（区长）", ("commander",)),
)
_AGENCIES: Final = (
    ("agency", "姚××（市政科长）", "agency_operator", "sz"),
    ("police", "唐××（指挥中心民警）", "agency_operator", "ga"),
    ("fire", "祝××（指挥中心参谋）", "agency_operator", "xf"),
    ("sanitation", "童××（作业调度）", "agency_operator", "lh"),
    ("flood", "沈××（防汛办主任）", "agency_duty_leader", "sw"),
)
"""Account, display name, role and agency of those for the agencies' pages."""


class User(msgspec.Struct, frozen=True):
    """An account with which a visitor of the demo may sign in."""

    name: str
    display: str
    password: str
    pin: str


class Secrets(msgspec.Struct):
    """The secrets in the data dir (mode 0600): tokens by client, by account of a stand-in, and of the people
    of the shifts, whom the demo signs in; and the users with their passwords."""

    tokens: dict[str, str] = {}
    stand_ins: dict[str, str] = {}
    shift: dict[str, str] = {}
    people: list[User] = []


def demo_secrets(data: Path) -> Secrets:
    """Return the demo's secrets; creates missing tokens and stand-ins.

    Raises DistrictError, also when a stand-in's name belongs to a person: nobody may act as that person.
    """
    kept = _read(data)
    before = msgspec.json.encode(kept)
    tokens, accounts = TokenStore(data), Accounts(data)
    try:
        actors = people_of(data).actors if is_built_in(data) else ()  # another district gets no stand-ins
        for actor in actors:
            _refuse_person(accounts, actor.account)
        _make_tokens(tokens, kept)
        for actor in actors:
            _make_stand_in(accounts, tokens, actor, kept)
        for actor in _shift(_roster(data)) if actors else ():
            if actor.account not in kept.shift:
                kept.shift[actor.account] = tokens.create(
                    actor.account, ("command",), now=time.time(), account=actor.account
                )
    finally:
        tokens.close()
        accounts.close()
    if msgspec.json.encode(kept) != before:
        _write(data, kept)
    return kept


def demo_users(data: Path) -> list[User]:
    """Return the accounts to sign in; creates missing ones, which takes 100 ms of a core each."""
    kept = _read(data)
    accounts = Accounts(data)
    try:
        made = [_make_user(accounts, actor, kept) for actor in _users(data, _roster(data))]
    finally:
        accounts.close()
    if any(made):
        _write(data, kept)
    return kept.people


def people_of(data: Path) -> People:
    """Return the stand-ins of the district of a data dir. Raises DistrictError."""
    agencies = {row["code"]: row["short_zh"] for row in read_rows(data, "agencies.csv")[0]}
    roster = _roster(data)
    return People(agencies, read_streets(read_district(data)).codes, roster, _shift(roster))


def _roster(data: Path) -> tuple[RosterRow, ...]:
    return read_roster(read_rows(data, "roster.csv")[0])


def _read(data: Path) -> Secrets:
    path = data / FILE
    if not path.exists():
        return Secrets()
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "tokens" not in kept:  # the first format held only tokens
        kept = {"tokens": kept}
    return msgspec.convert(kept, Secrets)


def _write(data: Path, kept: Secrets) -> None:
    path = data / FILE
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_bytes(msgspec.json.format(msgspec.json.encode(kept)))
    new.replace(path)


def _make_tokens(tokens: TokenStore, kept: Secrets) -> None:
    wanted = {SUBSCRIBER: ("subscribe:*",), VIEWER: ("view:wall",), PUBLISHER: _publish(_TOPICS)}
    wanted |= {name: _publish(client.topics) for name, client in CLIENTS.items()}
    for name, rights in wanted.items():
        if name not in kept.tokens:
            kept.tokens[name] = tokens.create(name, rights, now=time.time())


def _publish(topics: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"publish:{topic}" for topic in topics)


def _refuse_person(accounts: Accounts, name: str) -> None:
    there = accounts.get(name)
    if there is not None and not there.automated:
        message = f"{name}: there is a person's account of this name, so that no stand-in can have it"
        raise DistrictError(f"{message}: give the demo a data dir of its own")


def _make_stand_in(accounts: Accounts, tokens: TokenStore, actor: Actor, kept: Secrets) -> None:
    """Create an automated account without a password, and the token that is bound to it."""
    if accounts.get(actor.account) is None:
        accounts.create(actor.account, actor.display, now=time.time(), automated=True, **_rights(actor))
    if actor.account not in kept.stand_ins:
        token = tokens.create(actor.account, ("command",), now=time.time(), account=actor.account)
        kept.stand_ins[actor.account] = token


def _make_user(accounts: Accounts, actor: Actor, kept: Secrets) -> bool:
    """Create an account to sign in; an existing account of that name, possibly a person's, is not changed."""
    if accounts.get(actor.account) is not None:
        return False
    user = User(actor.account, actor.display, _password(), _pin())
    accounts.create(
        user.name, user.display, now=time.time(), password=user.password, pin=user.pin, **_rights(actor)
    )
    kept.people = [one for one in kept.people if one.name != user.name] + [user]
    return True


def _rights(actor: Actor) -> dict[str, Any]:
    return {
        "roles": actor.roles, "agency": actor.agency, "street": actor.street, "streets": actor.streets,
        "seat": actor.seat,
    }  # fmt: skip


def _users(data: Path, roster: tuple[RosterRow, ...]) -> Iterator[Actor]:
    """Yield the accounts for visitors: everybody of the shifts, and one of each other kind of staff."""
    yield from _shift(roster)
    yield from _STAFF
    known = {row["code"] for row in read_rows(data, "agencies.csv")[0]}
    for account, display, role, agency in _AGENCIES:
        if agency in known:
            yield Actor(account, display, (role,), agency=agency)
    streets = read_streets(read_district(data))
    first = streets.codes[0]
    yield Actor("street", f"柳××（{streets.shorts[0]}）", ("street_operator",), street=first)
    yield Actor("checker", f"凌××（{streets.shorts[0]}监督员）", ("inspector",), streets=(first,))
    station = f"{first}{FIRST + 1}"
    yield Actor(
        "village", f"田××（{streets.shorts[0]}村居干部）", ("village_operator",), street=first, seat=station
    )


def _shift(roster: tuple[RosterRow, ...]) -> Iterator[Actor]:
    """Yield everybody of the shifts on the roster, as numbered accounts."""
    for role, form in _SHIFTS:
        names = dict.fromkeys(row.name for row in roster if row.role == role)
        for number, name in enumerate(names, start=1):
            yield Actor(form.format(number if len(names) > 1 else ""), name, (role,))


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def _pin() -> str:
    while True:
        pin = f"{secrets.randbelow(1_000_000):06d}"
        try:
            return check_pin(pin)
        except ValueError:  # consecutive or equal digits
            continue
