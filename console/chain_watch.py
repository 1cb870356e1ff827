"""Walks the ledger's stream at the start and once an hour: a row that was changed long ago shows too.

What is folded is checked while folding. But a process folds from its snapshot on only, and once. Closed
segments are not walked here, they may be years: that is ``citywall audit verify``.
"""

import asyncio
import threading
from pathlib import Path

import structlog

from feeds.anchors import Anchors
from feeds.audit import Verdict, verify_stream
from feeds.ledger import Ledger, LedgerUnavailable

__all__ = ["EVERY_S", "ChainWatch"]

EVERY_S = 3600.0
AGAIN_S = 30.0
"""So long after a walk that the log server did not let come to its end."""

log = structlog.get_logger()


class ChainWatch:
    """``broken`` names the first bad row that the newest walk met, '' when there is none."""

    def __init__(self, url: str, data_dir: Path) -> None:
        self.broken = ""
        self._url = url
        self._data_dir = data_dir

    async def run(self) -> None:
        """Walk for ever, until cancelled."""
        while True:
            wait = EVERY_S if await self.walk() else AGAIN_S
            await asyncio.sleep(wait)

    async def walk(self) -> bool:
        """Walk once, in a thread that keeps nobody from ending; return whether it came to an end."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Verdict | None] = loop.create_future()

        def tell(verdict: Verdict | None) -> None:
            if not done.done():
                done.set_result(verdict)

        def work() -> None:
            verdict = asyncio.run(self._verdict())
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, verdict)

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
        """Return what a walk found; None when it could not be walked to the end."""
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
