"""Repair of the log server's file after a power cut: its incomplete end is cut off into a separate file.

The file (an append-only file of Valkey) is a sequence of commands in the Redis protocol; those of one append
are between ``MULTI`` and ``EXEC``. A power cut can leave an incomplete command at its end, or zeros in space
that was allocated but not yet written. Neither was acknowledged. If complete commands follow the damage,
nothing is changed, and an error gives its position.
"""

import mmap
import os
import re
import shutil
from pathlib import Path
from typing import Final

import structlog

from feeds.storage.files import sync_folder

__all__ = ["LogFileDamaged", "check_whole", "repair_end", "whole_length"]

FOLDER, MANIFEST = "appendonlydir", "appendonly.aof.manifest"
_END: Final = b"\r\n"
_PARTLY_A_NUMBER = re.compile(rb"[0-9]{0,19}\r?")
_COMMAND = re.compile(rb"\r\n\*[0-9]+\r\n\$[0-9]+\r\n")
"""Start of a command; our bodies are JSON without line breaks, so they cannot match."""

log = structlog.get_logger(__name__)


class LogFileDamaged(ValueError):
    """The log server's file is damaged before its end; it was not changed."""

    def __init__(self, path: Path, at: int, size: int) -> None:
        super().__init__(
            f"the log server's file {path} is damaged at byte {at} of {size}, before whole entries; "
            "nothing was changed. Bring the city back from its newest backup: citywall restore "
            "(docs/how-to/back-up.md)"
        )


class _Cut(Exception):
    """The data ends within a command."""


class _Damaged(Exception):
    """The data is not a command."""


def repair_end(folder: Path) -> None:
    """Cut the incomplete end off the log file in a server's ``folder``.

    The cut bytes are saved in a file in the same folder, and one log line reports it. Only a file without the
    usual ending is read in full. Raises LogFileDamaged, OSError.
    """
    path = _written(folder)
    if path is None or _ends_well(path):
        return
    whole = whole_length(path)
    kept = path.with_name(f"{path.name}.cut-off-at-{whole}")
    with path.open("r+b") as file, kept.open("wb") as copy:
        file.seek(whole)
        shutil.copyfileobj(file, copy)
        copy.flush()
        os.fsync(copy.fileno())
        file.truncate(whole)
        os.fsync(file.fileno())
    shutil.copymode(path, kept)
    sync_folder(path.parent)
    log.warning(
        "log_file_mended", file=str(path), whole_bytes=whole, cut_bytes=kept.stat().st_size, kept=str(kept),
        why="its end was not written whole, as after a power cut; nothing that was acknowledged is in it",
    )  # fmt: skip


def check_whole(folder: Path) -> None:
    """Read the whole log file of a server that does not start; raises LogFileDamaged, OSError."""
    path = _written(folder)
    if path is not None:
        whole_length(path)


def _written(folder: Path) -> Path | None:
    """Return the file that the server appends to: the last one of the manifest."""
    manifest = folder / FOLDER / MANIFEST
    if not manifest.exists():
        return None
    names = [line.split()[1] for line in manifest.read_text().splitlines() if line.endswith(" type i")]
    path = folder / FOLDER / names[-1] if names else None
    return path if path is not None and path.exists() else None


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(_END)))
        return file.read() in (b"", _END)


def whole_length(path: Path) -> int:
    """Return the length in bytes of the complete appends from the start.

    Raises LogFileDamaged when anything but an incomplete append and zeros follows them.
    """
    size = path.stat().st_size
    if not size:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = _without_zeros(data, size)
        whole = at = 0
        together = False
        try:
            while at < end:
                at, name = _command(data, at, end)
                together = (together or name == b"MULTI") and name != b"EXEC"
                whole = whole if together else at
        except _Cut:
            # A wrong length could span complete commands; then their starts are found inside this one.
            if _COMMAND.search(data, at + 1, end):
                raise LogFileDamaged(path, at, size) from None
        except _Damaged:
            raise LogFileDamaged(path, at, size) from None
        return whole


def _without_zeros(data: mmap.mmap, end: int) -> int:
    piece = 2**20
    while end:
        start = max(0, end - piece)
        kept = data[start:end].rstrip(b"\0")
        if kept:
            return start + len(kept)
        end = start
    return 0


def _command(data: mmap.mmap, at: int, end: int) -> tuple[int, bytes]:
    """Return the end and the name of the command at ``at``; raises _Cut, _Damaged."""
    if data[at : at + 1] == b"#":  # an annotation, such as a timestamp
        stop = data.find(_END, at, end)
        if stop < 0:
            raise _Cut
        return stop + len(_END), b""
    count, at = _number(data, at, end, b"*")
    name = b""
    for index in range(count):
        length, at = _number(data, at, end, b"$")
        behind = data[at + length : min(end, at + length + len(_END))]
        if not _END.startswith(behind):
            raise _Damaged
        if behind != _END:
            raise _Cut
        if index == 0:
            name = data[at : at + length].upper()
        at += length + len(_END)
    return at, name


def _number(data: mmap.mmap, at: int, end: int, sign: bytes) -> tuple[int, int]:
    """Return the number after a type byte, and the end of its line; raises _Cut, _Damaged."""
    line = data[at : min(end, at + 24)]
    text, found, _ = line.partition(_END)
    if not sign.startswith(text[:1]) or not _PARTLY_A_NUMBER.fullmatch(text[1:]):
        raise _Damaged
    if not found:
        raise _Cut
    if not text[1:].isdigit():
        raise _Damaged
    return int(text[1:]), at + len(text) + len(_END)
