"""Grant facts: every grant and revocation of an account's right, written once to the ledger, like tokens'."""

from typing import Any

import msgspec

from city.clocks.timestamps import iso
from feeds.people.accounts import Accounts

__all__ = ["AccountNote", "account_notes"]


class AccountNote(msgspec.Struct, frozen=True):
    """One act to append: deterministic command id, fact type (v1), subject and data without a secret.

    ``number`` increases; the engine continues after the last one it appended.
    """

    number: int
    command_id: str
    kind: str
    subject: str
    data: dict[str, Any]


def account_notes(accounts: Accounts, after: int = 0) -> list[AccountNote]:
    """Return the notes after a number, oldest first; appending one again changes nothing."""
    return [
        AccountNote(
            change.number,
            f"account:{change.id}",
            change.kind,
            f"account:{change.account}",
            {"account": change.account, "at": iso(change.at), **change.data},
        )
        for change in accounts.changes(after)
    ]
