"""Credentials: checks passwords and PINs, with growing delays after failed attempts."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from feeds.people.accounts import Account, Accounts
from feeds.people.sign_in_attempts import Limit, SignInAttempts

__all__ = ["Credentials", "Proof"]

log = structlog.get_logger()

BY_PASSWORD: Final = Limit(free=3, lock_at=10)
BY_PIN: Final = Limit(free=2, lock_at=5)
BY_ADDRESS: Final = Limit(free=20, lock_at=100, longest_s=30.0)
"""A whole office may share one address, so its limit is higher than an account's."""
AT_ONCE: Final = 2
"""Verifications at a time: each takes 50 ms and 64 MB."""


class Proof(msgspec.Struct, frozen=True):
    """The result of an attempt: the account, or None and (after too many failures) the seconds to wait."""

    account: Account | None
    wait_s: float = 0.0


class Credentials:
    """Checks names and secrets; counts outcomes in ``counts``: good, refused, waits."""

    def __init__(
        self, accounts: Accounts, attempts: SignInAttempts, *, counts: Counter[str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.counts: Counter[str] = Counter() if counts is None else counts
        self._accounts = accounts
        self._attempts = attempts
        self._clock = clock
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def prove(self, name: str, secret: str, *, remote: str, pin: bool = False) -> Proof:
        """Return the account. A wrong secret and an unknown account give the same answer at the same cost."""
        async with self._slots:
            return await asyncio.to_thread(self._prove, name.strip().lower()[:64], secret, remote, pin)

    def _prove(self, name: str, secret: str, remote: str, pin: bool) -> Proof:
        way = "pin" if pin else "password"
        mine, theirs = f"{way}:{name}", f"address:{remote}"
        counted = self._attempts.counting_key(mine, remote, now=self._clock())
        limits = {counted: BY_PIN if pin else BY_PASSWORD, theirs: BY_ADDRESS}
        wait = self._attempts.begin(limits, now=self._clock())
        # An unknown name is not logged: somebody may have typed the password there.
        known = name if self._accounts.get(name) is not None else "unknown"
        if wait > 0:
            self.counts["waits"] += 1
            log.warning("sign_in_waits", way=way, account=known, remote=remote, wait_s=round(wait, 1))
            return Proof(None, wait)
        account = self._accounts.verify(name, secret, pin=pin)
        if account is None:
            self.counts["refused"] += 1
            log.warning("sign_in_refused", way=way, account=known, remote=remote)
            return Proof(None)
        self._attempts.reset(counted)
        self._attempts.remember_address(mine, remote, now=self._clock())
        self._attempts.uncount(theirs, BY_ADDRESS, now=self._clock())
        self.counts["good"] += 1
        log.info("signed_in", way=way, account=account.name, remote=remote)
        return Proof(account)
