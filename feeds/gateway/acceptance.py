"""Acceptance: validates the frames of publishers, appends their records to the logs, and answers."""

import asyncio
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog

from city.clocks.timestamps import iso
from city.dispatch.tables.categories import ClassRef
from feeds.gateway.dead_letters import DeadLetters
from feeds.gateway.hub import Hub
from feeds.gateway.picture_looks import look_of
from feeds.gateway.picture_store import Picture, Pictures, Since
from feeds.gateway.publish_jobs import Job, act_of, batch_of, command_id, id_of, name_by_reference
from feeds.gateway.unavailable_logs import retry_while_unavailable
from feeds.ledger.ledger import Act, Appended, Ledger
from feeds.people.reporters import PeopleStore
from feeds.protocol.answers import Ack, Rejection, ack, rejection
from feeds.protocol.faults import Rejected
from feeds.protocol.frames import BadFrame, decode
from feeds.protocol.records import Normalised, ValidationContext, validate_all
from feeds.protocol.rights import Claims, Scope, StreetFinder
from feeds.protocol.topics import LEDGER_KINDS, TELEMETRY_TOPICS
from feeds.telemetry.telemetry import Batch, Telemetry, digest_of

__all__ = ["Acceptance", "Counts", "Stores"]

log = structlog.get_logger(__name__)


@dataclass
class Counts:
    """Counters of published records, by topic; ``letters_lost`` counts dead letters that were not stored."""

    accepted: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    bad_frames: int = 0
    letters_lost: int = 0


class Stores(msgspec.Struct, frozen=True):
    """The stores for accepted and rejected records."""

    ledger: Ledger
    telemetry: Telemetry
    pictures: Pictures
    people: PeopleStore
    deadletters: DeadLetters
    streets: StreetFinder


