"""Health: checks the console's dependencies every second and logs each change once."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog

from city.clocks.freshness import freshness
from console.live.feed_follower import BEAT_S, Follower
from feeds.ledger.ledger import Ledger, LedgerUnavailable
from feeds.ledger.server_policies import Problem, check_disk, check_server

__all__ = ["Health"]

log = structlog.get_logger()

POLICY_S = 60


class Health:
    """State of the console's dependencies. ``warm`` is set when the first pictures are drawn."""

    def __init__(
        self, follower: Follower, ledger: Ledger, *, data_dir: Path, min_free_mb: int,
        clock: Callable[[], float], chain: Callable[[], str] = lambda: "",
    ) -> None:  # fmt: skip
        """``chain`` returns the fault of the whole ledger's chain, '' for none."""
        self._chain = chain
        self._follower = follower
        self._ledger = ledger
        self._data_dir = data_dir
        self._min_free_mb = min_free_mb
        self._clock = clock
        self._policies: list[Problem] = []
        self._codes: frozenset[str] = frozenset()
        self._goal: int | None = None
        self.log_down_since: float | None = None
        self.warm = False

    async def run(self) -> None:
        """Check every second until cancelled."""
        second = 0
        while True:
            await self._check(second % POLICY_S == 0)
            self._log_changes()
            second += 1
            await asyncio.sleep(1.0)

    async def _check(self, policies_too: bool) -> None:
        try:
            # Not wait_for: before Python 3.12 it loses a cancellation that arrives together with the result.
            async with asyncio.timeout(3.0):
                head, _ = await self._ledger.head()
            if self._goal is None:
                self._goal = head
            if policies_too or self.log_down_since is not None:
                self._policies = await check_server(self._ledger.client)
                self._policies += check_disk(self._data_dir, self._min_free_mb)
            self.log_down_since = None
        except (LedgerUnavailable, TimeoutError):
            if self.log_down_since is None:
                self.log_down_since = self._clock()

    @property
    def feed(self) -> tuple[str, float | None]:
        """Return the feed's state (live, late, lost) and, unless it is live, since when (epoch seconds)."""
        if self.log_down_since is not None:
            return "lost", self.log_down_since
        beat_at = self._follower.beat_at
        if self._follower.broken_since is not None:
            return "lost", self._follower.broken_since  # a broken chain: incoming facts are not folded
        state = freshness(beat_at, BEAT_S, self._clock())
        return state, None if state == "live" else beat_at

    @property
    def chain_broken(self) -> str:
        """The fault of the ledger's chain, found by folding or by verification; '' for none."""
        return self._follower.broken or self._chain()

    def problems(self) -> list[dict[str, str]]:
        """Return the reasons why the console is not ready, each with a code and a text for the operator."""
        found = [{"code": p.code, "text": p.text} for p in self._policies]
        if self.log_down_since is not None or self._goal is None:
            found.append({"code": "log_down", "text": "the log server does not answer"})
        if self.feed[0] == "lost":
            found.append({"code": "feed_lost", "text": "no beat arrives from the gateway"})
        if self.chain_broken:
            text = f"the ledger's chain is broken at {self.chain_broken} (citywall audit verify)"
            found.append({"code": "chain_broken", "text": text})
        position = self._follower.store.state.ledger.position
        if self._goal is not None and position < self._goal:
            found.append({"code": "catching_up", "text": f"folded {position} of {self._goal} facts"})
        if not self.warm:
            found.append({"code": "warming_up", "text": "the first pictures are being drawn"})
        return found

    def _log_changes(self) -> None:
        codes = frozenset(problem["code"] for problem in self.problems())
        for code in codes - self._codes:
            log.warning("not_ready", code=code)
        for code in self._codes - codes:
            log.info("ready_again", code=code)
        self._codes = codes
