"""Verifies the ledger's stream after the start and once an hour, to find rows that were changed long ago.

Folding checks each fact, but a process folds each fact once, and only those after its snapshot. Closed
segments may cover years and are not verified here; ``citywall audit verify`` does that.
"""

import asyncio
import threading
from pathlib import Path

import structlog

from feeds.ledger.anchors import Anchors
from feeds.ledger.audit import Verdict, verify_stream
from feeds.ledger.ledger import Ledger, LedgerUnavailable

__all__ = ["EVERY_S", "ChainWatch"]

EVERY_S = 3600.0
RETRY_S = 30.0
"""Delay after a verification that the log server interrupted."""

log = structlog.get_logger()


class ChainWatch:
    """``broken`` names the first bad row that the newest verification found, '' for none."""

    def __init__(self, url: str, data_dir: Path) -> None:
        self.broken = ""
        self._url = url
        self._data_dir = data_dir

    async def run(self, folded: asyncio.Event) -> None:
        """Verify repeatedly until cancelled. It begins after the fold, which needs the same processor."""
        await folded.wait()
        while True:
            wait = EVERY_S if await self.walk() else RETRY_S
            await asyncio.sleep(wait)

    async def walk(self) -> bool:
        """Verify once in a daemon thread, which does not delay shutdown; return whether it finished."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Verdict | None] = loop.create_future()

        def set_result(verdict: Verdict | None) -> None:
            if not done.done():
                done.set_result(verdict)

        def work() -> None:
            verdict = asyncio.run(self._verdict())
            if not loop.is_closed():
                loop.call_soon_threadsafe(set_result, verdict)

        threading.Thread(target=work, name="chain-watch", daemon=True).start()
        verdict = await done
        if verdict is None:
            return False
        bad = verdict.bad
        found = f"position {bad.position}: {bad.reason}" if bad is not None else ""
        if found != self.broken:
            log.error("chain_broken", why=found) if found else log.info("chain_whole")
        self.broken = found
        return True

    async def _verdict(self) -> Verdict | None:
        """Return the result of a verification; None when it could not finish."""
        try:
            anchors = Anchors(self._data_dir / "anchors.log").read()
            ledger = await Ledger.open(self._url)
            try:
                return await verify_stream(ledger, anchors)
            finally:
                await ledger.close()
        except (LedgerUnavailable, OSError, ValueError) as error:
            log.warning("chain_not_walked", error=str(error))
            return None
