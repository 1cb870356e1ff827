"""Photos in tests: an act names stored photos, so what a test names is stored first."""

import hashlib
import re
from pathlib import Path
from typing import Any

from console.orders.photo_names import PHOTO_ARGS
from feeds.storage.photo_files import Photo, PhotoFiles
from tests.invented import jpeg

__all__ = ["stored", "with_stored"]

SHA256 = re.compile(r"[0-9a-f]{64}")


def stored(data: Path, name: str) -> str:
    """Store a small picture of a test's own and return its id; equal names are one picture."""
    return PhotoFiles(data).put(Photo(jpeg("#" + hashlib.sha256(name.encode()).hexdigest()[:6])))


def with_stored(data: Path, args: dict[str, Any]) -> dict[str, Any]:
    """Return arguments whose photos are stored under the names that a test gave them.

    A name that is a SHA-256 already is left: the test stored it, or invented it on purpose.
    """
    named = {
        field: [name if SHA256.fullmatch(name) else stored(data, name) for name in args[field]]
        for field in PHOTO_ARGS
        if field in args
    }
    return {**args, **named}
