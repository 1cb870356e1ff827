"""A photo keeps nothing of its file but its pixels; when and where it was taken is read before."""

import io
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from feeds.storage.photo_files import LARGEST_BYTES, PhotoFiles, PhotoRefused, read_photo

SHANGHAI_S = 28_800
RECORDINGS = Path(__file__).parents[2] / "recordings"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 36), **given: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#334455").save(out, kind, **given)
    return out.getvalue()


def shot(**tags: Any) -> Image.Exif:
    """Metadata as a phone writes it: camera, owner, time, place."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Invented"
    exif[ExifTags.Base.Artist] = "王小明"
    exif[ExifTags.Base.Orientation] = tags.get("turned", 1)
    exif.get_ifd(ExifTags.IFD.Exif).update(tags.get("shot", {}))
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(tags.get("gps", {}))
    return exif


TIME = {ExifTags.Base.DateTimeOriginal: "2026:11:29 03:41:07"}
PLACE = {
    ExifTags.GPS.GPSLatitude: (31.0, 11.0, 24.0), ExifTags.GPS.GPSLatitudeRef: "N",
    ExifTags.GPS.GPSLongitude: (121.0, 42.0, 0.0), ExifTags.GPS.GPSLongitudeRef: "E",
}  # fmt: skip


def test_time_and_place_are_read_and_nothing_of_them_is_left_in_the_file() -> None:
    photo = read_photo(
        picture(exif=shot(shot=TIME, gps=PLACE), comment=b"near the school"), zone_offset_s=SHANGHAI_S
    )
    assert (photo.taken_at, photo.lon, photo.lat) == (1_795_894_867.0, 121.7, 31.19)
    with Image.open(io.BytesIO(photo.jpeg)) as again:
        assert (again.format, again.size, dict(again.getexif()), again.info.get("comment")) == (
            "JPEG", (64, 36), {}, None,
        )  # fmt: skip
    assert [word for word in (b"Invented", "王小明".encode(), b"school", b"Exif") if word in photo.jpeg] == []


def test_a_camera_that_tells_its_offset_is_believed() -> None:
    there = TIME | {ExifTags.Base.OffsetTimeOriginal: "-05:30"}
    assert read_photo(picture(exif=shot(shot=there)), zone_offset_s=SHANGHAI_S).taken_at == 1_795_943_467.0


def test_a_phones_heic_is_read_with_its_time_and_place() -> None:
    photo = read_photo((RECORDINGS / "photo.heic").read_bytes(), zone_offset_s=SHANGHAI_S)
    assert (photo.taken_at, photo.lon, photo.lat) == (1_795_894_867.0, 121.7, 31.19)
    with Image.open(io.BytesIO(photo.jpeg)) as again:
        assert (again.format, again.size, dict(again.getexif())) == ("JPEG", (64, 36), {})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_turned_picture_stands_upright(kind: str) -> None:
    photo = read_photo(picture(kind, exif=shot(turned=6)), zone_offset_s=0)
    with Image.open(io.BytesIO(photo.jpeg)) as upright:
        assert (upright.format, upright.size) == ("JPEG", (36, 64))


@pytest.mark.parametrize(
    "gps",
    [
        PLACE | {ExifTags.GPS.GPSLatitude: (91.0, 0.0, 0.0)}, PLACE | {ExifTags.GPS.GPSLongitudeRef: "X"},
        {ExifTags.GPS.GPSLatitude: (31.0, 0.0, 0.0)}, PLACE | {ExifTags.GPS.GPSLatitude: (31.0,)},
    ],
)  # fmt: skip
def test_a_place_that_cannot_be_is_no_place(gps: dict[int, Any]) -> None:
    exif = shot(gps=gps, shot={ExifTags.Base.DateTimeOriginal: "soon"})
    photo = read_photo(picture(exif=exif), zone_offset_s=0)
    assert (photo.taken_at, photo.lon, photo.lat) == (None, None, None)


def test_a_large_picture_is_made_smaller() -> None:
    photo = read_photo(picture(size=(4000, 3000)), zone_offset_s=0)
    with Image.open(io.BytesIO(photo.jpeg)) as small:
        assert small.size == (2560, 1920)


def bomb() -> bytes:
    """A PNG that says it is 60,000 × 60,000 px and is 100 bytes long."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"\0" * 20) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "photo_broken"), (b"GIF89a" + b"\0" * 40, "photo_broken"), (picture()[:300], "photo_broken"),
        (picture("PNG")[:60], "photo_broken"), (b"<svg onload='alert(1)'/>", "photo_broken"),
        (picture("GIF"), "photo_broken"),
        ((RECORDINGS / "photo.heic").read_bytes()[:400], "photo_broken"), (bomb(), "photo_too_large"),
        (b"\xff\xd8" + b"\0" * LARGEST_BYTES, "photo_too_large"),
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused_by_name(data: bytes, why: str) -> None:
    with pytest.raises(PhotoRefused, match=f"^{why}$"):
        read_photo(data, zone_offset_s=0)


