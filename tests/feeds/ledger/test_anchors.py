from pathlib import Path

import pytest

from feeds.ledger.anchors import Anchor, Anchors

AT = "2026-11-21T00:00:00.000000+00:00"


def test_anchors_are_read_back_in_order(tmp_path: Path) -> None:
    anchors = Anchors(tmp_path / "deep" / "anchors.log")
    assert anchors.read() == []
    first = anchors.add(at=AT, position=1, hash="a" * 64, why="timer")
    second = anchors.add(at=AT, position=2, hash="b" * 64, why="hand_over")
    assert (
        anchors.read()
        == [first, second]
        == [
            Anchor(AT, 1, "a" * 64, "timer"),
            Anchor(AT, 2, "b" * 64, "hand_over"),
        ]
    )


def test_a_line_that_a_crash_cut_short_swallows_no_other(tmp_path: Path) -> None:
    path = tmp_path / "anchors.log"
    Anchors(path).add(at=AT, position=1, hash="a" * 64, why="timer")
    with path.open("ab") as file:
        file.write(b'{"at":"2026-')
    assert [a.position for a in Anchors(path).read()] == [1]
    Anchors(path).add(at=AT, position=3, hash="c" * 64, why="segment")
    assert [a.position for a in Anchors(path).read()] == [1, 3]


def test_a_whole_line_that_is_no_anchor_is_named(tmp_path: Path) -> None:
    path = tmp_path / "anchors.log"
    Anchors(path).add(at=AT, position=1, hash="a" * 64, why="timer")
    with path.open("ab") as file:
        file.write(b'{"at":"x","position":"many"}\n')
    with pytest.raises(ValueError, match=r"anchors.log, line 2"):
        Anchors(path).read()
