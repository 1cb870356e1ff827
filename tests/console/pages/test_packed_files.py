"""A file is compressed once, whoever asks, in an encoding that the client accepts, within a bound."""

import asyncio
import gzip
from pathlib import Path

import brotli
import pytest

from console.pages.packed_files import PackedFiles, accepted

TEXT = b"const city = 'wall';\n" * 500


def write(path: Path, data: bytes | None) -> Path:
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)
    return path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return write(tmp_path / "one.js", TEXT)


async def test_many_browsers_at_once_let_a_file_be_compressed_once(script: Path) -> None:
    files = PackedFiles()
    found = await asyncio.gather(*(files.get(script, "gzip") for _ in range(20)))
    assert (files.packed, files.kept_bytes) == (1, len(found[0].data))
    assert {id(one.data) for one in found} == {id(found[0].data)}
    assert gzip.decompress(found[0].data) == TEXT


async def test_a_browser_that_leaves_does_not_take_the_work_with_it(script: Path) -> None:
    files = PackedFiles()
    left = asyncio.create_task(files.get(script, "gzip"))
    other = asyncio.create_task(files.get(script, "gzip"))
    for _ in range(3):
        await asyncio.sleep(0)
    left.cancel()
    assert gzip.decompress((await other).data) == TEXT


async def test_every_encoding_has_the_same_content_and_another_mark(script: Path) -> None:
    files = PackedFiles()
    plain, zipped, best = [await files.get(script, one) for one in ("", "gzip", "gzip, deflate, br")]
    assert (plain.encoding, zipped.encoding, best.encoding) == ("", "gzip", "br")
    assert plain.data == gzip.decompress(zipped.data) == brotli.decompress(best.data) == TEXT
    assert len({plain.mark, zipped.mark, best.mark}) == 3
    assert len(best.data) < len(zipped.data) < len(TEXT) / 10


async def test_a_changed_file_is_compressed_anew(script: Path) -> None:
    files = PackedFiles()
    before = await files.get(script, "gzip")
    write(script, TEXT + b"// more")
    after = await files.get(script, "gzip")
    assert gzip.decompress(after.data) == TEXT + b"// more"
    assert before.mark != after.mark


async def test_beyond_the_bound_files_are_sent_as_they_are(script: Path) -> None:
    files = PackedFiles(most_bytes=1)
    other = write(script.with_name("two.js"), TEXT[::-1])
    assert (await files.get(script, "gzip")).encoding == "gzip"
    assert (await files.get(other, "gzip")).data == TEXT[::-1]
    assert files.packed == 1


async def test_a_file_that_is_gone_is_an_error_each_time(script: Path) -> None:
    files = PackedFiles()
    write(script, None)
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            await files.get(script, "gzip")


async def test_pictures_and_tiny_files_stay_as_they_are(tmp_path: Path) -> None:
    for name, data in (("a.png", TEXT), ("b.js", b"1")):
        write(tmp_path / name, data)
        assert (await PackedFiles().get(tmp_path / name, "gzip, br")).encoding == ""


@pytest.mark.parametrize(("header", "encoding"), [
    ("gzip, deflate, br", "br"), ("GZIP", "gzip"), ("gzip;q=0.5", "gzip"), ("*", "br"),
    ("gzip, *;q=0", "gzip"),
])  # fmt: skip
def test_what_a_client_accepts(header: str, encoding: str) -> None:
    assert accepted(header, encoding)


@pytest.mark.parametrize(
    "header", ["", "identity", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "gzip;q=much", "x-gzip"]
)
def test_what_a_client_does_not_accept(header: str) -> None:
    assert not accepted(header, "gzip")
