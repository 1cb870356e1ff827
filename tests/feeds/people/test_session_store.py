from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.people.session_store import SessionStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    sessions = SessionStore(tmp_path)
    yield sessions
    sessions.close()


def test_an_id_is_long_random_and_kept_only_as_its_hash(store: SessionStore, tmp_path: Path) -> None:
    ids = {store.open("chen", now=1.0, remote="10.0.0.7") for _ in range(20)}
    assert len(ids) == 20
    assert min(map(len, ids)) == 43
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [text for text in ids if text.encode() in stored] == []


def test_a_session_is_found_by_its_id_alone(store: SessionStore) -> None:
    text = store.open("chen", now=1.0, remote="10.0.0.7")
    row = store.look_up(text)
    assert row is not None
    assert (row.account, row.remote, row.created_at, row.ended_at) == ("chen", "10.0.0.7", 1.0, None)
    for other in ("", text[:-1], text + "x", "1", "\ud800", "' OR 1=1 --"):
        assert store.look_up(other) is None


def test_one_session_is_ended_or_all_of_an_account(store: SessionStore) -> None:
    first, second, other = (store.open(name, now=1.0, remote="") for name in ("chen", "chen", "li"))
    row = store.look_up(first)
    assert row is not None
    assert store.end(row.number, now=2.0)
    assert not store.end(row.number, now=3.0)
    assert store.end_all("chen", now=4.0) == 1
    assert [r.ended_at for text in (first, second, other) if (r := store.look_up(text))] == [2.0, 4.0, None]
    assert [r.account for r in store.list("chen")] == ["chen", "chen"]
    assert len(store.list()) == 3


def test_a_use_moves_forward_only_and_month_old_sessions_are_forgotten(store: SessionStore) -> None:
    text = store.open("chen", now=100.0, remote="")
    store.touch(1, now=200.0)
    store.touch(1, now=150.0)
    row = store.look_up(text)
    assert row is not None
    assert row.used_at == 200.0
    store.open("li", now=100.0 + 31 * 86_400, remote="")
    assert store.look_up(text) is None
