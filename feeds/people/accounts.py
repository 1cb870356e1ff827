"""Accounts: who may sign in, with which roles and for which holder; each change is recorded.

The tables ``accounts`` and ``account_changes`` of ``accounts.sqlite``. A change and its record are one
commit; the engine appends the records to the ledger (``console/accounts/grant_facts.py``).
"""

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from city.access import SHIFT_ROLES
from feeds.people.account_rights import Rights, check_name, check_rights
from feeds.people.passwords import Passwords, check_password, check_pin
from feeds.storage.sqlite import open_database

__all__ = ["Account", "AccountChange", "Accounts", "NoAccount"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY,
    rights TEXT NOT NULL,
    automated INTEGER NOT NULL,
    password TEXT NOT NULL,
    pin TEXT NOT NULL,
    created_at REAL NOT NULL,
    disabled_at REAL
);
CREATE TABLE IF NOT EXISTS account_changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    data TEXT NOT NULL
);
"""
_SELECT: Final = (
    "SELECT name, rights, automated, password != '', pin != '', created_at, disabled_at FROM accounts"
)
_SECRET: Final = {
    "password": "SELECT password FROM accounts WHERE name = ?",
    "pin": "SELECT pin FROM accounts WHERE name = ?",
}
_KEEP: Final = {
    "password": "UPDATE accounts SET password = ? WHERE name = ? AND password = ?",
    "pin": "UPDATE accounts SET pin = ? WHERE name = ? AND pin = ?",
}


class NoAccount(ValueError):
    """No account has this name."""


class Account(msgspec.Struct, frozen=True):
    """An account without its secrets; times are machine epoch seconds, ``disabled_at`` None while enabled."""

    name: str
    rights: Rights
    automated: bool
    has_password: bool
    has_pin: bool
    created_at: float
    disabled_at: float | None

    @property
    def display(self) -> str:
        """Return the name that others see: surname and title."""
        return self.rights.display


class AccountChange(msgspec.Struct, frozen=True):
    """A recorded change: ``kind`` is UserAdded, UserChanged or UserDisabled; ``data`` holds no secret."""

    number: int
    id: str
    at: float
    kind: str
    account: str
    data: dict[str, Any]


class Accounts:
    """The accounts of a district. Methods may be called from any thread; verification takes 50 ms."""

    def __init__(self, data_dir: Path, passwords: Passwords | None = None) -> None:
        self._passwords = passwords or Passwords()
        path = data_dir / "accounts.sqlite"
        # A separate reader never waits for a commit: the event loop reads while a thread writes.
        self._writer, self._reader = open_database(path, _SCHEMA), open_database(path, _SCHEMA)
        self._writing, self._reading = threading.RLock(), threading.Lock()

    def create(
        self, name: str, display: str, *, roles: Iterable[str], now: float, password: str = "",
        pin: str = "", automated: bool = False, **rights: Any,
    ) -> Account:  # fmt: skip
        """Create an account; without a password nobody can sign in (a token can still be bound to it).

        ``rights``: agency, street, streets, seat. Raises ValueError naming the field, also when the name is
        used, or the display name is used by another account of the same shift role.
        """
        check_name(name)
        granted = check_rights(display, tuple(roles), **rights)
        hashed = self._passwords.hash(check_password(password)) if password else ""
        pinned = self._passwords.hash(check_pin(pin)) if pin else ""
        with self._changing():
            if self._select(name) is not None:
                message = f"name: there is an account {name!r} already"
                raise ValueError(message)
            if not automated:
                self._check_display(name, granted)
            self._writer.execute(
                "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (name, _stored(granted), automated, hashed, pinned, now),
            )
            self._note("UserAdded", name, {**msgspec.to_builtins(granted), "automated": automated}, now)
            return self._must(name)

    def get(self, name: str) -> Account | None:
        """Return an account, also a disabled one; None when there is none."""
        with self._reading:
            return _account(self._reader.execute(f"{_SELECT} WHERE name = ?", (name,)).fetchone())

    def changes(self, after: int = 0) -> list[AccountChange]:
        """Return the recorded changes after a number, oldest first."""
        with self._reading:
            rows = self._reader.execute(
                "SELECT number, id, at, kind, account, data FROM account_changes WHERE number > ?"
                " ORDER BY number",
                (after,),
            ).fetchall()
        return [
            AccountChange(number, mark, at, kind, account, json.loads(data))
            for number, mark, at, kind, account, data in rows
        ]

    def list(self) -> list[Account]:
        """Return all accounts, ordered by name."""
        with self._reading:
            return [*self._all(self._reader)]

    def change(self, name: str, *, now: float, **fields: Any) -> Account:
        """Change some of display, roles, agency, street, streets, seat. Raises ValueError, NoAccount."""
        with self._changing():
            account = self._must(name)
            before = msgspec.to_builtins(account.rights)
            after = check_rights(**{**before, **fields})
            changed = [field for field in before if getattr(account.rights, field) != getattr(after, field)]
            if {"display", "roles"}.intersection(changed) and not account.automated:
                self._check_display(name, after)
            if changed:
                self._writer.execute("UPDATE accounts SET rights = ? WHERE name = ?", (_stored(after), name))
                self._note_change(name, changed, now)
            return self._must(name)

    def set_password(self, name: str, password: str, *, now: float) -> None:
        """Set a password. Raises ValueError, NoAccount."""
        hashed = self._passwords.hash(check_password(password))
        self._set("UPDATE accounts SET password = ? WHERE name = ?", hashed, name, "password", now)

    def set_pin(self, name: str, pin: str, *, now: float) -> None:
        """Set the PIN for walls, '' removes it. Raises ValueError, NoAccount."""
        hashed = self._passwords.hash(check_pin(pin)) if pin else ""
        self._set("UPDATE accounts SET pin = ? WHERE name = ?", hashed, name, "pin", now)

    def disable(self, name: str, *, now: float) -> bool:
        """Disable an account; return whether it was enabled. Raises NoAccount."""
        with self._changing():
            was_open = self._must(name).disabled_at is None
            if was_open:
                self._writer.execute("UPDATE accounts SET disabled_at = ? WHERE name = ?", (now, name))
                self._note("UserDisabled", name, {}, now)
            return was_open

    def enable(self, name: str, *, now: float) -> bool:
        """Enable a disabled account; return whether it was disabled. Raises ValueError, NoAccount."""
        with self._changing():
            account = self._must(name)
            was_closed = account.disabled_at is not None
            if was_closed and not account.automated:
                self._check_display(name, account.rights)
            if was_closed:
                self._writer.execute("UPDATE accounts SET disabled_at = NULL WHERE name = ?", (name,))
                self._note_change(name, ["enabled"], now)
            return was_closed

    def verify(self, name: str, secret: str, *, pin: bool = False) -> Account | None:
        """Return the enabled account with this password or PIN, else None; equally slow for unknown names."""
        column = "pin" if pin else "password"
        with self._reading:
            row = self._reader.execute(_SECRET[column], (name,)).fetchone()
        kept = row[0] if row else ""
        checked = self._passwords.verify(kept, secret)
        account = self.get(name)
        if not checked.good or account is None or account.disabled_at is not None:
            return None
        if checked.new_hash:  # stored only if the hash has not changed meanwhile
            with self._changing():
                self._writer.execute(_KEEP[column], (checked.new_hash, name, kept))
        return account

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
        self._reader.close()

    def _set(self, statement: str, hashed: str, name: str, what: str, now: float) -> None:
        with self._changing():
            self._must(name)
            self._writer.execute(statement, (hashed, name))
            self._note_change(name, [what], now)

    def _note_change(self, name: str, changed: Iterable[str], now: float) -> None:
        rights = msgspec.to_builtins(self._must(name).rights)
        self._note("UserChanged", name, {"changed": [*changed], **rights}, now)

    def _note(self, kind: str, account: str, data: dict[str, Any], now: float) -> None:
        self._writer.execute(
            "INSERT INTO account_changes (id, at, kind, account, data) VALUES (?, ?, ?, ?, ?)",
            (secrets.token_hex(8), now, kind, account, json.dumps(data, ensure_ascii=False)),
        )

    def _check_display(self, name: str, rights: Rights) -> None:
        """Refuse a display name that another account of the same shift role has. Raises ValueError.

        Otherwise the roster would put both on one shift. Automated accounts (of the demo) may share a name.
        """
        shift = SHIFT_ROLES.intersection(rights.roles)
        for other in self._all(self._writer) if shift else ():
            if other.name == name or other.automated or other.disabled_at is not None:
                continue
            shared = shift.intersection(other.rights.roles)
            if other.display == rights.display and shared:
                message = (
                    f"display: expected a name that no other {min(shared)} has, got {rights.display!r}"
                    f" (account {other.name!r})"
                )
                raise ValueError(message)

    @staticmethod
    def _all(database: sqlite3.Connection) -> Sequence[Account]:
        rows = database.execute(f"{_SELECT} ORDER BY name").fetchall()
        return [account for row in rows if (account := _account(row))]

    def _select(self, name: str) -> Any:
        return self._writer.execute(f"{_SELECT} WHERE name = ?", (name,)).fetchone()

    def _must(self, name: str) -> Account:
        account = _account(self._select(name))
        if account is None:
            message = f"name: there is no account {name!r}"
            raise NoAccount(message)
        return account

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Run one transaction, committed or rolled back as a whole. Raises sqlite3.Error."""
        with self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._writer.execute("COMMIT")
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise


def _stored(rights: Rights) -> str:
    return msgspec.json.encode(rights).decode()


def _account(row: Any) -> Account | None:
    if row is None:
        return None
    name, rights, automated, password, pin, created_at, disabled_at = row
    granted = msgspec.json.decode(rights, type=Rights)
    return Account(name, granted, bool(automated), bool(password), bool(pin), created_at, disabled_at)
