from pathlib import Path

from city.state.ledger_state import SCHEMA, LedgerState
from console.live.snapshots import Snapshots


def at(position: int) -> LedgerState:
    return LedgerState(position=position, hash=f"{position:064x}", transplanted=position)


def test_there_is_none_before_one_was_written(tmp_path: Path) -> None:
    assert Snapshots(tmp_path / "snapshots").newest() is None


def test_the_newest_comes_back_whole_with_its_cursor(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "snapshots")
    snapshots.write(at(7), "cursor-7")
    snapshots.write(at(12), "cursor-12")
    assert snapshots.newest() == (at(12), "cursor-12")


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    for position in (1, 2, 3):
        snapshots.write(at(position), "")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"{position:012d}.{SCHEMA}.zst" for position in (2, 3)]


def test_a_damaged_one_is_skipped_for_the_one_before(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    snapshots.write(at(1), "one")
    snapshots.write(at(2), "two")
    newest = tmp_path / f"{2:012d}.{SCHEMA}.zst"
    newest.write_bytes(newest.read_bytes()[:-10])
    assert snapshots.newest() == (at(1), "one")


def test_one_that_was_never_finished_or_has_another_form_is_not_read(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    snapshots.write(at(1), "one")
    (tmp_path / f"{9:012d}.{SCHEMA}.partial").write_bytes(b"half")
    (tmp_path / f"{9:012d}.{SCHEMA + 1}.zst").write_bytes(b"of a later version")
    assert snapshots.newest() == (at(1), "one")
