"""Evidence photos: a picture that somebody sends is drawn anew, and stored as a file by its SHA-256.

Drawing it anew keeps nothing of the file but its pixels: no metadata, no code, no picture within the picture.
The time and the position of the shot are read before, and stored beside it.
"""

import hashlib
import io
import math
import re
import struct
from collections.abc import Container
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import msgspec
from pi_heif import register_heif_opener
from PIL import ExifTags, Image, ImageOps

from city.clocks.timestamps import iso
from feeds.storage.files import make_private, sync_folder

__all__ = ["LARGEST_BYTES", "Photo", "PhotoFiles", "PhotoRefused", "read_photo"]

LARGEST_BYTES: Final = 10 * 2**20
LARGEST_PX: Final = 50_000_000
LONGEST_SIDE_PX: Final = 2560
QUALITY: Final = 85
FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
register_heif_opener()

SWEPT_AT_ONCE: Final = 500

UNREADABLE: Final = (
    ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError, Warning,
    struct.error,
)  # fmt: skip
"""What Pillow raises for metadata that are damaged."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class PhotoRefused(Exception):
    """A file that is no photo we take; the text is a catalogue key below ``refusal.``."""


class Photo(msgspec.Struct, frozen=True):
    """A photo: its new JPEG, and when (epoch seconds) and where (WGS84 degrees) it was taken, if known."""

    jpeg: bytes
    taken_at: float | None = None
    lon: float | None = None
    lat: float | None = None

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the JPEG, lower-case hex."""
        return hashlib.sha256(self.jpeg).hexdigest()


def read_photo(data: bytes, *, zone_offset_s: int) -> Photo:
    """Return the photo in a JPEG, PNG, WebP or HEIC file, its longer side at most 2560 px.

    A camera's time without an offset is local: ``zone_offset_s`` east of UTC. Raises PhotoRefused.
    """
    if len(data) > LARGEST_BYTES:
        raise PhotoRefused("photo_too_large")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > LARGEST_PX:  # before anything of it is unpacked
                raise PhotoRefused("photo_too_large")
            exif = image.getexif()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
            out = io.BytesIO()
            plain = upright.convert("RGB")
            plain.info.clear()  # Pillow would write a comment or a profile again
            plain.save(out, "JPEG", quality=QUALITY)
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoRefused("photo_too_large") from error
    except Exception as error:  # Pillow raises many kinds of errors for a broken file
        raise PhotoRefused("photo_broken") from error
    lon, lat = _position(exif)
    return Photo(out.getvalue(), _taken_at(exif, zone_offset_s), lon, lat)


def _taken_at(exif: Image.Exif, zone_offset_s: int) -> float | None:
    """Return the time of the shot; None for none and for one that cannot be read."""
    try:
        shot = exif.get_ifd(ExifTags.IFD.Exif)
        written = shot.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        offset = re.fullmatch(r"([+-])(\d\d):(\d\d)", str(shot.get(ExifTags.Base.OffsetTimeOriginal, "")))
        zone = timezone(timedelta(seconds=zone_offset_s))
        if offset:
            minutes = int(offset[2]) * 60 + int(offset[3])
            zone = timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
        local = datetime.strptime(str(written).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
        return local.timestamp()
    except UNREADABLE:
        return None


def _position(exif: Image.Exif) -> tuple[float | None, float | None]:
    """Return lon and lat of the shot; None, None for none and for one that cannot be read."""
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "NS", 90.0)
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "EW", 180.0)
    except UNREADABLE:
        return None, None
    return lon, lat


def _degrees(parts: Any, side: Any, sides: str, most: float) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not (math.isfinite(value) and 0 <= value <= most) or str(side) not in tuple(sides):
        message = "expected degrees within their range and a side of the earth"
        raise ValueError(message)
    return round(value if str(side) == sides[0] else -value, 7)


class PhotoFiles:
    """The folder of the photos, ``<data dir>/evidence``; equal photos are one file.

    A new photo has a mark, ``<sha256>.new``, until a sweep finds that a fact names it: what keeps its mark
    came with a command that was refused.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "evidence"

    def put(self, photo: Photo, *, is_kept: bool = False) -> str:
        """Write a photo durably, marked as new unless it ``is_kept``; return its SHA-256. Raises OSError.

        What its file says of the shot is written first: a photo that is there never waits for it. Of equal
        photos the first that says something counts.
        """
        name = photo.sha256
        path = self._path(name)
        told = _facts(photo)
        if told:
            make_private(path.with_suffix(".json"), msgspec.json.encode(told))
        if not is_kept and not path.exists():
            make_private(self._mark(name))
        make_private(path, photo.jpeg)
        sync_folder(path.parent)
        return name

    def has(self, sha256: str) -> bool:
        """Whether there is a photo of that name."""
        return _SHA256.fullmatch(sha256) is not None and self._path(sha256).is_file()

    def facts(self, sha256: str) -> dict[str, Any]:
        """Return ``taken_at`` (ISO 8601), ``lon`` and ``lat`` as the photo's own file said them; {} for none.

        Raises OSError.
        """
        try:
            told: dict[str, Any] = msgspec.json.decode(self._path(sha256).with_suffix(".json").read_bytes())
        except FileNotFoundError:
            return {}
        return told

    def read(self, sha256: str) -> bytes | None:
        """Return the JPEG of a photo, None when there is none of that name."""
        if not _SHA256.fullmatch(sha256):
            return None
        try:
            return self._path(sha256).read_bytes()
        except OSError:
            return None

    def sweep(self, named: Container[str], before: float, most: int = SWEPT_AT_ONCE) -> int:
        """Delete photos that were marked before a machine time (epoch seconds); return how many.

        ``named`` are those that facts name: they lose their marks. At most ``most`` marks are looked at, the
        oldest first. Raises OSError.
        """
        marks = sorted((path.stat().st_mtime, path) for path in self._folder.glob("*.new"))
        deleted = 0
        for marked_at, mark in marks[:most]:
            if mark.stem in named:
                mark.unlink(missing_ok=True)
            elif marked_at < before:
                self._path(mark.stem).unlink(missing_ok=True)
                self._path(mark.stem).with_suffix(".json").unlink(missing_ok=True)
                mark.unlink(missing_ok=True)
                deleted += 1
        return deleted

    def _mark(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.new"

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.jpg"


def _facts(photo: Photo) -> dict[str, Any]:
    taken_at = None if photo.taken_at is None else iso(photo.taken_at)
    told = {"taken_at": taken_at, "lon": photo.lon, "lat": photo.lat}
    return {field: value for field, value in told.items() if value is not None}
