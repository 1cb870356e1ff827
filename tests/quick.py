"""Accounts whose passwords cost nothing to make, where a test is about what comes after them."""

from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from feeds.people.accounts import Accounts
from feeds.people.passwords import Passwords

__all__ = ["QUICK", "enrol", "quick_hasher"]


def quick_hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


QUICK = Passwords(quick_hasher())


def enrol(data: Path, name: str, display: str, role: str, **given: Any) -> None:
    """Create an account in the store of a data folder; ``given`` as :meth:`Accounts.create` takes it."""
    accounts = Accounts(data, QUICK)
    accounts.create(name, display, roles=[role], **{"now": 1.0, **given})
    accounts.close()
