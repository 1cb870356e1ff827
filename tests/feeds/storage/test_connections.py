"""Addresses of servers: one form each, and a clear word about any other."""

import pytest

from feeds.storage.connections import connect


@pytest.mark.parametrize(
    "url", ["sentinel://one:26379", "sentinel:///ledger", "sentinel://one/ledger", "sentinel://one:x/ledger"]
)
def test_an_incomplete_address_of_sentinels_says_what_is_expected(url: str) -> None:
    with pytest.raises(ValueError, match=r"expected sentinel://host:port,host:port/name, got sentinel://"):
        connect(url)


def test_the_password_is_not_in_the_error() -> None:
    with pytest.raises(ValueError, match="got sentinel://one:1") as caught:
        connect("sentinel://user:geheim@one:1")
    assert "geheim" not in str(caught.value)


async def test_every_sentinel_of_the_address_is_asked_and_the_password_is_the_log_servers() -> None:
    client = connect("sentinel://citywall:p%40ss@one:26379,two:26380/ledger")
    pool = client.connection_pool
    asked = [one.connection_pool.connection_kwargs for one in pool.sentinel_manager.sentinels]
    assert [(one["host"], one["port"], one.get("password")) for one in asked] == [
        ("one", 26379, None), ("two", 26380, None),
    ]  # fmt: skip
    assert pool.service_name == "ledger"
    assert (pool.connection_kwargs["username"], pool.connection_kwargs["password"]) == ("citywall", "p@ss")
    await client.aclose()
