from pathlib import Path
from typing import Any

import pytest

from feeds.ledger.ledger import Ledger, LedgerUnavailable
from feeds.ledger.server_policies import check_disk, check_server, judge_state
from feeds.storage.connections import connect
from feeds.storage.embedded_servers import EmbeddedServers


async def codes(ledger: Ledger) -> list[str]:
    return [problem.code for problem in await check_server(ledger.client)]


async def test_the_embedded_log_server_keeps_every_policy(ledger: Ledger) -> None:
    assert await check_server(ledger.client) == []


async def test_each_wrong_policy_is_named_while_the_server_runs(ledger: Ledger) -> None:
    await ledger.client.config_set("appendfsync", "everysec")
    assert await codes(ledger) == ["log_appendfsync"]
    await ledger.client.config_set("maxmemory-policy", "allkeys-lru")
    await ledger.client.config_set("appendonly", "no")
    problems = await check_server(ledger.client)
    assert {p.code for p in problems} == {"log_appendonly", "log_appendfsync", "log_maxmemory-policy"}
    assert any("'everysec', it must be 'always'" in p.text for p in problems)


async def test_settings_that_we_may_not_read_count_as_a_problem(ledger: Ledger) -> None:
    await ledger.client.execute_command("ACL", "SETUSER", "default", "-config")
    assert await codes(ledger) == ["settings_unreadable"]


async def test_a_replica_is_no_log_server(ledger: Ledger) -> None:
    await ledger.client.execute_command("REPLICAOF", "127.0.0.1", "1")
    assert "log_replica" in await codes(ledger)


@pytest.mark.parametrize(
    ("info", "codes"),
    [
        ({"redis_version": "7.0.15"}, ["log_version"]),
        ({"redis_version": "7.4.1", "redis_mode": "cluster"}, ["log_cluster"]),
        ({"redis_version": "7.2.4", "aof_last_write_status": "err"}, ["log_not_written"]),
        ({"redis_version": "8.0.0", "redis_mode": "standalone", "role": "master"}, []),
    ],
)
def test_a_server_of_another_kind_is_named(info: dict[str, Any], codes: list[str]) -> None:
    assert [problem.code for problem in judge_state(info)] == codes


async def test_a_server_that_does_not_answer_is_unavailable(servers: EmbeddedServers) -> None:
    client = connect(servers.pictures_url + ".gone")
    with pytest.raises(LedgerUnavailable):
        await check_server(client)
    await client.aclose()


def test_a_disk_with_room_is_no_problem_and_one_without_is(tmp_path: Path) -> None:
    assert check_disk(tmp_path / "new", 1) == []
    assert [p.code for p in check_disk(tmp_path, 10**9)] == ["disk_almost_full"]
    assert list(tmp_path.iterdir()) == [tmp_path / "new"]


def test_a_data_dir_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    problems = check_disk(tmp_path / "file", 1)
    assert [p.code for p in problems] == ["data_dir_not_writable"]
    assert str(tmp_path / "file") in problems[0].text
