"""The secret that signs sessions, cookies and forms: one of a data dir, however many consoles it has."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["read_secret"]

FILE: Final = "secret.key"
BYTES: Final = 32


def read_secret(data_dir: Path) -> bytes:
    """Return the secret; made once, whole or not at all, mode 0600. Raises ValueError when it is none."""
    path = data_dir / FILE
    if not path.exists():
        new = data_dir / f"{FILE}.{secrets.token_hex(8)}"
        new.touch(mode=0o600)
        new.write_bytes(secrets.token_bytes(BYTES))
        with suppress(FileExistsError):  # another console was first: its secret is everybody's
            os.link(new, path)
        new.unlink()
    secret = path.read_bytes()
    if len(secret) != BYTES:
        message = f"{path}: expected {BYTES} bytes, got {len(secret)}; delete it, and everybody signs in anew"
        raise ValueError(message)
    return secret
