"""What was committed is there for everybody, whoever else opens and leaves the same file."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from feeds.storage.sqlite import SEVERAL_MACHINES, open_database

SCHEMA = "CREATE TABLE IF NOT EXISTS said (word TEXT)"
# What another process sees of a file, which it opens and leaves.
LOOK = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print(*(word for word, in database.execute("SELECT word FROM said")))
database.close()
"""


def seen_by_another(path: Path) -> list[str]:
    return subprocess.check_output([sys.executable, "-c", LOOK, path], text=True).split()


@pytest.mark.parametrize("more", [0, 1, 3])
def test_others_who_open_and_leave_take_nothing_with_them(tmp_path: Path, more: int) -> None:
    path = tmp_path / "a.sqlite"
    first, *others = (open_database(path, SCHEMA) for _ in range(1 + more))
    for count, word in enumerate(("one", "two", "three"), start=1):
        first.execute("INSERT INTO said VALUES (?)", (word,))
        assert len(seen_by_another(path)) == count
    for database in (*others, first):
        database.close()
    assert seen_by_another(path) == ["one", "two", "three"]


def test_a_database_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "below" / "a.sqlite"
    database = open_database(path, SCHEMA)
    database.execute("INSERT INTO said VALUES ('one')")
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    database.close()
    assert [file.name for file in path.parent.iterdir()] == ["a.sqlite"]


def test_in_a_folder_that_machines_share_no_memory_is_shared(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    open_database(path, SCHEMA).close()  # as one machine used it before
    (tmp_path / SEVERAL_MACHINES).touch()
    first, second = open_database(path, SCHEMA), open_database(path, SCHEMA)
    first.execute("INSERT INTO said VALUES ('one')")
    assert second.execute("SELECT word FROM said").fetchall() == [("one",)]
    assert {one.name for one in tmp_path.iterdir()} == {"a.sqlite", SEVERAL_MACHINES}  # no -wal, no -shm
    assert seen_by_another(path) == ["one"]
    first.close()
    second.close()


def test_a_file_that_somebody_still_uses_alone_is_not_shared(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    alone = open_database(path, SCHEMA)
    alone.execute("INSERT INTO said VALUES ('one')")
    (tmp_path / SEVERAL_MACHINES).touch()
    with pytest.raises(sqlite3.OperationalError, match=r"locked|stop all processes"):
        open_database(path, SCHEMA, wait_s=0.1)
    alone.close()
