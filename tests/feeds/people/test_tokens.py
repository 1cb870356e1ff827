import stat
from pathlib import Path

import pytest

from feeds.people.tokens import TokenStore


def test_a_token_is_shown_once_and_only_its_hash_is_kept(tmp_path: Path) -> None:
    store = TokenStore(tmp_path)
    text = store.create("hotline", ["publish:case", "read:person"], now=5.0, streets=["310115005"])
    claims = store.look_up(text)
    assert claims is not None
    assert (claims.client, claims.streets) == ("hotline", ("310115005",))
    assert claims.rights == {"publish:case", "read:person"}
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert text.encode() not in stored
    assert text.removeprefix("cw_").encode() not in stored
    assert stat.S_IMODE((tmp_path / "accounts.sqlite").stat().st_mode) == 0o600


def test_a_revoked_token_is_not_found_and_stays_listed(tmp_path: Path) -> None:
    store, other = TokenStore(tmp_path), TokenStore(tmp_path)
    text = store.create("a", ["subscribe:*"], now=1.0)
    kept = store.create("a", ["subscribe:*"], now=2.0)
    [first, second] = store.list()
    assert other.revoke(first.number, now=9.0)
    assert not other.revoke(first.number, now=10.0)
    assert store.look_up(text) is None
    assert store.look_up(kept) is not None
    assert len(store.good()) == 1
    assert [token.revoked_at for token in store.list()] == [9.0, None]
    assert second.rights == ("subscribe:*",)


def test_nonsense_is_refused(tmp_path: Path) -> None:
    store = TokenStore(tmp_path)
    with pytest.raises(ValueError, match="right"):
        store.create("a", [], now=1.0)
    with pytest.raises(ValueError, match="right"):
        store.create("a", ["publish:ops"], now=1.0)
    with pytest.raises(ValueError, match="name"):
        store.create("a/b", ["publish:case"], now=1.0)
    assert store.look_up("\ud800") is None
    assert store.list() == []