@given(st.binary(max_size=200), st.integers(0, 600))
def test_a_damaged_file_gives_a_photo_or_a_refusal(noise: bytes, at: int) -> None:
    whole = picture(exif=shot(shot=TIME, gps=PLACE))
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    with suppress(PhotoRefused):
        assert read_photo(damaged, zone_offset_s=0).jpeg[:2] == b"\xff\xd8"


def test_equal_photos_are_one_private_file_and_only_a_name_finds_it(tmp_path: Path) -> None:
    files, photo = PhotoFiles(tmp_path), read_photo(picture(), zone_offset_s=0)
    name = files.put(photo)
    assert (name, files.put(photo)) == (photo.sha256, name)
    [path] = [one for one in (tmp_path / "evidence").rglob("*.jpg") if one.is_file()]
    assert path.stat().st_mode & 0o077 == 0
    assert files.read(name) == photo.jpeg
    (tmp_path / "city.toml").write_text("secret")
    for other in ("0" * 64, "../city.toml", name.upper(), "", f"{name}/"):
        assert files.read(other) is None


def stored(files: PhotoFiles, number: int) -> list[str]:
    """Store so many different photos; return their ids."""
    sizes = [(8 + n, 8) for n in range(number)]
    return [files.put(read_photo(picture(size=size), zone_offset_s=0)) for size in sizes]


def test_a_photo_that_no_fact_names_goes_after_its_time_and_no_other(tmp_path: Path) -> None:
    files = PhotoFiles(tmp_path)
    named, refused, fresh = names = stored(files, 3)
    for name in (named, refused):
        os.utime(tmp_path / "evidence" / f"{name}.new", (1000.0, 1000.0))
    assert files.sweep({named}, before=2000.0) == 1
    assert [files.has(name) for name in names] == [True, False, True]
    # A fact named it once: it stays for ever, also when it is sent again.
    assert stored(files, 1) == [named]
    assert files.sweep((), before=2000.0) == 0
    assert files.has(named)
    assert files.sweep((), before=float("inf")) == 1
    assert [files.has(name) for name in names] == [True, False, False]
    assert not list((tmp_path / "evidence").glob("*.new")), fresh


def test_a_sweep_looks_at_so_many_photos_at_most(tmp_path: Path) -> None:
    files = PhotoFiles(tmp_path)
    stored(files, 3)
    assert [files.sweep((), before=float("inf"), most=2) for _ in range(3)] == [2, 1, 0]


def test_what_the_first_file_of_a_photo_says_is_kept_beside_it(tmp_path: Path) -> None:
    files = PhotoFiles(tmp_path)
    silent = read_photo(picture(), zone_offset_s=SHANGHAI_S)
    name = files.put(silent)
    assert (files.has(name), files.facts(name)) == (True, {})
    for told in (TIME, {ExifTags.Base.DateTimeOriginal: "2026:11:30 03:41:07"}):
        again = read_photo(picture(exif=shot(shot=told, gps=PLACE)), zone_offset_s=SHANGHAI_S)
        assert files.put(again) == name
    assert files.facts(name) == {"taken_at": "2026-11-28T19:41:07.000000+00:00", "lon": 121.7, "lat": 31.19}
    assert [files.has(other) for other in ("0" * 64, "", "../city.toml")] == [False] * 3
