from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace

import pytest

from console.accounts.authorization import COOKIE, Authorization
from feeds.people.tokens import TokenStore


def request(ip: str = "10.0.0.7", cookie: str = "", **headers: str) -> SimpleNamespace:
    jar = SimpleCookie()
    if cookie:
        jar[COOKIE] = cookie
    return SimpleNamespace(remote_ip=ip, headers=headers, cookies=jar)


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[TokenStore]:
    store = TokenStore(tmp_path)
    yield store
    store.close()


def test_nothing_is_open_by_default(tokens: TokenStore) -> None:
    authorization = Authorization(tokens, b"secret", open_loopback=False)
    assert not authorization.may_view(request("127.0.0.1"), "wall")


def test_this_machine_may_look_when_the_settings_say_so_but_not_from_behind_a_proxy(
    tokens: TokenStore,
) -> None:
    authorization = Authorization(tokens, b"secret", open_loopback=True)
    assert authorization.may_view(request("127.0.0.1"), "wall")
    assert authorization.may_view(request("::1"), "wall")
    assert not authorization.may_view(request("10.0.0.7"), "wall")
    assert not authorization.may_view(request("127.0.0.1", **{"X-Forwarded-For": "10.0.0.7"}), "wall")


def test_a_view_key_is_changed_for_a_cookie_that_opens_its_page_alone(tokens: TokenStore) -> None:
    authorization = Authorization(tokens, b"secret", open_loopback=False)
    key = tokens.create("hall", ["view:wall"], now=1.0)
    cookie = authorization.cookie_for(key, "wall")
    assert cookie is not None
    assert authorization.may_view(request(cookie=cookie), "wall")
    assert not authorization.may_view(request(cookie=cookie), "metrics")
    assert authorization.cookie_for(key, "metrics") is None
    assert authorization.cookie_for("guess", "wall") is None


def test_a_forged_or_foreign_cookie_opens_nothing(tokens: TokenStore) -> None:
    authorization = Authorization(tokens, b"secret", open_loopback=False)
    cookie = authorization.cookie_for(tokens.create("hall", ["view:wall"], now=1.0), "wall") or ""
    foreign = Authorization(tokens, b"another", open_loopback=False)
    for value in (
        "",
        "x",
        "wall.zz.00",
        cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
        "wall..",
        "a.b.c",
    ):
        assert not authorization.may_view(request(cookie=value), "wall")
    assert not foreign.may_view(request(cookie=cookie), "wall")


def test_a_revoked_key_closes_the_door_for_its_cookies(tokens: TokenStore) -> None:
    authorization = Authorization(tokens, b"secret", open_loopback=False)
    cookie = authorization.cookie_for(tokens.create("hall", ["view:wall"], now=1.0), "wall") or ""
    tokens.revoke(1, now=2.0)
    assert not authorization.may_view(request(cookie=cookie), "wall")


def test_a_visitors_screen_may_have_a_key_that_opens_nothing_else(tokens: TokenStore) -> None:
    authorization = Authorization(tokens, b"secret", open_loopback=False)
    cookie = authorization.cookie_for(tokens.create("visitors", ["view:briefing"], now=1.0), "briefing")
    assert cookie is not None
    pages = ("briefing", "wall", "desk", "duty", "metrics")
    assert [page for page in pages if authorization.may_view(request(cookie=cookie), page)] == ["briefing"]
