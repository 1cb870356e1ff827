"""Pictures of detections: a blurred copy to look at, and the original, sealed with a key of its own.

Both are files of the data dir below ``detections``. The copy is what screens show; the original is evidence:
it can be read only with the key in ``detections.key``.
"""

import os
import re
from pathlib import Path

from feeds.people.encryption import Encryption
from feeds.storage.camera_pictures import Zones, blurred
from feeds.storage.files import make_private, sync_folder

__all__ = ["DetectionPictures"]

_ID = re.compile(r"[0-9a-f]{12}-[0-9]{1,9}")


class DetectionPictures:
    """The folder of the pictures, by the ids of detections."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "detections"
        self._key = data_dir / "detections.key"

    def has(self, detection: str) -> bool:
        """Whether there is a picture of a detection."""
        return self._copy(detection).exists()

    def put(
        self, detection: str, jpeg: bytes, taken_at: float, *, zones: Zones = (), box: tuple[float, ...] = ()
    ) -> None:
        """Store a picture (``taken_at``: epoch seconds) unless there is one. Raises OSError, ValueError."""
        sealed = Encryption.from_file(self._key).encrypt(jpeg, detection)
        make_private(self._folder / f"{detection}.sealed", sealed)
        copy = self._copy(detection)
        make_private(copy, blurred(jpeg, zones, box))
        os.utime(copy, (taken_at, taken_at))
        sync_folder(self._folder)

    def copy(self, detection: str) -> tuple[bytes, float] | None:
        """Return the blurred copy and when it was taken, None when there is none."""
        if not _ID.fullmatch(detection):
            return None
        path = self._copy(detection)
        try:
            return path.read_bytes(), path.stat().st_mtime
        except OSError:
            return None

    def original(self, detection: str) -> bytes:
        """Return the original. Raises OSError, ValueError, Unreadable."""
        sealed = (self._folder / f"{detection}.sealed").read_bytes()
        return Encryption.from_file(self._key).decrypt(sealed, detection)

    def _copy(self, detection: str) -> Path:
        return self._folder / f"{detection}.jpg"
