from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders

from console.accounts.request_origin import is_https, is_own_page, is_this_machine, remote_of


def request(ip: str = "127.0.0.1", protocol: str = "http", **headers: str) -> SimpleNamespace:
    told = HTTPHeaders({name.replace("_", "-"): value for name, value in headers.items()})
    return SimpleNamespace(remote_ip=ip, protocol=protocol, headers=told)


@pytest.mark.parametrize(("ip", "header", "remote"), [
    ("127.0.0.1", "203.0.113.7", "203.0.113.7"), ("::1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),
    ("127.0.0.1", "", "127.0.0.1"), ("127.0.0.1", "nonsense", "127.0.0.1"),
    ("198.51.100.4", "203.0.113.7", "198.51.100.4"),
])  # fmt: skip
def test_only_a_proxy_on_this_machine_is_believed_about_whom_it_speaks_for(
    ip: str, header: str, remote: str
) -> None:
    assert remote_of(request(ip, X_Forwarded_For=header)) == remote


def test_tls_is_told_by_the_socket_or_by_a_proxy_on_this_machine() -> None:
    assert is_https(request(protocol="https"))
    assert is_https(request(X_Forwarded_Proto="https"))
    assert not is_https(request("198.51.100.4", X_Forwarded_Proto="https"))
    assert not is_https(request())


@pytest.mark.parametrize(("headers", "own"), [
    ({"Origin": "http://wall:5006"}, True), ({"Origin": "https://WALL.example.org"}, True),
    ({"Referer": "http://wall:5006/sign-in?next=/desk"}, True), ({}, False), ({"Origin": "null"}, False),
    ({"Origin": "http://evil.example"}, False), ({"Origin": "http://wall:5006.evil.example"}, False),
    ({"Origin": "http://evil.example", "Referer": "http://wall:5006/"}, False),
    ({"Origin": "http://["}, False), ({"Referer": "/sign-in"}, False),
])  # fmt: skip
def test_a_form_comes_from_our_own_host_or_one_of_the_settings(headers: dict[str, str], own: bool) -> None:
    asked = request(Host="wall:5006", **headers)
    assert is_own_page(asked, frozenset({"wall.example.org"})) is own


def test_this_machine_is_a_loopback_address_behind_no_proxy() -> None:
    assert is_this_machine(request("::1"))
    assert not is_this_machine(request(Forwarded="for=203.0.113.7"))
    assert not is_this_machine(request("10.0.0.7"))
    assert not is_this_machine(request("nonsense"))
