"""The files of a backup: their list, and how they are copied, packed and checked. Needs no server.

A backup folder holds ``ledger/`` (closed segments), ``tail/`` (facts that were still in the stream, as
segments), ``done`` and ``versions`` (so that repeated commands are recognised), ``files/`` (anchors, people
store, accounts, city settings) and ``manifest.json`` with the SHA-256 of every file. The telemetry archive is
optional. Snapshots and pictures are left out: they can be rebuilt or are not records.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
import zstandard

from feeds.ledger.anchors import Anchor, Anchors
from feeds.ledger.audit import Verdict, verify
from feeds.ledger.segments import Segments
from feeds.storage.files import sync_folder

__all__ = [
    "ARCHIVE", "DONE", "FILES", "LEDGER", "TAIL", "VERSIONS", "BackupDamaged", "Manifest", "PackedLines",
    "check_backup", "close_backup", "copy_files", "copy_segments", "prepare", "put_back", "read_lines",
    "read_manifest", "targets",
]  # fmt: skip

LEDGER, TAIL, FILES = "ledger", "tail", "files"
DONE, VERSIONS = "done.jsonl.zst", "versions.jsonl.zst"
MANIFEST, ANCHORS = "manifest.json", "anchors.log"
ARCHIVE = "archive"
LEFT_OUT = frozenset({"ledger", "log", "pictures", "snapshots", ARCHIVE, "lock", "demo.log"})
"""Names in a data dir that are not copied as files: the ledger is copied apart, others are no records."""

PASSING = ("-wal", "-shm", "-journal", ".partial", ".sock", ".pid", ".lock")
SQLITE_MAGIC = b"SQLite format 3\0"


class BackupDamaged(ValueError):
    """The backup differs from its manifest, or its hash chain is broken."""


class Copied(msgspec.Struct, frozen=True):
    """A file of the backup."""

    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True):
    """Contents of a backup: the ledger up to (``position``, ``hash``) and every file with its SHA-256."""

    made_at: str
    epoch: str
    position: int
    hash: str
    recorded_at: str
    files: dict[str, Copied]
    format: int = 1


def prepare(data_dir: Path, target: Path) -> Path:
    """Make and return the partial folder; it is renamed to ``target`` when it is complete.

    Raises FileExistsError when ``target`` exists, ValueError when it is inside the data dir.
    """
    if target.exists():
        message = f"{target} exists already; a backup goes into a new folder"
        raise FileExistsError(message)
    if target.resolve().is_relative_to(data_dir.resolve()):
        message = f"{target} lies in the data dir that is to be backed up"
        raise ValueError(message)
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    return partial


def copy_segments(data_dir: Path, partial: Path, position: int) -> None:
    """Copy the closed segments that end at or before ``position``."""
    (partial / LEDGER).mkdir()
    for _, last, path in Segments(data_dir / LEDGER).files():
        if last <= position:
            _copy(path, partial / LEDGER / path.name)


def copy_files(data_dir: Path, partial: Path, position: int, *, archive: bool = False) -> None:
    """Copy the other files: databases by SQLite's backup, anchors up to ``position``.

    With ``archive`` the telemetry archive too, in its state at that time.
    """
    left_out = LEFT_OUT - {ARCHIVE} if archive else LEFT_OUT
    for path in sorted(data_dir.rglob("*")):
        name = path.relative_to(data_dir)
        if name.parts[0] in left_out or path.name.endswith(PASSING) or path.is_symlink():
            continue
        target = partial / FILES / name
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy_database(path, target) if _is_database(path) else _copy(path, target)
    _cut_anchors(partial / FILES / ANCHORS, position)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    shutil.copymode(source, target)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC


def _copy_database(source: Path, target: Path) -> None:
    """Copy a consistent state of a database while others write to it."""
    reader, writer = sqlite3.connect(source, timeout=30.0), sqlite3.connect(target)
    try:
        reader.backup(writer)
        # the copy must be a single file, without a -wal file
        writer.execute("PRAGMA journal_mode=DELETE")
    finally:
        writer.close()
        reader.close()
    shutil.copymode(source, target)


def _cut_anchors(path: Path, position: int) -> None:
    """Remove anchors of facts after the backup's last position."""
    if path.exists():
        kept = [anchor for anchor in Anchors(path).read() if anchor.position <= position]
        path.write_bytes(b"".join(msgspec.json.encode(anchor) + b"\n" for anchor in kept))


