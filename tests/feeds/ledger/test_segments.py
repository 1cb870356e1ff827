from pathlib import Path

import pytest

from feeds.ledger.segments import SegmentDamaged, Segments
from tests.chains import chained


def test_what_was_written_is_read_from_any_position(tmp_path: Path) -> None:
    rows = chained(10)
    segments = Segments(tmp_path)
    segments.write(rows[:6])
    segments.write(rows[6:])
    assert list(segments.rows()) == rows
    assert list(segments.rows(7)) == rows[7:]
    assert segments.read(4, count=10) == rows[4:6]
    assert segments.read(6, count=2) == rows[6:8]
    assert segments.read(10, count=5) == []
    assert (segments.last(), segments.end()) == (10, (10, rows[-1].hash))


def test_rows_that_do_not_form_the_chain_close_no_segment(tmp_path: Path) -> None:
    rows = chained(5)
    with pytest.raises(ValueError, match="did not read back"):
        Segments(tmp_path).write([*rows[:2], *rows[3:]])
    assert Segments(tmp_path).files() == []


def test_a_segment_written_again_is_read_back_from_the_disk(tmp_path: Path) -> None:
    segments = Segments(tmp_path)
    path = segments.write(chained(3))
    segments.read(0, count=3)
    segments.write(chained(3, day="2026-11-22"))
    assert segments.read(0, count=3) == chained(3, day="2026-11-22")
    assert path.exists()


@pytest.mark.parametrize("where", [0.3, 0.7])
def test_a_damaged_file_is_named(tmp_path: Path, where: float) -> None:
    path = Segments(tmp_path).write(chained(500))
    data = bytearray(path.read_bytes())
    data[int(len(data) * where)] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(SegmentDamaged, match=path.name):
        list(Segments(tmp_path).rows())


def test_a_file_cut_short_is_named(tmp_path: Path) -> None:
    path = Segments(tmp_path).write(chained(500))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(SegmentDamaged, match=path.name):
        list(Segments(tmp_path).rows())


def test_what_is_no_segment_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a-b.jsonl.zst").write_bytes(b"?")
    (tmp_path / "000000000001-000000000002.jsonl.zst.partial").write_bytes(b"?")
    assert Segments(tmp_path).last() == 0
