"""Backup of a running city, and its restore; :mod:`feeds.ledger.backup_files` describes the files."""

import asyncio
import secrets
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, cast

import msgspec
from redis.exceptions import RedisError

from city.clocks.timestamps import iso
from city.facts.chain import GENESIS
from city.facts.fact import body_of
from feeds.ledger import backup_files as files
from feeds.ledger.audit import Bad, Walk, all_rows, verify
from feeds.ledger.backup_files import BackupDamaged, Manifest, PackedLines, check_backup
from feeds.ledger.ledger import (
    DONE_PREFIX,
    EPOCH,
    HEAD,
    LAST_POSITIONS,
    STREAM,
    VERSIONS,
    Act,
    Ledger,
    LedgerUnavailable,
)
from feeds.ledger.segments import Row, Segments

__all__ = ["BackupDamaged", "Manifest", "RestoreRefused", "backup", "check_backup", "restore"]

CHUNK, PAGE = 100_000, 1000
VERSIONS_COPY, LAST_POSITIONS_COPY = "{ledger}:backup:versions", "{ledger}:backup:winners"
RESTORING = "{ledger}:restoring"
COPY_TTL_S = 6 * 3600


class RestoreRefused(ValueError):
    """The target of the restore is not empty; nothing was changed."""


async def backup(
    data_dir: Path, ledger: Ledger, target: Path, *, now: float, archive: bool = False
) -> Manifest:
    """Copy the ledger up to its current head and the files of ``data_dir`` into the new folder ``target``.

    Appends continue during the backup; the server is blocked once, to copy the versions of all subjects.
    ``now`` is epoch seconds; with ``archive`` the telemetry archive is copied too.

    Raises FileExistsError when ``target`` exists, ValueError when it lies in ``data_dir`` or the ledger is
    damaged, LedgerUnavailable, OSError.
    """
    partial = files.prepare(data_dir, target)
    try:
        frozen = msgspec.structs.replace(await _freeze(ledger), made_at=iso(now))
        await asyncio.to_thread(files.copy_segments, data_dir, partial, frozen.position)
        await _write_tail(ledger, Segments(data_dir / files.LEDGER), partial, frozen)
        await _write_done(ledger.client, partial / files.DONE, frozen.position)
        await _write_versions(ledger.client, partial / files.VERSIONS)
        await ledger.client.unlink(VERSIONS_COPY, LAST_POSITIONS_COPY)
    except RedisError as error:
        raise LedgerUnavailable(str(error)) from error
    # after the facts: the copy of the people store then holds every reporter that a copied fact refers to
    await asyncio.to_thread(files.copy_files, data_dir, partial, frozen.position, archive=archive)
    return await asyncio.to_thread(files.close_backup, partial, target, frozen)


async def _freeze(ledger: Ledger) -> Manifest:
    """Read head, epoch and versions in one transaction."""
    async with ledger.client.pipeline(transaction=True) as transaction:
        transaction.hmget(HEAD, ["n", "h", "r"])
        transaction.get(EPOCH)
        for source, copy in ((VERSIONS, VERSIONS_COPY), (LAST_POSITIONS, LAST_POSITIONS_COPY)):
            transaction.unlink(copy)
            transaction.copy(source, copy)
            transaction.expire(copy, COPY_TTL_S)
        (position, hash_, recorded_at), epoch, *_ = await transaction.execute()
    return Manifest(
        "", (epoch or b"").decode(), int(position or 0), (hash_ or GENESIS.encode()).decode(),
        (recorded_at or b"").decode(), {},
    )  # fmt: skip


async def _write_tail(ledger: Ledger, live: Segments, partial: Path, frozen: Manifest) -> None:
    """Write the facts after the copied segments as segments too, and check that they continue the chain."""
    copied = await asyncio.to_thread(verify, Segments(partial / files.LEDGER).rows())
    if copied.bad is not None:
        raise _damaged(copied.bad)
    position = copied.position
    tail, chunk = Segments(partial / files.TAIL), list[Row]()
    walk = Walk(position=position, previous=copied.hash)
    if position < frozen.position:
        async for row in all_rows(ledger, live, after=position):
            if row.position > frozen.position:
                break
            before = walk.hash
            if not walk.take(row):
                break
            chunk.append(Row(row.position, row.recorded_at, row.hash, before, row.body))
            if len(chunk) == CHUNK or row.position == frozen.position:
                await asyncio.to_thread(tail.write, chunk)
                chunk = []
    if walk.bad is not None or (walk.position, walk.hash) != (frozen.position, frozen.hash):
        raise _damaged(walk.bad or walk.missing("missing"))


def _damaged(bad: Bad) -> ValueError:
    return ValueError(
        f"the ledger is damaged at position {bad.position}: {bad.reason}; no backup was made. "
        "`citywall audit verify` checks the whole ledger; earlier backups were not changed"
    )


