from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.storage.snapshot_files import SnapshotFiles


def joined(pieces: Iterator[bytes]) -> bytes:
    return b"|".join(pieces)


def test_pieces_come_back_one_by_one(tmp_path: Path) -> None:
    files = SnapshotFiles(tmp_path / "new", 3)
    assert files.newest(joined) is None
    files.write(5, [b"one", b"x" * 3_000_000, b"two"])
    assert files.newest(list) == [b"one", b"x" * 3_000_000, b"two"]


def test_those_after_the_newest_are_of_a_replaced_ledger_and_go(tmp_path: Path) -> None:
    files = SnapshotFiles(tmp_path, 3)
    for position in (4, 9, 2):
        files.write(position, [b"%d" % position])
    assert files.newest(joined) == b"2"
    assert [path.name for path in tmp_path.iterdir()] == ["000000000002.3.zst"]


@pytest.mark.parametrize("cut", [1, 8, 20])
def test_a_torn_one_is_skipped(tmp_path: Path, cut: int) -> None:
    files = SnapshotFiles(tmp_path, 3)
    files.write(1, [b"before"])
    path = files.write(2, [b"newest" * 30])
    path.write_bytes(path.read_bytes()[:-cut])
    assert files.newest(joined) in (b"before", b"newest" * 30)  # never a part of it


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    files = SnapshotFiles(tmp_path, 3)
    path = files.write(2, [b"a piece of text"])
    path.write_bytes(path.read_bytes().replace(b"text", b"test"))
    assert files.newest(joined) is None