def close_backup(partial: Path, target: Path, manifest: Manifest) -> Manifest:
    """Sync and list every file, write the manifest, rename the folder to ``target``; return the manifest."""
    files = {}
    for path in sorted(p for p in partial.rglob("*") if p.is_file()):
        files[path.relative_to(partial).as_posix()] = Copied(_sha256(path), path.stat().st_size)
        _sync(path)
    whole = msgspec.structs.replace(manifest, files=files)
    (partial / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(whole)) + b"\n")
    _sync(partial / MANIFEST)
    partial.rename(target)
    sync_folder(target.parent)
    return whole


def read_manifest(source: Path) -> Manifest:
    """Return the manifest of a backup. Raises BackupDamaged."""
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        message = f"{source / MANIFEST} cannot be read: {error}"
        raise BackupDamaged(message) from error
    outside = [n for n in manifest.files if PurePosixPath(n).is_absolute() or ".." in PurePosixPath(n).parts]
    if manifest.format != 1 or outside:
        message = f"{source / MANIFEST}: format {manifest.format}, paths outside: {outside}"
        raise BackupDamaged(message)
    return manifest


def check_backup(source: Path) -> tuple[Manifest, Verdict]:
    """Check every file against the manifest and verify the hash chain; needs no server.

    Raises BackupDamaged naming a file that is missing, changed or not listed. The verdict names a broken
    chain.
    """
    manifest = read_manifest(source)
    there = {p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()} - {MANIFEST}
    if odd := sorted(there ^ manifest.files.keys()):
        message = f"not as the manifest lists: {', '.join(odd[:5])}"
        raise BackupDamaged(message)
    for name, copied in manifest.files.items():
        if _sha256(source / name) != copied.sha256:
            message = f"{name}: SHA-256 differs from the manifest"
            raise BackupDamaged(message)
    rows = chain(Segments(source / LEDGER).rows(), Segments(source / TAIL).rows())
    anchors = Anchors(source / FILES / ANCHORS).read()
    head = Anchor(manifest.made_at, manifest.position, manifest.hash, "manifest")
    return manifest, verify(rows, [*anchors, head])


def targets(manifest: Manifest, data_dir: Path) -> dict[str, Path]:
    """Return the path in the data dir for each file of the backup that belongs there."""
    found = {}
    for name in manifest.files:
        top, _, rest = name.partition("/")
        if top == LEDGER:
            found[name] = data_dir / name
        elif top == FILES:
            found[name] = data_dir / rest
    return found


def put_back(source: Path, manifest: Manifest, data_dir: Path) -> None:
    """Copy the files of a backup into a data dir and sync them."""
    for name, path in targets(manifest, data_dir).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy(source / name, path)
        _sync(path)
        sync_folder(path.parent)


class PackedLines:
    """A compressed file of JSON lines, written one by one."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._packed = zstandard.ZstdCompressor(level=3, write_checksum=True).stream_writer(self._file)

    def write(self, value: Any) -> None:
        """Add one line."""
        self._packed.write(msgspec.json.encode(value) + b"\n")

    def close(self) -> None:
        """Finish the file."""
        self._packed.close()  # type: ignore[no-untyped-call]  # zstandard leaves it untyped
        self._file.close()


def read_lines(path: Path) -> Iterator[Any]:
    """Yield the values of a file of packed lines."""
    rest = b""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
        while piece := reader.read(1 << 20):
            *lines, rest = (rest + piece).split(b"\n")
            yield from map(msgspec.json.decode, lines)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