async def _write_done(client: Any, path: Path, position: int) -> None:
    """Write the command ids that were done up to ``position``; later ones are left out."""
    lines = PackedLines(path)
    cursor: int | None = None
    while cursor != 0:
        cursor, buckets = await client.scan(cursor or 0, match=f"{DONE_PREFIX}*", count=PAGE)
        async with client.pipeline(transaction=False) as page:
            for bucket in buckets:
                page.hgetall(bucket)
            for bucket, done in zip(buckets, await page.execute(), strict=True):
                kept = {key.decode(): int(at) for key, at in done.items() if int(at) <= position}
                lines.write([bucket.decode().removeprefix(DONE_PREFIX), kept])
    lines.close()


async def _write_versions(client: Any, path: Path) -> None:
    """Write (subject, version, position of its last fact) from the frozen copies."""
    lines = PackedLines(path)
    cursor: int | None = None
    while cursor != 0:
        cursor, versions = await client.hscan(VERSIONS_COPY, cursor or 0, count=PAGE)
        if versions:
            positions = await client.hmget(LAST_POSITIONS_COPY, list(versions))
            for (subject, version), last in zip(versions.items(), positions, strict=True):
                lines.write([subject.decode(), int(version), int(last or 0)])
    lines.close()


async def restore(source: Path, data_dir: Path, ledger: Ledger) -> str:
    """Put a backup back into an empty data dir and an empty ledger; return the new epoch.

    Facts keep their positions, times and hashes; a ``LedgerRestored`` fact is appended after them. To repeat
    an interrupted restore, call it again with the same backup. No other process may append during the
    restore. Raises BackupDamaged, RestoreRefused, LedgerUnavailable, OSError.
    """
    manifest, verdict = await asyncio.to_thread(check_backup, source)
    if verdict.bad is not None:
        message = f"position {verdict.bad.position}: {verdict.bad.reason}"
        raise BackupDamaged(message)
    try:
        if await _may_begin(ledger.client, manifest, data_dir):
            await asyncio.to_thread(files.put_back, source, manifest, data_dir)
            await _load(ledger.client, source, manifest)
        return await _finish(ledger, manifest)
    except RedisError as error:
        raise LedgerUnavailable(str(error)) from error


async def _may_begin(client: Any, manifest: Manifest, data_dir: Path) -> bool:
    """Return False when only the last step is left; delete what an interrupted restore has loaded."""
    same = f"{manifest.epoch} {manifest.position} {manifest.hash} {manifest.made_at}".encode()
    marked = await client.get(RESTORING)
    keys = [key async for key in client.scan_iter(match="{ledger}:*", count=PAGE)]
    facts = [key for key in keys if key.decode() not in (EPOCH, RESTORING)]
    if marked == same:
        if await client.exists(HEAD) or not manifest.position:
            return not manifest.position
        for start in range(0, len(facts), PAGE):
            await client.unlink(*facts[start : start + PAGE])
        return True
    if facts or marked:
        message = "the ledger is not empty"
        raise RestoreRefused(message)
    for path in files.targets(manifest, data_dir).values():
        if path.exists():
            message = f"{path} exists already"
            raise RestoreRefused(message)
    if any((data_dir / files.LEDGER).glob("*.zst")):
        message = f"{data_dir / files.LEDGER} is not empty"
        raise RestoreRefused(message)
    await client.set(RESTORING, same)
    return True


async def _load(client: Any, source: Path, manifest: Manifest) -> None:
    """Load stream, done ids and versions; the head is written last: without it the ledger is empty."""
    archived, tail = Segments(source / files.LEDGER), Segments(source / files.TAIL)
    async with client.pipeline(transaction=False) as page:

        async def send(*, whole: bool = False) -> None:
            if whole or len(page) >= PAGE:
                await page.execute()

        # the last archived fact stays in the stream: the next one links to its hash
        for rows in (archived.rows(max(0, archived.last() - 1)), tail.rows()):
            for row in rows:
                fact = {"b": row.body, "r": row.recorded_at, "h": row.hash}
                page.xadd(STREAM, fact, id=f"{row.position}-0")
                await send()
        for bucket, done in files.read_lines(source / files.DONE):
            if done:
                page.hset(f"{DONE_PREFIX}{bucket}", mapping=done)
                await send()
        for subject, version, last in files.read_lines(source / files.VERSIONS):
            page.hset(VERSIONS, subject, version)
            page.hset(LAST_POSITIONS, subject, last)
            await send()
        await send(whole=True)
    if manifest.position:
        head = {"n": manifest.position, "h": manifest.hash, "r": manifest.recorded_at}
        await cast("Awaitable[Any]", client.hset(HEAD, mapping=head))


async def _finish(ledger: Ledger, manifest: Manifest) -> str:
    """Create the new epoch and record the restore."""
    drawn = f"{RESTORING}:epoch"
    await ledger.client.set(drawn, secrets.token_hex(8), nx=True)
    epoch = cast("bytes", await ledger.client.get(drawn)).decode()
    await ledger.client.set(EPOCH, epoch)
    data = {"from_epoch": manifest.epoch, "position": manifest.position}
    body = body_of("LedgerRestored", "ledger", "system:restore", data)
    await ledger.append([Act(f"restore:{epoch}", (body,))])
    await ledger.client.unlink(drawn, RESTORING)
    return epoch
