"""Files of the data directory: private to their owner, and durable with their names."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

__all__ = ["make_private", "sync_folder"]


def make_private(path: Path, content: bytes = b"") -> None:
    """Make a file with mode 0600, unless there is one: whole or not at all, and of two makers the first wins.

    A file that is there is not opened. Raises OSError.
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
    """Make the names in a folder durable (a rename survives a power cut only then)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
