"""The secret that signs sessions, cookies and forms: one per data dir, shared by all its consoles."""

import secrets
from pathlib import Path
from typing import Final

from feeds.storage.files import make_private

__all__ = ["read_secret"]

FILE: Final = "secret.key"
BYTES: Final = 32


def read_secret(data_dir: Path) -> bytes:
    """Return the secret; created once, atomically, mode 0600. Raises ValueError for a wrong length."""
    path = data_dir / FILE
    make_private(path, secrets.token_bytes(BYTES))
    secret = path.read_bytes()
    if len(secret) != BYTES:
        message = (
            f"{path}: expected {BYTES} bytes, got {len(secret)}; delete it, and everybody signs in again"
        )
        raise ValueError(message)
    return secret