class Acceptance:
    """Shared by all publishing sockets of a process."""

    def __init__(
        self,
        stores: Stores,
        hub: Hub,
        *,
        categories: Mapping[str, tuple[ClassRef, ...]],
        classes: frozenset[ClassRef],
    ) -> None:
        self.counts = Counts()
        self._stores = stores
        self._hub = hub
        self._categories = categories
        self._classes = classes

    def judge(self, topic: str, claims: Claims, text: str) -> Job | BadFrame:
        """Decode and validate a frame. Stores nothing."""
        frame = decode(text)
        if isinstance(frame, BadFrame):
            self.counts.bad_frames += 1
            return frame
        now = self._hub.clock()
        scope = Scope(self._stores.streets, frozenset(claims.streets)) if claims.streets else None
        context = ValidationContext(
            client=claims.client,
            received=iso(now),
            now_city=self._hub.city_now(),
            scope=scope,
            anywhere=claims.anywhere("publish", topic),
            categories=self._categories,
            classes=self._classes,
        )
        judged = validate_all(topic, frame.records, context, suspect=frame.suspect)
        return Job(topic, claims.client, frame.batch, context.received, now, frame.records, judged, {}, set())

    async def commit(self, jobs: Sequence[Job]) -> list[bytes]:
        """Append the valid records of jobs of one topic durably and in order; return the answers.

        Waits while a log is unavailable.
        """
        for job in jobs:
            self._drop_repeats(job)
        topic = jobs[0].topic
        if topic in TELEMETRY_TOPICS:
            await self._drop_known(topic, jobs)
        else:
            await self._drop_known_rejects(jobs)
        await self._keep_people(jobs)
        await self._append_facts(jobs)
        await self._keep_pictures(jobs)
        if topic in TELEMETRY_TOPICS:
            await self._append_measured(topic, jobs)
        return [await self._answer(job) for job in jobs]

    def _drop_repeats(self, job: Job) -> None:
        """Mark repeated ids among the valid records of a batch as duplicates; the first record counts."""
        seen: set[str] = set()
        for index, found in job.open():
            if found.id in seen:
                job.duplicates.add(index)
            seen.add(found.id)

    async def _drop_known(self, topic: str, jobs: Sequence[Job]) -> None:
        """For facts and pictures on telemetry topics: mark those whose id a measurement has used."""
        asked = [
            (job, index, digest_of(job.client, found.id))
            for job in jobs
            for index, found in job.open()
            if found.kind in LEDGER_KINDS or found.jpeg is not None
        ]
        for start in range(0, len(asked), 1000):
            some = asked[start : start + 1000]
            digests = [digest for *_, digest in some]
            ask = Batch(jobs[0].client, jobs[-1].received, digests, "k" * len(some), ())
            answers = await retry_while_unavailable(lambda: self._stores.telemetry.append(topic, [ask]))  # noqa: B023  # awaited in this round
            known = answers[0].known
            for (job, index, _), is_known in zip(some, known, strict=True):
                if is_known:
                    job.duplicates.add(index)
        for job in jobs:
            for index, found in job.open(ledger=False):
                if self._hub.current.has_registered(topic, job.client, found.id):
                    job.duplicates.add(index)

    async def _keep_people(self, jobs: Sequence[Job]) -> None:
        people = self._stores.people
        kept = []
        for job in jobs:
            for _, found in job.open():
                if found.reporter is not None:
                    kept.append((name_by_reference(people, job.client, found), found.reporter))
        if kept:
            await asyncio.to_thread(people.put, kept, now=jobs[-1].now)

    async def _append_facts(self, jobs: Sequence[Job]) -> None:
        places = [(job, index, found) for job in jobs for index, found in job.open(ledger=True)]
        if not places:
            return
        acts = self._acts(places)
        floor = self._hub.facts.end
        tries = Counter[str]()

        async def append() -> Any:
            tries["append"] += 1
            return await self._stores.ledger.append(acts)

        answers = await retry_while_unavailable(append)
        retried = tries["append"] > 1
        for (job, index, found), answer in zip(places, answers, strict=True):
            if job.topic in TELEMETRY_TOPICS:
                self._hub.current.remember(job.topic, job.client, found.id, job.now)
            if found.kind == "device":
                self._hub.current.devices.add(found.record["device"])
            # If an earlier attempt had no answer, a fact newer than the floor was appended by that attempt.
            if isinstance(answer, Appended) or (retried and answer.position > floor):
                job.taken[index] = str(answer.position)
            else:
                job.duplicates.add(index)

    def _acts(self, places: Sequence[tuple[Job, int, Normalised]]) -> list[Act]:
        nan = float("nan")
        lon = [found.record.get("lon", nan) for _, _, found in places]
        lat = [found.record.get("lat", nan) for _, _, found in places]
        codes = self._stores.streets.codes
        streets = [codes[i] if i >= 0 else "" for i in self._stores.streets.of(lon, lat)]
        pairs = zip(places, streets, strict=True)
        return [act_of(job.topic, job.client, found, street) for (job, _, found), street in pairs]

    async def _keep_pictures(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            for _, found in job.open():
                if found.jpeg is None:
                    continue
                record, jpeg = found.record, found.jpeg
                picture = Picture(jpeg, record["at"], hashlib.sha256(jpeg).hexdigest())
                record["sha256"], record["bytes"] = picture.sha256, len(jpeg)
                camera = record["camera"]
                await retry_while_unavailable(lambda: self._stores.pictures.put(camera, picture))  # noqa: B023  # awaited in this round
                since = await self._since(camera, picture)
                told = {"same_since": since.same, "dark_since": since.dark}
                record |= {name: at for name, at in told.items() if at}

    async def _since(self, camera: str, picture: Picture) -> Since:
        """Return since when a camera's pictures are alike; one that cannot be decoded is not compared."""
        look = await asyncio.to_thread(look_of, picture.jpeg)
        if look is None:
            return Since()
        return await retry_while_unavailable(
            lambda: self._stores.pictures.note_look(camera, picture.at, look)
        )

    async def _append_measured(self, topic: str, jobs: Sequence[Job]) -> None:
        batches = [batch_of(job, self._hub.current.devices) for job in jobs]
        asked = [(job, *made) for job, made in zip(jobs, batches, strict=True) if made[0]]
        if not asked:
            return
        made = [batch for *_, batch in asked]
        answers = await retry_while_unavailable(lambda: self._stores.telemetry.append(topic, made))
        for (job, indices, batch), answer in zip(asked, answers, strict=True):
            for index, kind, known in zip(indices, batch.kinds, answer.known, strict=True):
                if kind == "n" and not known:
                    job.taken[index] = answer.last_id or ""
                elif kind != "c" and known:
                    job.duplicates.add(index)

    async def _drop_known_rejects(self, jobs: Sequence[Job]) -> None:
        """Mark rejected records with a known id as duplicates: a repeated id is ignored, valid or not."""
        earlier: set[str] = set()
        asked: list[tuple[Job, int, str]] = []
        for job in jobs:
            for index, found in enumerate(job.judged):
                if isinstance(found, Normalised):
                    earlier.add(found.id)
                    continue
                record_id = id_of(job.records[index])
                if record_id is None:
                    continue
                if record_id in earlier:
                    job.duplicates.add(index)
                else:
                    asked.append((job, index, command_id(job.topic, job.client, record_id)))
        ids = [one for *_, one in asked]
        done = await retry_while_unavailable(lambda: self._stores.ledger.done_each(ids))
        for (job, index, _), position in zip(asked, done, strict=True):
            if position:
                job.duplicates.add(index)

    async def _answer(self, job: Job) -> bytes:
        letters = [
            (job.records[index], rejection(index, found))
            for index, found in enumerate(job.judged)
            if isinstance(found, Rejected) and index not in job.duplicates
        ]
        if letters:
            await self._keep_letters(job, letters)
        self.counts.accepted[job.topic] += len(job.taken)
        self.counts.duplicates[job.topic] += len(job.duplicates)
        self.counts.rejected[job.topic] += len(letters)
        last = job.taken[max(job.taken)] if job.taken else None
        rejected = [why for _, why in letters]
        return ack(job.batch, Ack(len(job.taken), len(job.duplicates), rejected, last))

    async def _keep_letters(self, job: Job, letters: list[tuple[Any, Rejection]]) -> None:
        try:
            await asyncio.to_thread(self._stores.deadletters.add, job.topic, job.client, letters, now=job.now)
        except sqlite3.Error as error:  # the publisher gets the rejections anyway
            self.counts.letters_lost += len(letters)
            log.error("dead_letters_lost", count=len(letters), error=str(error))
