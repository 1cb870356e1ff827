"""Files of the data directory: readable by their owner only; contents and names are durable."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

__all__ = ["make_private", "sync_folder"]


def make_private(path: Path, content: bytes = b"") -> None:
    """Make a file with mode 0600 unless it exists. The file is complete or absent.

    If two processes make it at once, the first one's file stays. An existing file is not opened. Raises
    OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return
    partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()


def sync_folder(folder: Path) -> None:
    """Sync a folder, so that its file names (and renames) survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
