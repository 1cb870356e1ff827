"""The telemetry archive: measurements are written to Parquet files before they are trimmed.

Files are ``<folder>/<topic>/<UTC day>/<hour>-<n>.parquet``, one row per record. When the writer lags,
trimming goes on: the lost batches are counted, and the count is stored.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from city.clocks.timestamps import iso
from feeds.protocol.cursors import StreamId, stream_id, stream_text
from feeds.storage.files import sync_folder
from feeds.telemetry.archive_files import HourFile
from feeds.telemetry.telemetry import KEEP_BYTES, KEEP_S, Telemetry, TelemetryEntry, TelemetryUnavailable
from feeds.telemetry.topic_servers import open_telemetry

__all__ = ["ROUND_S", "TOPICS", "Archive"]

TOPICS = ("sensor", "camera", "unit")
FLUSH_S = 300.0
ROUND_S = 20.0


class Place(msgspec.Struct):
    """Archive progress of a topic. ``passed`` counts batches archived or lost, ``lost`` only lost ones."""

    after: str = "0-0"
    hour: str = ""
    number: int = 0
    passed: int = 0
    lost: int = 0
    records: int = 0


class Archive:
    """Writes telemetry into files and trims it. Run it in one process; two would do the same work twice."""

    def __init__(
        self, telemetry: Telemetry, folder: Path, *, clock: Callable[[], float],
        keep_s: float = KEEP_S, keep_bytes: int = KEEP_BYTES,
    ) -> None:  # fmt: skip
        self._telemetry = telemetry
        self._folder = folder
        self._clock = clock
        self._keep_s = keep_s
        self._keep_bytes = keep_bytes
        self._cursors = folder / "cursors.json"
        self.places = self._load()
        self.problem: str | None = None

    @classmethod
    async def open(
        cls, url: str, folder: Path, *, clock: Callable[[], float], topics: str = "",
        keep_s: float = KEEP_S, keep_bytes: int = KEEP_BYTES,
    ) -> "Archive":  # fmt: skip
        """Connect to the server of the telemetry; ``clock`` is machine time (epoch seconds).

        ``topics`` names those that are on other servers (:func:`open_telemetry`).

        Raises TelemetryUnavailable, OSError, ValueError when the cursor file is damaged.
        """
        telemetry = await open_telemetry(url, topics)
        try:
            return cls(telemetry, folder, clock=clock, keep_s=keep_s, keep_bytes=keep_bytes)
        except BaseException:
            await telemetry.close()
            raise

    @property
    def lost(self) -> int:
        """Number of batches trimmed before they were archived, since the archive was created."""
        return sum(place.lost for place in self.places.values())

    async def run(self) -> None:
        """Archive and trim without end; an error is stored in :attr:`problem`, and the step is repeated."""
        while True:
            await self.step()
            await asyncio.sleep(ROUND_S)

    async def step(self, *, flush: bool = False) -> None:
        """Archive what is due (with ``flush``: everything), then trim, even if archiving failed."""
        self.problem = None
        for topic in TOPICS:
            try:
                await self._count_loss(topic)
                await self._archive(topic, flush=flush)
            except (TelemetryUnavailable, OSError) as error:
                self.problem = f"{topic}: {error}"
            try:
                await self._telemetry.trim(topic, keep_s=self._keep_s, keep_bytes=self._keep_bytes)
                await self._count_loss(topic)
            except (TelemetryUnavailable, OSError) as error:
                self.problem = f"{topic}: {error}"

    async def close(self) -> None:
        """Close the connections."""
        await self._telemetry.close()

    async def _count_loss(self, topic: str) -> None:
        """Count the batches trimmed before archiving: all trimmed batches minus ``passed``."""
        held = await self._telemetry.entries(topic)
        if held is None:
            return
        added, length, first = held
        place, gone = self.places[topic], added - length
        if added < place.passed:  # a new stream under the old name
            place.passed = gone
        elif gone > place.passed and (first is None or first > stream_id(place.after)):
            place.lost += gone - place.passed
            place.passed = gone
            self._save()

    async def _archive(self, topic: str, *, flush: bool) -> None:
        """Write one file for each hour that has due entries."""
        place = self.places[topic]
        while True:
            entries = await self._telemetry.read(topic, stream_id(place.after), count=1)
            if not entries or not (flush or await self._is_due(topic, entries[0])):
                return
            await self._write_hour(topic, _hour(entries[0].id))

    async def _is_due(self, topic: str, oldest: TelemetryEntry) -> bool:
        now = self._clock()
        if _hour(oldest.id) != iso(now)[:13] or now - oldest.id[0] / 1000 >= FLUSH_S:
            return True
        return await self._telemetry.used_bytes(topic) > self._keep_bytes // 2

    async def _write_hour(self, topic: str, hour: str) -> None:
        """Write the entries of one hour that are not yet archived into the hour's next file.

        The progress is saved after the file: after a crash in between, the same file is written again.
        """
        place = self.places[topic]
        number = place.number + 1 if place.hour == hour else 1
        day, of_day = hour.split("T")
        path = self._folder / topic / day / f"{of_day}-{number}.parquet"
        after, batches, over = stream_id(place.after), 0, False
        file = await asyncio.to_thread(HourFile, path, topic)
        try:
            while not over and (entries := await self._telemetry.read(topic, after)):
                taken = [entry for entry in entries if _hour(entry.id) == hour]
                over = len(taken) < len(entries)
                await asyncio.to_thread(file.add, taken)
                batches += len(taken)
                after = taken[-1].id if taken else after
            await asyncio.to_thread(file.close)
        finally:
            file.drop()
        place.after, place.hour, place.number = stream_text(after), hour, number
        place.passed += batches
        place.records += file.rows
        await asyncio.to_thread(self._save)

    def _load(self) -> dict[str, Place]:
        found: dict[str, Place] = {}
        if self._cursors.exists():
            try:
                found = msgspec.json.decode(self._cursors.read_bytes(), type=dict[str, Place])
            except msgspec.MsgspecError as error:
                message = f"{self._cursors} cannot be read: {error}"
                raise ValueError(message) from error
        return {topic: found.get(topic, Place()) for topic in TOPICS}

    def _save(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._cursors.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(msgspec.json.encode(self.places))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self._cursors)
        sync_folder(self._folder)


def _hour(id_: StreamId) -> str:
    """Return the UTC hour of a stream id, as ``2026-11-21T22``."""
    return iso(id_[0] / 1000)[:13]
